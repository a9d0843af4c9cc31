# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""What the API answers."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class EventAttributes(TypedDict, total=False):
    """Of a `event`."""

    timestamp: int | None
    """Seconds since 1970, UTC."""

    datetime: str | None
    """The same time as text; may come with a space in place of the T."""

    event_properties: dict[str, Any] | None
    """What the event carries, such as the items of an order; `$value` is its worth."""

    uuid: str | None


class Event(TypedDict):
    """Something that a person did at a time, such as an order, counted by a metric."""

    type: str
    id: str
    attributes: EventAttributes
    relationships: NotRequired[dict[str, Any]]
    links: NotRequired[dict[str, str]]
    meta: NotRequired[dict[str, Any]]


class ImportErrorAttributes(TypedDict, total=False):
    """Of a `import-error`."""

    code: str
    """Class of the error, such as `invalid`."""

    title: str

    detail: str

    source: dict[str, Any] | None
    """`pointer` into the import's body."""

    original_payload: dict[str, Any] | None
    """The refused profile as it was sent."""


class ImportError(TypedDict):
    """Why one profile of an import was refused."""

    type: str
    id: str
    attributes: ImportErrorAttributes
    relationships: NotRequired[dict[str, Any]]
    links: NotRequired[dict[str, str]]
    meta: NotRequired[dict[str, Any]]


class ListAttributes(TypedDict, total=False):
    """Of a `list`."""

    name: str | None

    created: str | None

    updated: str | None

    opt_in_process: str | None
    """Whether a subscriber must confirm by email."""

    profile_count: int | None
    """Profiles on the list; lowers the limit to 1/s and 15/m. Only with `additional_fields`."""


class List(TypedDict):
    """A static list of profiles, such as the subscribers of a newsletter."""

    type: str
    id: str
    attributes: ListAttributes
    relationships: NotRequired[dict[str, Any]]
    links: NotRequired[dict[str, str]]
    meta: NotRequired[dict[str, Any]]


class MetricAttributes(TypedDict, total=False):
    """Of a `metric`."""

    name: str | None

    created: str | None

    updated: str | None

    integration: dict[str, Any] | None
    """Where the events come from: `object`, `id`, `name`, `category`."""


class Metric(TypedDict):
    """A kind of event that Klaviyo counts, such as Placed Order."""

    type: str
    id: str
    attributes: MetricAttributes
    relationships: NotRequired[dict[str, Any]]
    links: NotRequired[dict[str, str]]
    meta: NotRequired[dict[str, Any]]


class MetricAggregateAttributes(TypedDict, total=False):
    """Of a `metric-aggregate`."""

    dates: list[str]
    """The starts of the intervals."""

    data: list[dict[str, Any]]
    """One entry a group: `dimensions` as in `by`, and `measurements`, each a list as long as `dates`."""


class MetricAggregate(TypedDict):
    """Numbers of a metric over time."""

    type: str
    id: str
    attributes: MetricAggregateAttributes
    relationships: NotRequired[dict[str, Any]]
    links: NotRequired[dict[str, str]]
    meta: NotRequired[dict[str, Any]]


class ProfileAttributes(TypedDict, total=False):
    """Of a `profile`."""

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

    created: str | None

    updated: str | None
    """Moves with every change of the record, not with every event of the person."""

    last_event_date: str | None
    """When the person's newest event happened; cannot be filtered or sorted on."""

    location: dict[str, Any] | None
    """`address1`, `address2`, `city`, `country`, `region`, `zip`, `latitude`, `longitude`, `timezone`, `ip`."""

    properties: dict[str, Any] | None
    """Custom properties. An update merges them: null clears a property, an omitted one stays."""

    joined_group_at: str | None
    """When the profile joined the list or segment; only among the profiles of one."""

    subscriptions: dict[str, Any] | None
    """Consent and suppression for `email`, `sms` and `mobile_push`. Only with `additional_fields`."""

    predictive_analytics: dict[str, Any] | None
    """Lifetime values (currency of the account), numbers of orders, `churn_probability` from 0 to 1, `expected_date_of_next_order`; lowers the limit to 10/s and 150/m. Only with `additional_fields`."""


class Profile(TypedDict):
    """A person: contact details, consent and custom properties."""

    type: str
    id: str
    attributes: ProfileAttributes
    relationships: NotRequired[dict[str, Any]]
    links: NotRequired[dict[str, str]]
    meta: NotRequired[dict[str, Any]]


class ProfileBulkImportJobAttributes(TypedDict, total=False):
    """Of a `profile-bulk-import-job`."""

    status: str

    created_at: str

    total_count: int
    """Profiles in the job."""

    completed_count: int | None
    """Profiles done so far."""

    failed_count: int | None
    """Profiles refused; `profiles.list_bulk_import_errors` says why."""

    started_at: str | None

    completed_at: str | None

    expires_at: str | None
    """When the job is forgotten."""


class ProfileBulkImportJob(TypedDict):
    """A queued import of up to 10,000 profiles; read it until `status` is complete or cancelled."""

    type: str
    id: str
    attributes: ProfileBulkImportJobAttributes
    relationships: NotRequired[dict[str, Any]]
    links: NotRequired[dict[str, str]]
    meta: NotRequired[dict[str, Any]]


class SegmentAttributes(TypedDict, total=False):
    """Of a `segment`."""

    name: str | None

    definition: dict[str, Any] | None
    """`condition_groups`: the groups are and-ed, the conditions within one are or-ed."""

    created: str | None

    updated: str | None

    is_active: bool | None
    """Whether membership is still kept."""

    is_processing: bool | None
    """True while membership is being computed: profiles may still be missing."""

    is_starred: bool | None

    profile_count: int | None
    """Profiles in the segment; lowers the limit to 1/s and 15/m. Only with `additional_fields`."""


class Segment(TypedDict):
    """A group of profiles that Klaviyo keeps by conditions."""

    type: str
    id: str
    attributes: SegmentAttributes
    relationships: NotRequired[dict[str, Any]]
    links: NotRequired[dict[str, str]]
    meta: NotRequired[dict[str, Any]]
