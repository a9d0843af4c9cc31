// Written by `pianoroll plugin new`; `--refresh` writes it anew.
//
// What stands between the plugin's code and the host: options and documents become JSON texts and come back as values.

import * as checkpoints from "pianoroll:klaviyo/checkpoints@0.1.0";
import * as clock from "pianoroll:klaviyo/clock@0.1.0";
import * as host_params from "pianoroll:klaviyo/params@0.1.0";
import * as host_progress from "pianoroll:klaviyo/progress@0.1.0";
import * as host_state from "pianoroll:klaviyo/state@0.1.0";
import * as host_wait from "pianoroll:klaviyo/wait@0.1.0";
import { line, needsRun } from "./prelude.js";

/** Why a call failed. One that nobody catches goes back to the host as it came. */
export class HostError extends Error {
  constructor(given) {
    super(given.message);
    this.name = "HostError";
    for (const field of ["kind", "code", "status", "operation", "position", "retryable", "done"]) {
      this[field] = given[field];
    }
    this.details = JSON.parse(given.details);
    Object.defineProperty(this, "given", { value: given });
  }
}

/** A failure of the plugin's own, with a code that whoever looks at the run can tell it by. */
export class Failure extends Error {
  constructor(message, { code = "failed", details = {} } = {}) {
    super(message);
    this.name = "Failure";
    this.code = code;
    this.details = details;
  }
}

/** What the host is told of anything that was thrown. */
export function record(thrown) {
  if (thrown instanceof HostError) return thrown.given;
  const own = { kind: "other", status: null, operation: "", position: "", retryable: false, done: 0 };
  if (thrown instanceof Failure) {
    return { ...own, code: thrown.code, message: thrown.message, details: JSON.stringify(thrown.details) };
  }
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const details = JSON.stringify({ stack: thrown?.stack ?? "" });
  return { ...own, code: "exception", message, details };
}

/** Calls the host, whose errors come as `HostError`. */
export function ask(what, call) {
  needsRun(what);
  try {
    return call();
  } catch (thrown) {
    if (thrown?.payload?.kind === undefined) throw thrown;
    throw new HostError(thrown.payload);
  }
}

const json = (value) => JSON.stringify(value ?? null) ?? "null";

const pairs = (options) =>
  Object.entries(options ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, json(value)]);

// What an operation's function gives: `shape` is "one", "many", "map" or "none", and with "s" behind it where a list may
// become several calls.
function value(shape, response) {
  const document = JSON.parse(response.document);
  const single = (one) => {
    switch (shape.replace(/s$/, "")) {
      case "one":
        return one?.data ?? null;
      case "many":
        return { data: one.data, next: response.next, included: one.included ?? [] };
      case "map":
        return one;
      default:
        return null;
    }
  };
  if (!shape.endsWith("s")) return single(document);
  return shape === "nones" ? null : document.map(single);
}

// The account that `on` names, for the calls of its block.
let connection = null;

/** The function of an operation. `row` is [id, ids of the path, whether a body follows, shape, name in WIT]. */
function operation([id, ids, hasBody, shape, name], wit, calls) {
  return (...given) => {
    const path = given.slice(0, ids).map((one) => {
      if (typeof one !== "string") throw new TypeError(`${id} takes ${ids} id${ids === 1 ? "" : "s"} as text first`);
      return one;
    });
    const body = hasBody ? json(given[ids]) : null;
    const options = pairs(given[ids + (hasBody ? 1 : 0)]);
    const response = ask(id, () =>
      connection === null
        ? wit[name](...path, ...(hasBody ? [body] : []), options)
        : calls.make({ operation: id, ids: path, body, options, connection }),
    );
    return value(shape, response);
  };
}

/** A generator over every row of all pages, which are fetched as they are needed. */
function pages(list, row) {
  const at = row[1] + (row[2] ? 1 : 0);
  return (...given) => {
    const account = connection;
    return (function* () {
      const before = given.slice(0, at);
      let options = { ...given[at] };
      for (;;) {
        const page = elsewhere(account, () => list(...before, options));
        yield* page.data;
        if (page.next === null) return;
        if (page.next === options.cursor) throw new Error(`${row[0]}: a page leads to itself`);
        options = { ...options, cursor: page.next };
      }
    })();
  };
}

/** The functions of a resource, from its rows of the table. */
export function resource(rows, wit, calls) {
  const functions = {};
  for (const [name, row, each] of rows) {
    functions[name] = operation(row, wit, calls);
    if (each) functions[each] = pages(functions[name], row);
  }
  return Object.freeze(functions);
}

function elsewhere(account, block) {
  const before = connection;
  connection = account;
  try {
    return block();
  } finally {
    connection = before;
  }
}

/** `on`, `call`, `batch` and `settle`, for a table of all rows by id. */
export function several(table, calls) {
  const row = (id) => table[id] ?? (() => { throw new TypeError(`there is no operation ${id} among those that plugin.toml asks for`); })();
  const call = (id, ...given) => {
    const [, ids, hasBody] = row(id);
    return {
      operation: id,
      ids: given.slice(0, ids),
      body: hasBody ? json(given[ids]) : null,
      options: pairs(given[ids + (hasBody ? 1 : 0)]),
      connection,
    };
  };
  const settle = (list, width = 10) =>
    ask("settle", () => calls.batch(list, width)).map((result, index) =>
      result.tag === "ok"
        ? { value: value(row(list[index].operation)[3], result.val), error: null }
        : { value: null, error: new HostError(result.val) },
    );
  const batch = (list, width = 10) =>
    settle(list, width).map(({ value, error }) => {
      if (error) throw error;
      return value;
    });
  return { call, settle, batch, on: elsewhere };
}

/** `request`, for plugins that ask for it. */
export function requests(calls) {
  return (method, path, { query = {}, body } = {}) => {
    const sent = body === undefined ? null : json(body);
    return JSON.parse(ask("request", () => calls.request(method, path, pairs(query), sent)).document);
  };
}

/** `notify`, for plugins that ask for it. */
export function notifies(wit) {
  return (text, details = null) => {
    ask("notify", () => wit.tell(String(text), json(details)));
  };
}

/** A block of reads that a run does once: what it answers is recorded, its reads are not. Effects inside are refused. */
export function checkpoint(name, block) {
  const known = ask("checkpoint", () => checkpoints.begin(name));
  if (known !== null) {
    const value = JSON.parse(known.val);
    if (known.tag === "ok") return value;
    throw value.host ? new HostError(value.host) : Object.assign(new Error(value.message), value);
  }
  let text;
  try {
    text = json(block());
  } catch (thrown) {
    const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
    const failed = thrown instanceof HostError ? { host: thrown.given } : { name, message, stack };
    ask("checkpoint", () => checkpoints.end({ tag: "err", val: json(failed) }));
    throw thrown;
  }
  ask("checkpoint", () => checkpoints.end({ tag: "ok", val: text }));
  // What a repeated run will read.
  return JSON.parse(text);
}

/** Lines of the run's log; `console` writes the same. */
export const log = Object.freeze({
  debug: (...values) => line("debug", values),
  info: (...values) => line("info", values),
  warn: (...values) => line("warn", values),
  error: (...values) => line("error", values),
});

/** When the run started. */
export function started() {
  needsRun("the clock");
  return new Date(clock.started());
}

/** What the automation keeps from run to run. */
export const state = Object.freeze({
  get: (key) => JSON.parse(ask("state", () => host_state.get(key))),
  set: (key, value) => ask("state", () => host_state.set(key, json(value))),
});

/** The parameters of the run. */
export function params() {
  return JSON.parse(ask("params", () => host_params.all()));
}

/** The run before this one, or null. */
export function lastRun() {
  return JSON.parse(ask("lastRun", () => host_params.lastRun()));
}

/** So much is done, of so much in all. */
export function progress(done, total = null) {
  ask("progress", () => host_progress.report(done, total));
}

/** Something that the run goes on in spite of. */
export function problem(text, details = null) {
  ask("problem", () => host_progress.problem(String(text), json(details)));
}

/** Pauses the run. */
export function pause(milliseconds) {
  ask("pause", () => host_wait.pause(milliseconds));
}

// As the other languages write it: thousandths only where there are any.
const moment = (date) => date.toISOString().replace(".000Z", "Z");

const literal = (value) => {
  if (typeof value === "string") return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  if (value instanceof Date) return moment(value);
  if (typeof value === "boolean" || Number.isFinite(value)) return String(value);
  if (value === null) return "null";
  throw new TypeError(`a filter compares with a text, a number, a boolean, a Date or null, not ${typeof value}`);
};
const comparison = (operator) => (field, value) => `${operator}(${field},${literal(value)})`;
const set = (operator) => (field, values) => {
  const literals = [...values].map(literal);
  if (literals.length === 0) throw new TypeError(`a filter ${operator} on ${field} has no values: the API refuses that`);
  return `${operator}(${field},[${literals.join(",")}])`;
};

/** The API's filters, with every value quoted as it must be. */
export const filter = Object.freeze({
  equals: comparison("equals"),
  contains: comparison("contains"),
  startsWith: comparison("starts-with"),
  endsWith: comparison("ends-with"),
  greaterThan: comparison("greater-than"),
  greaterOrEqual: comparison("greater-or-equal"),
  lessThan: comparison("less-than"),
  lessOrEqual: comparison("less-or-equal"),
  any: set("any"),
  containsAny: set("contains-any"),
  containsAll: set("contains-all"),
  has: (field) => `has(${field})`,
  and: (...filters) => (filters.length === 1 ? filters[0] : `and(${filters.join(",")})`),
});
