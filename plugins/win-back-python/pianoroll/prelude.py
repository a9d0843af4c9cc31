# Written by `pianoroll plugin new`; `--refresh` writes it anew.
# mypy: ignore-errors
"""Replaces clock, chance, files and output before any code of the plugin is read.

A component has none of its own: what Python brings along would stop the run, or answer the same in every run. So `time`,
`datetime`, `random`, `secrets`, `uuid` and `os.urandom` take the run's own clock and seed, `print` writes the log, and files
and late imports are refused with a reason. A run that is repeated after a crash sees the same times and the same numbers.
"""

import builtins
import functools
import gc
import io
import os
import random
import sys
import time

# Imported while the real clock is still there: they read it at once, or when they are first used.
import _strptime  # noqa: F401
import calendar  # noqa: F401
import datetime
import linecache
import logging  # noqa: F401
import secrets  # noqa: F401
import traceback  # noqa: F401
import uuid  # noqa: F401

from wit_world.imports import clock as _clock
from wit_world.imports import log as _log
from wit_world.imports import random as _random
from wit_world.imports import wait as _wait

_running = False
_seeded = False


def needs_run(what: str) -> None:
    """Refuses what only a run has: code at the top of a file is run once, when the component is built."""
    if not _running:
        raise RuntimeError(f"{what} is there only while the plugin runs: use it in run(), not at the top of a file")


def milliseconds() -> int:
    """The time now, in milliseconds since 1970."""
    needs_run("the clock")
    return _clock.now()


def draw() -> float:
    """A number from 0 (included) to 1 (not included), of its own draw from the run's seed."""
    needs_run("chance")
    # As all languages make it of the host's 64 bits: the nearest number, which may be 2**64 itself.
    return min(_random.next() / 2.0**64, 1 - 2.0**-53)


def _urandom(size: int) -> bytes:
    needs_run("chance")
    drawn = b""
    while len(drawn) < size:
        drawn += _random.next().to_bytes(8, "little")
    return drawn[:size]


def _replace_time() -> None:
    def nanoseconds() -> int:
        return milliseconds() * 1_000_000

    def seconds() -> float:
        return milliseconds() / 1000

    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(time, name, seconds)
        setattr(time, name + "_ns", nanoseconds)

    def sleep(duration: float) -> None:
        needs_run("sleep")
        _wait.pause(round(duration * 1000))

    time.sleep = sleep

    def of_now(name, position):
        real = getattr(time, name)

        @functools.wraps(real)
        def replaced(*given):
            if len(given) <= position or given[position] is None:
                given = (*given[:position], time.gmtime(seconds()) if name in ("asctime", "strftime") else seconds())
            return real(*given)

        setattr(time, name, replaced)

    for name, position in (("gmtime", 0), ("localtime", 0), ("ctime", 0), ("asctime", 0), ("strftime", 1)):
        of_now(name, position)


def _replace_datetime() -> None:
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

    def utcnow(cls):
        return cls.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)

    def today(cls):
        return cls.fromtimestamp(time.time())

    # The types are closed, so their tables are changed: a subclass would not be what other modules have taken already.
    for kind, functions in ((datetime.datetime, (now, utcnow, today)), (datetime.date, (today,))):
        (table,) = gc.get_referents(kind.__dict__)
        for function in functions:
            table[function.__name__] = classmethod(function)
            if getattr(kind, function.__name__).__func__ is not function:
                raise RuntimeError(f"this Python does not let {kind.__name__}.{function.__name__} be replaced")


def _replace_chance() -> None:
    os.urandom = _urandom
    random._urandom = _urandom
    real = random.Random.seed

    def seed(self, a=None, version=2):
        return real(self, int.from_bytes(_urandom(8), "little") if a is None else a, version)

    random.Random.seed = seed
    # The functions of the module are those of one generator, which its first use seeds.
    generator = random._inst
    for name in random.__all__:
        bound = getattr(random, name)
        if getattr(bound, "__self__", None) is not generator:
            continue

        def guarded(*given, _name=name, **named):
            global _seeded
            needs_run(f"random.{_name}")
            if not _seeded:
                _seeded = True
                generator.seed()
            return getattr(generator, _name)(*given, **named)

        setattr(random, name, functools.wraps(bound)(guarded))


class _LogLines(io.TextIOBase):
    """`print` as lines of the log."""

    def __init__(self, level) -> None:
        self._level = level
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *whole, self._rest = (self._rest + text).split("\n")
        for line in whole:
            _log.write(self._level, line)
        return len(text)


class _NoLateImports:
    @staticmethod
    def find_spec(name, path=None, target=None):
        raise ImportError(f"{name} was not built in: import it at the top of a file of the plugin", name=name)


def _no_files(*given, **named):
    raise PermissionError("a plugin has no file system: pianoroll.files reads and writes the project's files")


def begin() -> None:
    """Called when the plugin is run, not while it is built."""
    global _running
    _running = True
    sys.stdout = _LogLines(_log.Level.INFO)
    sys.stderr = _LogLines(_log.Level.WARN)
    # What would look into files, of which there are none.
    sys.meta_path[:] = [finder for finder in sys.meta_path if isinstance(finder, type) and finder.__name__ != "PathFinder"]
    sys.meta_path.append(_NoLateImports)
    builtins.open = io.open = _no_files
    for name in ("stat", "lstat", "open", "listdir", "scandir", "mkdir", "remove", "unlink", "rename", "rmdir", "access", "getcwd"):
        if hasattr(os, name):
            setattr(os, name, _no_files)
    linecache.checkcache = lambda filename=None: None
    linecache.updatecache = lambda filename, module_globals=None: []


_replace_time()
_replace_datetime()
_replace_chance()
