# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""The operations of `metrics`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from wit_world.imports import metrics as _wit

from pianoroll.layer import NO_BODY, Page, invoke, pages
from pianoroll.types import Metric, MetricAggregate


def get(
    metric_id: str,
    *,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["flow-triggers"]] | None = None,
) -> Metric:
    """Reads one metric, on request with the flows that it triggers.

    `GET /api/metrics/{metric_id}`, needs `metrics:read`.
    - `fields`: Names of attributes, or a map of type to names; types: metric, flow.
    - `include`: Related resources, as `included`.
    """
    return invoke(_wit.get, "metrics.get", (metric_id,), NO_BODY, {"fields": fields, "include": include}, "one")


def list(
    *,
    filter: str | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["flow-triggers"]] | None = None,
    cursor: str | None = None,
) -> Page[Metric]:
    """Lists metrics, always 200 a page; only the integration can be filtered on.

    `GET /api/metrics`, needs `metrics:read`.
    - `filter`: `integration.name` (equals), `integration.category` (equals).
    - `fields`: Names of attributes, or a map of type to names; types: metric, flow.
    - `include`: Related resources, as `included`.
    - `cursor`: `next` of an earlier page.
    """
    return invoke(_wit.list, "metrics.list", (), NO_BODY, {"filter": filter, "fields": fields, "include": include, "cursor": cursor}, "many")


def each(
    *,
    filter: str | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["flow-triggers"]] | None = None,
    cursor: str | None = None,
) -> Iterator[Metric]:
    """Every row of all pages of `list`, which are fetched as they are needed."""
    return pages("metrics.list", lambda at: list(filter=filter, fields=fields, include=include, cursor=at), cursor)


class QueryAggregatesBody(TypedDict, total=False):
    """What `query_aggregates` takes."""

    metric_id: str
    """Must be there."""

    measurements: Sequence[Literal["count", "sum_value", "unique"]]
    """`count` of events, `sum_value` of their worth, `unique` profiles. Must be there."""

    interval: Literal["hour", "day", "week", "month"] | None
    """day if absent."""

    filter: Sequence[str]
    """Must hold `greater-or-equal(datetime,…)` and `less-than(datetime,…)`; further equals and contains narrow it. Must be there."""

    by: Sequence[str] | None
    """What to group by, such as `$attributed_flow` or `Campaign Name`."""

    timezone: str | None
    """IANA name, by case; UTC if absent."""

    page_size: int | None
    """Groups a page; 500 if absent."""

    page_cursor: str | None

    sort: str | None
    """A measurement or dimension, `-` for descending."""

    return_fields: Sequence[str] | None
    """Which of `data`, `dates` and the like to answer."""


def query_aggregates(
    body: QueryAggregatesBody | Mapping[str, Any],
) -> MetricAggregate:
    """Asks for a metric's numbers over time, at most a year; nothing changes.

    `POST /api/metric-aggregates`, needs `metrics:read`.
    """
    return invoke(_wit.query_aggregates, "metrics.query_aggregates", (), body, {}, "one")
