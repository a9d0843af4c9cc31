# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""The API's filters, with every value quoted as it must be: `filters.equals("name", "Win back")`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from pianoroll.layer import rfc3339

Value = str | int | float | bool | datetime.datetime | None


def equals(field: str, value: Value) -> str:
    """Exactly this."""
    return _comparison("equals", field, value)


def contains(field: str, value: Value) -> str:
    """Has this in it."""
    return _comparison("contains", field, value)


def starts_with(field: str, value: Value) -> str:
    """Begins with this."""
    return _comparison("starts-with", field, value)


def ends_with(field: str, value: Value) -> str:
    """Ends with this."""
    return _comparison("ends-with", field, value)


def greater_than(field: str, value: Value) -> str:
    """More, or later."""
    return _comparison("greater-than", field, value)


def greater_or_equal(field: str, value: Value) -> str:
    """As much or more."""
    return _comparison("greater-or-equal", field, value)


def less_than(field: str, value: Value) -> str:
    """Less, or earlier."""
    return _comparison("less-than", field, value)


def less_or_equal(field: str, value: Value) -> str:
    """As much or less."""
    return _comparison("less-or-equal", field, value)


def any_of(field: str, values: Iterable[Value]) -> str:
    """One of these."""
    return _set("any", field, values)


def contains_any(field: str, values: Iterable[Value]) -> str:
    """Has one of these in it."""
    return _set("contains-any", field, values)


def contains_all(field: str, values: Iterable[Value]) -> str:
    """Has all of these in it."""
    return _set("contains-all", field, values)


def has(field: str) -> str:
    """Has anything there."""
    return f"has({field})"


def both(*filters: str) -> str:
    """All of these filters."""
    return filters[0] if len(filters) == 1 else f"and({','.join(filters)})"


def _comparison(operator: str, field: str, value: Value) -> str:
    return f"{operator}({field},{_literal(value)})"


def _set(operator: str, field: str, values: Iterable[Value]) -> str:
    literals = [_literal(value) for value in values]
    if not literals:
        raise ValueError(f"a filter {operator} on {field} has no values: the API refuses that")
    return f"{operator}({field},[{','.join(literals)}])"


def _literal(value: Value) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, datetime.datetime):
        return rfc3339(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
