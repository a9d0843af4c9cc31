# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""The operations of `profiles`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypedDict

from wit_world.imports import profiles as _wit

from pianoroll.layer import NO_BODY, Page, invoke, pages
from pianoroll.types import ImportError, List, Profile, ProfileBulkImportJob, Segment


class BulkImportBody(TypedDict, total=False):
    """What `bulk_import` takes."""

    email: str | None
    """Identifies the profile; unique in the account."""

    phone_number: str | None
    """In E.164 form, such as `+15551234567`; identifies the profile."""

    external_id: str | None
    """Your own id for the person; identifies the profile."""

    anonymous_id: str | None
    """Id of a person not yet known by name; updates and imports take it, creations do not, and it is never answered."""

    first_name: str | None

    last_name: str | None

    organization: str | None

    locale: str | None
    """IETF BCP 47 language tag, such as `en-US`."""

    title: str | None
    """Job title."""

    image: str | None
    """URL of a picture."""

    location: Mapping[str, Any] | None
    """`address1`, `address2`, `city`, `country`, `region`, `zip`, `latitude`, `longitude`, `timezone`, `ip`."""

    properties: Mapping[str, Any] | None
    """Custom properties. An update merges them: null clears a property, an omitted one stays."""


def bulk_import(
    body: Sequence[BulkImportBody] | Sequence[Mapping[str, Any]],
) -> Sequence[ProfileBulkImportJob]:
    """Queues profiles to be created or updated, at most 10,000 (5 MB, 100 kB each) a call; a profile with an `id` or a known identifier is updated.

    `POST /api/profile-bulk-import-jobs`, needs `profiles:write`.
    The list may be of any length: each 10000 become a call.
    """
    return invoke(_wit.bulk_import, "profiles.bulk_import", (), body, {}, "ones")


class CreateBody(TypedDict, total=False):
    """What `create` takes."""

    email: str | None
    """Identifies the profile; unique in the account."""

    phone_number: str | None
    """In E.164 form, such as `+15551234567`; identifies the profile."""

    external_id: str | None
    """Your own id for the person; identifies the profile."""

    first_name: str | None

    last_name: str | None

    organization: str | None

    locale: str | None
    """IETF BCP 47 language tag, such as `en-US`."""

    title: str | None
    """Job title."""

    image: str | None
    """URL of a picture."""

    location: Mapping[str, Any] | None
    """`address1`, `address2`, `city`, `country`, `region`, `zip`, `latitude`, `longitude`, `timezone`, `ip`."""

    properties: Mapping[str, Any] | None
    """Custom properties."""


def create(
    body: CreateBody | Mapping[str, Any],
    *,
    additional_fields: Sequence[Literal["subscriptions", "predictive_analytics"]] | None = None,
) -> Profile:
    """Creates a profile; a second one with the same email, phone number or external id is refused with 409 and the id of the first (`meta.duplicate_profile_id`).

    `POST /api/profiles`, needs `profiles:write`.
    - `additional_fields`: Answered only when asked for.
    """
    return invoke(_wit.create, "profiles.create", (), body, {"additional_fields": additional_fields}, "one")


def get(
    profile_id: str,
    *,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    include: Sequence[Literal["lists", "segments"]] | None = None,
    additional_fields: Sequence[Literal["subscriptions", "predictive_analytics"]] | None = None,
) -> Profile:
    """Reads one profile; including its lists or segments lowers the limit to 1/s and 15/m each.

    `GET /api/profiles/{profile_id}`, needs `profiles:read`.
    - `fields`: Names of attributes, or a map of type to names; types: profile, list, segment.
    - `include`: Related resources, as `included`.
    - `additional_fields`: Answered only when asked for.
    """
    return invoke(_wit.get, "profiles.get", (profile_id,), NO_BODY, {"fields": fields, "include": include, "additional_fields": additional_fields}, "one")


def get_bulk_import_job(
    job_id: str,
    *,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
) -> ProfileBulkImportJob:
    """Reads a profile import: its status and how many profiles are done and refused.

    `GET /api/profile-bulk-import-jobs/{job_id}`, needs `profiles:read`.
    - `fields`: Names of attributes, or a map of type to names; types: profile-bulk-import-job.
    """
    return invoke(_wit.get_bulk_import_job, "profiles.get_bulk_import_job", (job_id,), NO_BODY, {"fields": fields}, "one")


def list(
    *,
    filter: str | None = None,
    sort: Literal["created", "-created", "email", "-email", "id", "-id", "subscriptions.email.marketing.list_suppressions.timestamp", "-subscriptions.email.marketing.list_suppressions.timestamp", "subscriptions.email.marketing.suppression.timestamp", "-subscriptions.email.marketing.suppression.timestamp", "updated", "-updated"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    additional_fields: Sequence[Literal["subscriptions", "predictive_analytics"]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Page[Profile]:
    """Lists profiles, 20 a page unless `page_size` says otherwise; filtered on `created` or `updated`, it may only be sorted by that field.

    `GET /api/profiles`, needs `profiles:read`.
    - `filter`: `id` (any, equals), `email` (any, equals), `phone_number` (any, equals), `external_id` (any, equals), `_kx` (equals), `created` (greater-than, less-than), `updated` (greater-than, less-than), `subscriptions.email.marketing.list_suppressions.reason` (equals), `subscriptions.email.marketing.list_suppressions.timestamp` (greater-or-equal, greater-than, less-or-equal, less-than), `subscriptions.email.marketing.list_suppressions.list_id` (equals), `subscriptions.email.marketing.suppression.reason` (equals), `subscriptions.email.marketing.suppression.timestamp` (greater-or-equal, greater-than, less-or-equal, less-than).
    - `sort`: With `-` descending.
    - `fields`: Names of attributes, or a map of type to names; types: profile.
    - `additional_fields`: Answered only when asked for.
    - `page_size`: 1 to 100; 20 where it is left out.
    - `cursor`: `next` of an earlier page.
    """
    return invoke(_wit.list, "profiles.list", (), NO_BODY, {"filter": filter, "sort": sort, "fields": fields, "additional_fields": additional_fields, "page_size": page_size, "cursor": cursor}, "many")


def each(
    *,
    filter: str | None = None,
    sort: Literal["created", "-created", "email", "-email", "id", "-id", "subscriptions.email.marketing.list_suppressions.timestamp", "-subscriptions.email.marketing.list_suppressions.timestamp", "subscriptions.email.marketing.suppression.timestamp", "-subscriptions.email.marketing.suppression.timestamp", "updated", "-updated"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    additional_fields: Sequence[Literal["subscriptions", "predictive_analytics"]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Iterator[Profile]:
    """Every row of all pages of `list`, which are fetched as they are needed."""
    return pages("profiles.list", lambda at: list(filter=filter, sort=sort, fields=fields, additional_fields=additional_fields, page_size=page_size, cursor=at), cursor)


def list_bulk_import_errors(
    job_id: str,
    *,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Page[ImportError]:
    """Lists why profiles of an import were refused.

    `GET /api/profile-bulk-import-jobs/{job_id}/import-errors`, needs `profiles:read`.
    - `fields`: Names of attributes, or a map of type to names; types: import-error.
    - `page_size`: 1 to 100; 20 where it is left out.
    - `cursor`: `next` of an earlier page.
    """
    return invoke(_wit.list_bulk_import_errors, "profiles.list_bulk_import_errors", (job_id,), NO_BODY, {"fields": fields, "page_size": page_size, "cursor": cursor}, "many")


def each_bulk_import_error(
    job_id: str,
    *,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Iterator[ImportError]:
    """Every row of all pages of `list_bulk_import_errors`, which are fetched as they are needed."""
    return pages("profiles.list_bulk_import_errors", lambda at: list_bulk_import_errors(job_id, fields=fields, page_size=page_size, cursor=at), cursor)


def list_bulk_import_jobs(
    *,
    filter: str | None = None,
    sort: Literal["created_at", "-created_at"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Page[ProfileBulkImportJob]:
    """Lists profile imports.

    `GET /api/profile-bulk-import-jobs`, needs `profiles:read`.
    - `filter`: `status` (any, equals).
    - `sort`: With `-` descending.
    - `fields`: Names of attributes, or a map of type to names; types: profile-bulk-import-job.
    - `page_size`: 1 to 100; 20 where it is left out.
    - `cursor`: `next` of an earlier page.
    """
    return invoke(_wit.list_bulk_import_jobs, "profiles.list_bulk_import_jobs", (), NO_BODY, {"filter": filter, "sort": sort, "fields": fields, "page_size": page_size, "cursor": cursor}, "many")


def each_bulk_import_job(
    *,
    filter: str | None = None,
    sort: Literal["created_at", "-created_at"] | None = None,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    page_size: int | None = None,
    cursor: str | None = None,
) -> Iterator[ProfileBulkImportJob]:
    """Every row of all pages of `list_bulk_import_jobs`, which are fetched as they are needed."""
    return pages("profiles.list_bulk_import_jobs", lambda at: list_bulk_import_jobs(filter=filter, sort=sort, fields=fields, page_size=page_size, cursor=at), cursor)


def list_lists(
    profile_id: str,
    *,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
) -> Page[List]:
    """Lists the lists that a profile is on, all in one answer.

    `GET /api/profiles/{profile_id}/lists`, needs `profiles:read`.
    - `fields`: Names of attributes, or a map of type to names; types: list.
    """
    return invoke(_wit.list_lists, "profiles.list_lists", (profile_id,), NO_BODY, {"fields": fields}, "many")


def list_segments(
    profile_id: str,
    *,
    fields: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
) -> Page[Segment]:
    """Lists the segments that a profile is in, all in one answer.

    `GET /api/profiles/{profile_id}/segments`, needs `profiles:read`.
    - `fields`: Names of attributes, or a map of type to names; types: segment.
    """
    return invoke(_wit.list_segments, "profiles.list_segments", (profile_id,), NO_BODY, {"fields": fields}, "many")


class MergeBody(TypedDict, total=False):
    """What `merge` takes."""

    destination: str
    """Becomes the id of the `profile-merge` Must be there."""

    source: str
    """`profile`"""


def merge(
    body: MergeBody | Mapping[str, Any],
) -> Profile:
    """Merges the profile `source` into the profile `destination` and deletes the source; one source a call, queued, not to be undone.

    `POST /api/profile-merge`, needs `profiles:delete`.
    """
    return invoke(_wit.merge, "profiles.merge", (), body, {}, "one")


class UpdateBody(TypedDict, total=False):
    """What `update` takes."""

    email: str | None
    """Identifies the profile; unique in the account."""

    phone_number: str | None
    """In E.164 form, such as `+15551234567`; identifies the profile."""

    external_id: str | None
    """Your own id for the person; identifies the profile."""

    anonymous_id: str | None
    """Id of a person not yet known by name; updates and imports take it, creations do not, and it is never answered."""

    first_name: str | None

    last_name: str | None

    organization: str | None

    locale: str | None
    """IETF BCP 47 language tag, such as `en-US`."""

    title: str | None
    """Job title."""

    image: str | None
    """URL of a picture."""

    location: Mapping[str, Any] | None
    """`address1`, `address2`, `city`, `country`, `region`, `zip`, `latitude`, `longitude`, `timezone`, `ip`."""

    properties: Mapping[str, Any] | None
    """Custom properties. An update merges them: null clears a property, an omitted one stays."""

    patch_properties: Any | None


def update(
    profile_id: str,
    body: UpdateBody | Mapping[str, Any],
    *,
    additional_fields: Sequence[Literal["subscriptions", "predictive_analytics"]] | None = None,
) -> Profile:
    """Changes the given attributes of a profile: null clears one, an omitted one stays, and `patch_properties` (`append`, `unappend`, `unset`) changes lists within `properties`; an identifier that another profile holds is refused with 409.

    `PATCH /api/profiles/{profile_id}`, needs `profiles:write`.
    - `additional_fields`: Answered only when asked for.
    """
    return invoke(_wit.update, "profiles.update", (profile_id,), body, {"additional_fields": additional_fields}, "one")
