# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""Lines of the run's log. `print` writes to it too."""

from wit_world.imports import log as _log

from pianoroll import prelude


def debug(text: object) -> None:
    """For whoever looks for a mistake."""
    _write(_log.Level.DEBUG, text)


def info(text: object) -> None:
    """What went on."""
    _write(_log.Level.INFO, text)


def warn(text: object) -> None:
    """What somebody should look at."""
    _write(_log.Level.WARN, text)


def error(text: object) -> None:
    """What went wrong."""
    _write(_log.Level.ERROR, text)


def _write(level: _log.Level, text: object) -> None:
    prelude.needs_run("the log")
    _log.write(level, str(text))
