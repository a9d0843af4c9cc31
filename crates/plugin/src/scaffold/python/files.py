# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""Files of the project's folder, by relative paths with `/`."""

from __future__ import annotations

from collections.abc import Iterator

from wit_world.imports import files as _files

from pianoroll.layer import ask

_CHUNK = 1 << 20


def read_bytes(path: str) -> bytes:
    """All of a file."""
    return b"".join(chunks(path))


def read_text(path: str) -> str:
    """The text of a file in UTF-8."""
    return read_bytes(path).decode()


def lines(path: str) -> list[str]:
    """The lines of a text file, without their ends."""
    return read_text(path).splitlines()


def chunks(path: str) -> Iterator[bytes]:
    """All bytes of a file, a piece at a time."""
    file = ask("files", _files.open, path)
    try:
        while piece := ask("files", _files.read, file, _CHUNK):
            yield piece
    finally:
        ask("files", _files.close, file)


class Output:
    """A file that was begun; it appears whole when the run has completed."""

    def __init__(self, path: str) -> None:
        self._file = ask("files", _files.create, path)

    def write(self, text: str | bytes) -> None:
        """Adds to it."""
        data = text.encode() if isinstance(text, str) else text
        for at in range(0, len(data), _CHUNK):
            ask("files", _files.write, self._file, data[at : at + _CHUNK])

    def close(self) -> None:
        """Ends it."""
        ask("files", _files.close, self._file)


def write_text(path: str, text: str) -> None:
    """Writes a whole file."""
    output = Output(path)
    output.write(text)
    output.close()


def exists(path: str) -> bool:
    """Whether there is such a file."""
    return ask("files", _files.exists, path)
