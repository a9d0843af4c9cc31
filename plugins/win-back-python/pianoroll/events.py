# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""The operations of `events`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from wit_world.imports import events as _wit

from pianoroll.layer import NO_BODY, Page, invoke, pages
from pianoroll.types import Event


class BulkCreateBody(TypedDict, total=False):
    """What `bulk_create` takes."""

    profile: Mapping[str, Any]
    """Who: `id`, `email`, `phone_number`, `external_id`, and further attributes to set. Must be there."""

    metric: Mapping[str, Any]
    """What: `name`, at most 128 characters. Must be there."""

    properties: Mapping[str, Any]
    """At most 300, strings of at most 100 kB, 10 levels deep. Must be there."""

    time: str | datetime | None
    """When it happened, from 2000 to a year from now; now if absent."""

    value: float | None
    """What it was worth, in `value_currency`."""

    value_currency: str | None
    """ISO 4217 code; the account's currency if absent."""

    unique_id: str | None
    """Of several events of one profile and metric with the same id only the first counts; later revisions refuse the whole call."""


def bulk_create(
    body: Sequence[BulkCreateBody] | Sequence[Mapping[str, Any]],
) -> None:
    """Records events, at most 1,000 (5 MB) a call, and answers nothing, not even a job; the host groups them by profile, as Klaviyo wants them.

    `POST /api/event-bulk-create-jobs`, needs `events:write`.
    The list may be of any length: each 1000 become a call.
    """
    return invoke(_wit.bulk_create, "events.bulk_create", (), body, {}, "nones")


class CreateBody(TypedDict, total=False):
    """What `create` takes."""

    profile: Mapping[str, Any]
    """Who: `id`, `email`, `phone_number`, `external_id`, and further attributes to set. Must be there."""

    metric: Mapping[str, Any]
    """What: `name`, at most 128 characters. Must be there."""

    properties: Mapping[str, Any]
    """At most 300, strings of at most 100 kB, 10 levels deep. Must be there."""

    time: str | datetime | None
    """When it happened, from 2000 to a year from now; now if absent."""

    value: float | None
    """What it was worth, in `value_currency`."""

    value_currency: str | None
    """ISO 4217 code; the account's currency if absent."""

    unique_id: str | None
    """Of several events of one profile and metric with the same id only the first counts; the time to the second if absent."""


def create(
    body: CreateBody | Mapping[str, Any],
) -> None:
    """Records one event and answers nothing: it is checked and queued; profile and metric are created where unknown, and flows that the metric triggers may start.

    `POST /api/events`, needs `events:write`.
    """
    return invoke(_wit.create, "events.create", (), body, {}, "none")


def get(
    event_id: str,
    *,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["attributions", "metric", "profile"]] | None = None,
) -> Event:
    """Reads one event, on request with its profile, its metric and what it is credited to.

    `GET /api/events/{event_id}`, needs `events:read`.
    - `fields`: Names of attributes, or a map of type to names; types: event, metric, profile.
    - `include`: Related resources, as `included`.
    """
    return invoke(_wit.get, "events.get", (event_id,), NO_BODY, {"fields": fields, "include": include}, "one")


def list(
    *,
    filter: str | None = None,
    sort: Literal["datetime", "-datetime", "timestamp", "-timestamp"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["attributions", "metric", "profile"]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Page[Event]:
    """Lists events, 200 a page, newest first; metric and profile are relationships, though the gateway's document shows them as attributes.

    `GET /api/events`, needs `events:read`.
    - `filter`: `metric_id` (equals), `profile_id` (equals), `profile` (has), `datetime` (greater-or-equal, greater-than, less-or-equal, less-than), `timestamp` (greater-or-equal, greater-than, less-or-equal, less-than).
    - `sort`: With `-` descending.
    - `fields`: Names of attributes, or a map of type to names; types: event, metric, profile.
    - `include`: Related resources, as `included`.
    - `page_size`: 1 to 1000; 200 where it is left out.
    - `cursor`: `next` of an earlier page.
    """
    return invoke(_wit.list, "events.list", (), NO_BODY, {"filter": filter, "sort": sort, "fields": fields, "include": include, "page_size": page_size, "cursor": cursor}, "many")


def each(
    *,
    filter: str | None = None,
    sort: Literal["datetime", "-datetime", "timestamp", "-timestamp"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["attributions", "metric", "profile"]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Iterator[Event]:
    """Every row of all pages of `list`, which are fetched as they are needed."""
    return pages("events.list", lambda at: list(filter=filter, sort=sort, fields=fields, include=include, page_size=page_size, cursor=at), cursor)
