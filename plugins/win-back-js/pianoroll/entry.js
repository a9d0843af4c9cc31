// Written by `pianoroll plugin new`; `--refresh` writes it anew.
//
// Where the host enters. The prelude comes first, so that no code of the plugin runs before the clock is replaced.

import { begin } from "./prelude.js";
import { record } from "./layer.js";
import * as plugin from "../src/main.js";

/** One run. */
export function run() {
  begin();
  try {
    const value = plugin.run();
    if (typeof value?.then === "function") {
      throw new TypeError("run() answered a promise: every call is made at once, so leave `async` and `await` out");
    }
    return JSON.stringify(value ?? null) ?? "null";
  } catch (thrown) {
    throw record(thrown);
  }
}
