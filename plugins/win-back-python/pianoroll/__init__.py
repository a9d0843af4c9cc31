# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""What a plugin imports: the operations that plugin.toml asks for, and the rest of what the host offers."""

from __future__ import annotations

from typing import TypedDict

from pianoroll.prelude import draw
from pianoroll.layer import (
    Failure,
    HostError,
    OPERATIONS,
    Page,
    all_params,
    batch,
    call,
    checkpoint,
    last_run,
    on,
    pause,
    problem,
    progress,
    rfc3339,
    settle,
    started,
    state,
)
from pianoroll import events, filters, lists, log, metrics, profiles, types


class Params(TypedDict):
    """The parameters of plugin.toml."""

    control_percent: int
    """How many of a hundred are kept off the list, so that its effect can be measured"""

    list: str
    """The list: its id, or its exact name. It is made where it is missing"""

    memory_days: int
    """After how many days nobody tries any more"""

    metric: str
    """The metric whose events are orders: its id, or its exact name"""

    quiet_days: int
    """How many days a customer has not ordered"""


def params() -> Params:
    """The parameters, with the values of this run."""
    return all_params()  # type: ignore[return-value]


__all__ = [
    "Failure",
    "HostError",
    "Page",
    "Params",
    "batch",
    "call",
    "checkpoint",
    "draw",
    "events",
    "filters",
    "last_run",
    "lists",
    "log",
    "metrics",
    "on",
    "params",
    "pause",
    "problem",
    "profiles",
    "progress",
    "rfc3339",
    "settle",
    "started",
    "state",
    "types",
]

OPERATIONS.update({
    "events.bulk_create": (0, True, "nones"),
    "events.create": (0, True, "none"),
    "events.get": (1, False, "one"),
    "events.list": (0, False, "many"),
    "lists.add_profiles": (1, True, "nones"),
    "lists.create": (0, True, "one"),
    "lists.delete": (1, False, "none"),
    "lists.get": (1, False, "one"),
    "lists.list": (0, False, "many"),
    "lists.list_profiles": (1, False, "many"),
    "lists.remove_profiles": (1, True, "nones"),
    "lists.update": (1, True, "one"),
    "metrics.get": (1, False, "one"),
    "metrics.list": (0, False, "many"),
    "metrics.query_aggregates": (0, True, "one"),
    "profiles.bulk_import": (0, True, "ones"),
    "profiles.create": (0, True, "one"),
    "profiles.get": (1, False, "one"),
    "profiles.get_bulk_import_job": (1, False, "one"),
    "profiles.list": (0, False, "many"),
    "profiles.list_bulk_import_errors": (1, False, "many"),
    "profiles.list_bulk_import_jobs": (0, False, "many"),
    "profiles.list_lists": (1, False, "many"),
    "profiles.list_segments": (1, False, "many"),
    "profiles.merge": (0, True, "one"),
    "profiles.update": (1, True, "one"),
})
