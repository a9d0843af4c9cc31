# Written by `pianoroll plugin new`; `--refresh` writes it anew.
"""What stands between the plugin's code and the host: options and documents become JSON texts and come back as values."""

from __future__ import annotations

import contextlib
import datetime
import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypedDict, TypeVar

from componentize_py_types import Err, Ok
from wit_world.imports import checkpoints as _checkpoints
from wit_world.imports import clock as _clock
from wit_world.imports import params as _params
from wit_world.imports import progress as _progress
from wit_world.imports import state as _state
from wit_world.imports import types as _types
from wit_world.imports import wait as _wait

from pianoroll import prelude

try:
    from wit_world.imports import calls as _calls
except ImportError:
    # A plugin that asks for no permission cannot call.
    _calls = None  # type: ignore[assignment]

try:
    from wit_world.imports import notify as _notify
except ImportError:
    # A plugin that does not ask for it tells nobody anything.
    _notify = None  # type: ignore[assignment]

T = TypeVar("T")
NO_BODY: Any = object()


class HostError(Exception):
    """Why a call failed. One that nobody catches goes back to the host as it came."""

    def __init__(self, given: _types.Error) -> None:
        super().__init__(given.message)
        self.given = given
        #: `arguments`, `permission`, `api`, `account`, `paging`, `file` or `other`.
        self.kind: str = given.kind.name.lower()
        #: The API's own code, else the word of the kind.
        self.code: str = given.code
        #: The HTTP status, where there was an answer.
        self.status: int | None = given.status
        #: One line for people.
        self.message: str = given.message
        #: The operation, `profiles.get`; empty where none was called.
        self.operation: str = given.operation
        #: Where in the run.
        self.position: str = given.position
        #: Whether the same call can succeed later.
        self.retryable: bool = given.retryable
        #: Items of a list whose calls had succeeded before.
        self.done: int = given.done
        #: `title`, `detail`, `pointer`, `meta`, …
        self.details: dict[str, Any] = json.loads(given.details)


class Failure(Exception):
    """A failure of the plugin's own, with a code that whoever looks at the run can tell it by."""

    def __init__(self, message: str, *, code: str = "failed", details: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.details = details if details is not None else {}


class Page(TypedDict, Generic[T]):
    """One page of a list."""

    data: list[T]
    next: str | None
    included: list[dict[str, Any]]


def as_json(value: Any) -> Any:
    """Values that JSON has no word for: times as RFC 3339, sets and other iterables as lists."""
    if isinstance(value, datetime.datetime):
        return rfc3339(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def rfc3339(moment: datetime.datetime) -> str:
    """A time as the API writes it. One without a zone is in UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    moment = moment.astimezone(datetime.UTC)
    # As the other languages write it: thousandths only where there are any.
    precision = "milliseconds" if moment.microsecond >= 1000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def record(raised: BaseException) -> _types.Error:
    """What the host is told of anything that was raised."""
    if isinstance(raised, HostError):
        return raised.given
    if isinstance(raised, Err) and isinstance(raised.value, _types.Error):
        return raised.value
    if isinstance(raised, Failure):
        code, message, details = raised.code, str(raised), raised.details
    else:
        code, message = "exception", f"{type(raised).__name__}: {raised}"
        details = {"stack": "".join(traceback.format_exception(raised))}
    return _types.Error(
        kind=_types.ErrorKind.OTHER,
        code=code,
        status=None,
        message=message,
        operation="",
        position="",
        retryable=False,
        done=0,
        details=_text(details),
    )


def ask(what: str, function: Callable[..., T], *given: Any) -> T:
    """Calls the host, whose errors come as `HostError`."""
    prelude.needs_run(what)
    try:
        return function(*given)
    except Err as refused:
        failed = refused.value
    raise HostError(failed)


def _text(value: Any) -> str:
    return json.dumps(value, default=as_json, ensure_ascii=False, separators=(",", ":"))


def _pairs(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, _text(value)) for name, value in options.items() if value is not None]


def _value(shape: str, response: _types.Response) -> Any:
    document = json.loads(response.document)

    def single(one: Any) -> Any:
        match shape.removesuffix("s"):
            case "one":
                return one["data"] if one else None
            case "many":
                return {"data": one["data"], "next": response.next, "included": one.get("included", [])}
            case "map":
                return one
            case _:
                return None

    if not shape.endswith("s"):
        return single(document)
    return None if shape == "nones" else [single(one) for one in document]


# The account that `on` names, for the calls of its block.
_connection: str | None = None


def _call(operation: str, ids: Sequence[str], body: Any, options: Mapping[str, Any]) -> Any:
    sent = None if body is NO_BODY else _text(body)
    return _calls.Call(operation, list(ids), sent, _pairs(options), _connection)


def invoke(wit: Callable[..., Any], operation: str, ids: Sequence[str], body: Any, options: Mapping[str, Any], shape: str) -> Any:
    """Calls an operation. `shape` is one, many, map or none, and with `s` behind it where a list may become several calls."""
    if _connection is not None:
        response = ask(operation, _calls.make, _call(operation, ids, body, options))
    else:
        sent = [] if body is NO_BODY else [_text(body)]
        response = ask(operation, wit, *ids, *sent, _pairs(options))
    return _value(shape, response)


def pages(operation: str, fetch: Callable[[str | None], Page[T]], cursor: str | None) -> Iterator[T]:
    """Every row of all pages, which are fetched as they are needed."""
    account = _connection
    return _pages(operation, fetch, cursor, account)


def _pages(operation: str, fetch: Callable[[str | None], Page[T]], cursor: str | None, account: str | None) -> Iterator[T]:
    while True:
        with _elsewhere(account):
            page = fetch(cursor)
        yield from page["data"]
        if page["next"] is None:
            return
        if page["next"] == cursor:
            raise RuntimeError(f"{operation}: a page leads to itself")
        cursor = page["next"]


@contextlib.contextmanager
def _elsewhere(account: str | None) -> Iterator[None]:
    global _connection
    before = _connection
    _connection = account
    try:
        yield
    finally:
        _connection = before


def on(connection: str) -> contextlib.AbstractContextManager[None]:
    """A block whose calls go to another account, one of the `connections` in plugin.toml: `with on("target"): …`."""
    return _elsewhere(connection)


#: The operations that plugin.toml asks for: ids of the path, whether a body follows, and the shape of the answer.
OPERATIONS: dict[str, tuple[int, bool, str]] = {}


def call(operation: str, *given: Any, **options: Any) -> Any:
    """A call for `batch` or `settle`: the ids of the path, then the body where there is one; options by name."""
    if operation not in OPERATIONS:
        raise TypeError(f"there is no operation {operation} among those that plugin.toml asks for")
    ids, has_body, _ = OPERATIONS[operation]
    if len(given) != ids + has_body:
        raise TypeError(f"{operation} takes {ids} ids{' and a body' if has_body else ''}")
    return _call(operation, given[:ids], given[ids] if has_body else NO_BODY, options)


def settle(calls: Iterable[Any], width: int = 10) -> list[Any]:
    """Makes calls side by side, up to `width` (1 to 16) at once: for each, in their order, its value or its `HostError`."""
    made = list(calls)
    results = ask("settle", _calls.batch, made, width)
    return [
        _value(OPERATIONS[one.operation][2], result.value) if isinstance(result, Ok) else HostError(result.value)
        for one, result in zip(made, results, strict=True)
    ]


def batch(calls: Iterable[Any], width: int = 10) -> list[Any]:
    """As `settle`, but raises the first error once all calls were made."""
    values = settle(calls, width)
    for value in values:
        if isinstance(value, HostError):
            raise value
    return values


def request(method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = NO_BODY) -> Any:
    """Calls a native path; one that is no operation needs the permission `request`."""
    sent = None if body is NO_BODY else _text(body)
    return json.loads(ask("request", _calls.request, method, path, _pairs(query or {}), sent).document)


def checkpoint(name: str, block: Callable[[], Any]) -> Any:
    """A block of reads that a run does once: what it answers is recorded, its reads are not. Effects inside are refused."""
    known = ask("checkpoint", _checkpoints.begin, name)
    if known is not None:
        value = json.loads(known.value)
        if isinstance(known, Ok):
            return value
        if "host" in value:
            host = value["host"]
            raise HostError(_types.Error(**{**host, "kind": _types.ErrorKind[host["kind"]]}))
        raise Failure(value["message"], code="exception", details=value)
    try:
        text = _text(block())
    except Exception as raised:
        failed: dict[str, Any] = {"message": f"{type(raised).__name__}: {raised}"}
        if isinstance(raised, HostError):
            failed = {"host": {**vars(raised.given), "kind": raised.given.kind.name}}
        ask("checkpoint", _checkpoints.end, Err(_text(failed)))
        raise
    ask("checkpoint", _checkpoints.end, Ok(text))
    # What a repeated run will read.
    return json.loads(text)


def started() -> datetime.datetime:
    """When the run started."""
    prelude.needs_run("the clock")
    return datetime.datetime.fromtimestamp(_clock.started() / 1000, datetime.UTC)


class state:
    """What the automation keeps from run to run."""

    @staticmethod
    def get(key: str) -> Any:
        """The value of a key; None where there is none."""
        return json.loads(ask("state", _state.get, key))

    @staticmethod
    def set(key: str, value: Any) -> None:
        """Sets the value of a key; None removes it."""
        ask("state", _state.set, key, _text(value))


def all_params() -> dict[str, Any]:
    """The parameters of the run."""
    return json.loads(ask("params", _params.all))


def last_run() -> dict[str, Any] | None:
    """The run before this one: its id `run`, `started`, `finished` and `problems`."""
    return json.loads(ask("last_run", _params.last_run))


def progress(done: int, total: int | None = None) -> None:
    """So much is done, of so much in all."""
    ask("progress", _progress.report, done, total)


def problem(text: str, details: Any = None) -> None:
    """Something that the run goes on in spite of: it will be completed with problems."""
    ask("problem", _progress.problem, text, _text(details))


def notify(text: str, details: Mapping[str, Any] | None = None) -> None:
    """Tells the operator something, wherever they are: at most 100 times in a run, and never within a checkpoint."""
    ask("notify", _notify.tell, text, _text(None if details is None else dict(details)))


def pause(seconds: float) -> None:
    """Pauses the run; a long pause parks it."""
    ask("pause", _wait.pause, round(seconds * 1000))
