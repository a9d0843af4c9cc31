# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""Where the host enters. The prelude comes first, so that no code of the plugin runs before the clock is replaced."""

import json

import wit_world
from componentize_py_types import Err

from pianoroll import prelude
from pianoroll.layer import as_json, record

import main


class WitWorld(wit_world.WitWorld):
    """What the component exports."""

    def run(self) -> str:
        """One run."""
        prelude.begin()
        try:
            return json.dumps(main.run(), default=as_json)
        except Exception as raised:
            failed = record(raised)
        raise Err(failed)
