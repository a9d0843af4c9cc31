"""Keeps a list of customers to win back: they ordered once, not lately, and may be written to.

On the list are those whose newest order is older than `quiet_days` and younger than `memory_days`, and who can receive email
marketing. Some of those that would enter are drawn into a control group instead, and marked so. Whoever orders again,
unsubscribes or is too long gone leaves the list at the next run. `scripts/win_back_list.rhai` does the same in Rhai, without
the control group.
"""

from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from pianoroll import (
    Failure,
    HostError,
    Params,
    batch,
    call,
    checkpoint,
    draw,
    events,
    filters,
    lists,
    log,
    metrics,
    params,
    problem,
    progress,
    settle,
    started,
    state,
)


def run():
    """One run: what it returns is the run's result."""
    given = params()
    metric = find_metric(given["metric"])

    def scan():
        quiet = quiet_customers(metric, given)
        return {"quiet": quiet, "reachable": reachable(quiet)}

    customers = checkpoint("customers", scan)
    found = customers["reachable"]
    log.info(f"{len(customers['quiet'])} customers are quiet, {len(found)} of them may be written to")

    list_id = find_or_create_list(given["list"])
    members = checkpoint(
        "members",
        lambda: [member["id"] for member in lists.each_profile(list_id, fields=["email"], page_size=100)],
    )

    on_list = set(members)
    entering: list[str] = []
    control: list[str] = []
    for customer in found:
        if customer["id"] in on_list or customer["control"]:
            continue
        chosen = draw() * 100 < given["control_percent"]
        (control if chosen else entering).append(customer["id"])
    wanted = {customer["id"] for customer in found}
    leaving = [member for member in members if member not in wanted]

    writes = []
    if entering:
        writes.append(call("lists.add_profiles", list_id, entering))
    if leaving:
        writes.append(call("lists.remove_profiles", list_id, leaving))
    writes += [call("profiles.update", id, {"properties": {"win_back": "control"}}) for id in control]
    failed = [result.message for result in settle(writes, 10) if isinstance(result, HostError)]
    if failed:
        problem(f"{len(failed)} changes failed", failed)

    before = state.get("reachable")
    state.set("reachable", len(found))
    log.info(f"list {given['list']}: {len(entering)} entered, {len(leaving)} left")
    return {
        "quiet": len(customers["quiet"]),
        "reachable": len(found),
        "entered": len(entering),
        "left": len(leaving),
        "control": len(control),
        "failed": len(failed),
        "before": before,
    }


def find_metric(name: str) -> str:
    for metric in metrics.each(fields=["name"]):
        if name in (metric["id"], metric["attributes"].get("name")):
            return metric["id"]
    raise Failure(f"there is no metric {name}")


def find_or_create_list(name: str) -> str:
    for one in lists.each(fields=["name"]):
        if name in (one["id"], one["attributes"].get("name")):
            return one["id"]
    return lists.create({"name": name})["id"]


def quiet_customers(metric: str, given: Params) -> list[str]:
    """Newest first: the first order of a profile that turns up is its last one."""
    quiet = started() - timedelta(days=given["quiet_days"])
    since = started() - timedelta(days=given["memory_days"])
    newest = filters.both(filters.equals("metric_id", metric), filters.greater_or_equal("datetime", since))
    seen: set[str] = set()
    found = []
    orders = events.each(filter=newest, fields=["datetime"], sort="-datetime", page_size=1000)
    for number, order in enumerate(orders, start=1):
        if number % 10_000 == 0:
            progress(number)
        related: dict[str, Any] = order.get("relationships", {}).get("profile", {}).get("data") or {}
        profile = related.get("id")
        if not profile or profile in seen:
            continue
        seen.add(profile)
        if datetime.fromisoformat(order["attributes"]["datetime"] or "") < quiet:
            found.append(profile)
    return found


def reachable(customers: list[str]) -> list[dict[str, Any]]:
    """Consent is only answered when it is asked for, and by 100 ids a request."""
    reads = [
        call(
            "profiles.list",
            filter=filters.any_of("id", ids),
            fields=["properties"],
            additional_fields=["subscriptions"],
            page_size=100,
        )
        for ids in batched(customers, 100)
    ]
    found = []
    for page in batch(reads, 8):
        for profile in page["data"]:
            attributes = profile["attributes"]
            if attributes["subscriptions"]["email"]["marketing"]["can_receive_email_marketing"]:
                control = attributes["properties"].get("win_back") == "control"
                found.append({"id": profile["id"], "control": control})
    # In an order that does not depend on the server's.
    return sorted(found, key=lambda customer: customer["id"])
