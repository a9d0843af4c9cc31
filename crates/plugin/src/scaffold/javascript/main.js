import { Failure, filter, lists, log, params, state } from "../pianoroll/index.js";

/** Counts who is on a list, and says how many came since the last run. */
export function run() {
  const { list: name } = params();
  const [list] = lists.list({ filter: filter.equals("name", name) }).data;
  if (!list) throw new Failure(`there is no list ${name}`, { code: "no_list" });

  let members = 0;
  for (const _ of lists.eachProfile(list.id, { fields: ["email"], page_size: 100 })) members += 1;

  const before = state.get("members");
  state.set("members", members);
  const change = before === null ? "counted for the first time" : `${members - before} more than last time`;
  log.info(`${name}: ${members} members, ${change}`);
  return { members, before };
}
