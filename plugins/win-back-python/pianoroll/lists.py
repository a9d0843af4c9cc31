# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""The operations of `lists`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypedDict

from wit_world.imports import lists as _wit

from pianoroll.layer import NO_BODY, Page, invoke, pages
from pianoroll.types import List, Profile


def add_profiles(
    list_id: str,
    body: Sequence[str],
) -> None:
    """Adds profiles to a list, at most 1,000 ids a call; consent stays as it is, but flows that the list triggers may start.

    `POST /api/lists/{list_id}/relationships/profiles`, needs `lists:write`.
    The list may be of any length: each 1000 become a call.
    """
    return invoke(_wit.add_profiles, "lists.add_profiles", (list_id,), body, {}, "nones")


class CreateBody(TypedDict, total=False):
    """What `create` takes."""

    name: str | None
    """Must be there."""


def create(
    body: CreateBody | Mapping[str, Any],
) -> List:
    """Creates a list, at most 150 a day; names need not be unique, so a repeated call makes a second list.

    `POST /api/lists`, needs `lists:write`.
    """
    return invoke(_wit.create, "lists.create", (), body, {}, "one")


def delete(
    list_id: str,
) -> None:
    """Deletes a list for good; its profiles stay.

    `DELETE /api/lists/{list_id}`, needs `lists:delete`.
    """
    return invoke(_wit.delete, "lists.delete", (list_id,), NO_BODY, {}, "none")


def get(
    list_id: str,
    *,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["flow-triggers", "tags"]] | None = None,
    additional_fields: Sequence[Literal["profile_count"]] | None = None,
) -> List:
    """Reads one list; asking for `profile_count` lowers the limit to 1/s and 15/m.

    `GET /api/lists/{list_id}`, needs `lists:read`.
    - `fields`: Names of attributes, or a map of type to names; types: list, flow, tag.
    - `include`: Related resources, as `included`.
    - `additional_fields`: Answered only when asked for.
    """
    return invoke(_wit.get, "lists.get", (list_id,), NO_BODY, {"fields": fields, "include": include, "additional_fields": additional_fields}, "one")


def list(
    *,
    filter: str | None = None,
    sort: Literal["created", "-created", "id", "-id", "name", "-name", "updated", "-updated"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["flow-triggers", "tags"]] | None = None,
    cursor: str | None = None,
) -> Page[List]:
    """Lists lists, always 10 a page; by name only whole names can be filtered.

    `GET /api/lists`, needs `lists:read`.
    - `filter`: `name` (any, equals), `id` (any, equals), `created` (greater-than), `updated` (greater-than).
    - `sort`: With `-` descending.
    - `fields`: Names of attributes, or a map of type to names; types: list, flow, tag.
    - `include`: Related resources, as `included`.
    - `cursor`: `next` of an earlier page.
    """
    return invoke(_wit.list, "lists.list", (), NO_BODY, {"filter": filter, "sort": sort, "fields": fields, "include": include, "cursor": cursor}, "many")


def each(
    *,
    filter: str | None = None,
    sort: Literal["created", "-created", "id", "-id", "name", "-name", "updated", "-updated"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["flow-triggers", "tags"]] | None = None,
    cursor: str | None = None,
) -> Iterator[List]:
    """Every row of all pages of `list`, which are fetched as they are needed."""
    return pages("lists.list", lambda at: list(filter=filter, sort=sort, fields=fields, include=include, cursor=at), cursor)


def list_profiles(
    list_id: str,
    *,
    filter: str | None = None,
    sort: Literal["joined_group_at", "-joined_group_at"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    additional_fields: Sequence[Literal["subscriptions", "predictive_analytics"]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Page[Profile]:
    """Lists the profiles on a list, each with `joined_group_at`; 20 a page unless `page_size` says otherwise.

    `GET /api/lists/{list_id}/profiles`, needs `lists:read`.
    - `filter`: `email` (any, equals), `phone_number` (any, equals), `push_token` (any, equals), `_kx` (equals), `joined_group_at` (greater-or-equal, greater-than, less-or-equal, less-than).
    - `sort`: With `-` descending.
    - `fields`: Names of attributes, or a map of type to names; types: profile.
    - `additional_fields`: Answered only when asked for.
    - `page_size`: 1 to 100; 20 where it is left out.
    - `cursor`: `next` of an earlier page.
    """
    return invoke(_wit.list_profiles, "lists.list_profiles", (list_id,), NO_BODY, {"filter": filter, "sort": sort, "fields": fields, "additional_fields": additional_fields, "page_size": page_size, "cursor": cursor}, "many")


def each_profile(
    list_id: str,
    *,
    filter: str | None = None,
    sort: Literal["joined_group_at", "-joined_group_at"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    additional_fields: Sequence[Literal["subscriptions", "predictive_analytics"]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Iterator[Profile]:
    """Every row of all pages of `list_profiles`, which are fetched as they are needed."""
    return pages("lists.list_profiles", lambda at: list_profiles(list_id, filter=filter, sort=sort, fields=fields, additional_fields=additional_fields, page_size=page_size, cursor=at), cursor)


def remove_profiles(
    list_id: str,
    body: Sequence[str],
) -> None:
    """Removes profiles from a list, at most 1,000 ids a call; the profiles and their consent stay.

    `DELETE /api/lists/{list_id}/relationships/profiles`, needs `lists:write`.
    The list may be of any length: each 1000 become a call.
    """
    return invoke(_wit.remove_profiles, "lists.remove_profiles", (list_id,), body, {}, "nones")


class UpdateBody(TypedDict, total=False):
    """What `update` takes."""

    name: str | None
    """Must be there."""


def update(
    list_id: str,
    body: UpdateBody | Mapping[str, Any],
) -> List:
    """Renames a list.

    `PATCH /api/lists/{list_id}`, needs `lists:write`.
    """
    return invoke(_wit.update, "lists.update", (list_id,), body, {}, "one")
