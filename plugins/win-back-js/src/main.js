// Keeps a list of customers to win back: they ordered once, not lately, and may be written to.
//
// On the list are those whose newest order is older than `quiet_days` and younger than `memory_days`, and who can receive email
// marketing. Some of those that would enter are drawn into a control group instead, and marked so. Whoever orders again,
// unsubscribes or is too long gone leaves the list at the next run. `scripts/win_back_list.rhai` does the same in Rhai, without
// the control group.

import {
  Failure,
  batch,
  call,
  checkpoint,
  events,
  filter,
  lists,
  log,
  metrics,
  params,
  problem,
  progress,
  settle,
  started,
  state,
} from "../pianoroll/index.js";

const DAY = 86_400_000;

export function run() {
  const given = params();
  const metric = findMetric(given.metric);
  const customers = checkpoint("customers", () => {
    const quiet = quietCustomers(metric, given);
    return { quiet, reachable: reachable(quiet) };
  });
  log.info(`${customers.quiet.length} customers are quiet, ${customers.reachable.length} of them may be written to`);

  const list = findOrCreateList(given.list);
  const members = checkpoint("members", () =>
    Array.from(lists.eachProfile(list, { fields: ["email"], page_size: 100 }), (member) => member.id),
  );

  const onList = new Set(members);
  /** @type {string[]} */
  const entering = [];
  /** @type {string[]} */
  const control = [];
  for (const customer of customers.reachable) {
    if (onList.has(customer.id) || customer.control) continue;
    const chosen = Math.random() * 100 < given.control_percent;
    (chosen ? control : entering).push(customer.id);
  }
  const wanted = new Set(customers.reachable.map((customer) => customer.id));
  const leaving = members.filter((id) => !wanted.has(id));

  const writes = [];
  if (entering.length > 0) writes.push(call("lists.add_profiles", list, entering));
  if (leaving.length > 0) writes.push(call("lists.remove_profiles", list, leaving));
  for (const id of control) writes.push(call("profiles.update", id, { properties: { win_back: "control" } }));
  const failed = settle(/** @type {import("../pianoroll/index.js").Call<any>[]} */ (writes), 10).flatMap(
    ({ error }) => (error ? [error.message] : []),
  );
  if (failed.length > 0) problem(`${failed.length} changes failed`, failed);

  const before = state.get("reachable");
  state.set("reachable", customers.reachable.length);
  log.info(`list ${given.list}: ${entering.length} entered, ${leaving.length} left`);
  return {
    quiet: customers.quiet.length,
    reachable: customers.reachable.length,
    entered: entering.length,
    left: leaving.length,
    control: control.length,
    failed: failed.length,
    before,
  };
}

/** @param {string} name */
function findMetric(name) {
  for (const metric of metrics.each({ fields: ["name"] })) {
    if (metric.id === name || metric.attributes.name === name) return metric.id;
  }
  throw new Failure(`there is no metric ${name}`);
}

/** @param {string} name */
function findOrCreateList(name) {
  for (const list of lists.each({ fields: ["name"] })) {
    if (list.id === name || list.attributes.name === name) return list.id;
  }
  return lists.create({ name }).id;
}

/**
 * Newest first: the first order of a profile that turns up is its last one.
 * @param {string} metric
 * @param {ReturnType<typeof params>} given
 */
function quietCustomers(metric, given) {
  const quiet = started().getTime() - given.quiet_days * DAY;
  const since = new Date(started().getTime() - given.memory_days * DAY);
  const seen = new Set();
  const found = [];
  let orders = 0;
  for (const order of events.each({
    filter: filter.and(filter.equals("metric_id", metric), filter.greaterOrEqual("datetime", since)),
    fields: ["datetime"],
    sort: "-datetime",
    page_size: 1000,
  })) {
    orders += 1;
    if (orders % 10_000 === 0) progress(orders);
    const profile = order.relationships?.profile?.data?.id;
    if (!profile || seen.has(profile)) continue;
    seen.add(profile);
    if (Date.parse(order.attributes.datetime ?? "") < quiet) found.push(profile);
  }
  return found;
}

/**
 * Consent is only answered when it is asked for, and by 100 ids a request.
 * @param {string[]} customers
 */
function reachable(customers) {
  const reads = [];
  for (let at = 0; at < customers.length; at += 100) {
    reads.push(
      call("profiles.list", {
        filter: filter.any("id", customers.slice(at, at + 100)),
        fields: ["properties"],
        additional_fields: ["subscriptions"],
        page_size: 100,
      }),
    );
  }
  return batch(reads, 8)
    .flatMap((page) => page.data)
    .filter((profile) => profile.attributes.subscriptions?.email.marketing.can_receive_email_marketing === true)
    .map((profile) => ({ id: profile.id, control: profile.attributes.properties?.win_back === "control" }))
    // In an order that does not depend on the server's.
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
