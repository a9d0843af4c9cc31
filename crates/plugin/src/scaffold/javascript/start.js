import { log, params } from "../pianoroll/index.js";

/** Says what it was given: the place for what it is to do. */
export function run() {
  const given = params();
  log.info(`started with ${JSON.stringify(given)}`);
  return given;
}
