// Written by `pianoroll plugin new`; `--refresh` writes it anew.
//
// A component has no clock and no chance of its own: what the engine brings along would stop the run, or answer the same in
// every run. So `Date`, `performance` and `Math.random` are replaced here, before any code of the plugin is read, by the run's
// own clock and seed. A run that is repeated after a crash sees the same times and the same numbers.

import * as clock from "pianoroll:klaviyo/clock@0.1.0";
import * as random from "pianoroll:klaviyo/random@0.1.0";
import * as log from "pianoroll:klaviyo/log@0.1.0";

let running = false;

/** Says that the host is there: called when the plugin is run, not while it is built. */
export function begin() {
  running = true;
}

/** Refuses what only a run has: code at the top of a file is run once, when the component is built. */
export function needsRun(what) {
  if (!running) {
    throw new Error(`${what} is there only while the plugin runs: use it in run(), not at the top of a file`);
  }
}

/** The time now, in milliseconds since 1970. */
export function now() {
  needsRun("the clock");
  return clock.now();
}

/** A number from 0 (included) to 1 (not included). */
export function draw() {
  needsRun("chance");
  // The host's 64 bits come as the nearest number, which may be 2^64 itself.
  return Math.min(random.next() / 2 ** 64, 1 - 2 ** -53);
}

const EngineDate = Date;
EngineDate.now = now;
const RunDate = new Proxy(EngineDate, {
  construct: (target, given, asked) => Reflect.construct(target, given.length === 0 ? [now()] : given, asked),
  apply: () => new EngineDate(now()).toString(),
});
EngineDate.prototype.constructor = RunDate;
globalThis.Date = RunDate;
Math.random = draw;
globalThis.performance = {
  get timeOrigin() {
    needsRun("the clock");
    return clock.started();
  },
  now() {
    return now() - clock.started();
  },
};

const text = (value) => {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.stack ? `${value}\n${value.stack}` : String(value);
  return JSON.stringify(value) ?? String(value);
};

/** Writes a line of the log. */
export function line(level, values) {
  needsRun("the log");
  log.write(level, values.map(text).join(" "));
}

const writer = (level) => (...values) => line(level, values);
globalThis.console = {
  debug: writer("debug"),
  log: writer("info"),
  info: writer("info"),
  warn: writer("warn"),
  error: writer("error"),
};
