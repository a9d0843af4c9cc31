// Written by `pianoroll plugin new`; `--refresh` writes it anew.
//
// What a plugin imports: the operations that plugin.toml asks for, and the rest of what the host offers.

import * as calls from "pianoroll:klaviyo/calls@0.1.0";
import * as host_events from "pianoroll:klaviyo/events@0.1.0";
import * as host_lists from "pianoroll:klaviyo/lists@0.1.0";
import * as host_metrics from "pianoroll:klaviyo/metrics@0.1.0";
import * as host_profiles from "pianoroll:klaviyo/profiles@0.1.0";
import { resource, several } from "./layer.js";

export {
  Failure,
  HostError,
  checkpoint,
  filter,
  lastRun,
  log,
  params,
  pause,
  problem,
  progress,
  started,
  state,
} from "./layer.js";

// [function, [operation, ids of the path, whether a body follows, shape of the answer, name in WIT], function over all rows]
const table = {
  events: [
    ["bulkCreate", ["events.bulk_create", 0, true, "nones", "bulkCreate"], null],
    ["create", ["events.create", 0, true, "none", "create"], null],
    ["get", ["events.get", 1, false, "one", "get"], null],
    ["list", ["events.list", 0, false, "many", "list"], "each"],
  ],
  lists: [
    ["addProfiles", ["lists.add_profiles", 1, true, "nones", "addProfiles"], null],
    ["create", ["lists.create", 0, true, "one", "create"], null],
    ["delete", ["lists.delete", 1, false, "none", "delete"], null],
    ["get", ["lists.get", 1, false, "one", "get"], null],
    ["list", ["lists.list", 0, false, "many", "list"], "each"],
    ["listProfiles", ["lists.list_profiles", 1, false, "many", "listProfiles"], "eachProfile"],
    ["removeProfiles", ["lists.remove_profiles", 1, true, "nones", "removeProfiles"], null],
    ["update", ["lists.update", 1, true, "one", "update"], null],
  ],
  metrics: [
    ["get", ["metrics.get", 1, false, "one", "get"], null],
    ["list", ["metrics.list", 0, false, "many", "list"], "each"],
    ["queryAggregates", ["metrics.query_aggregates", 0, true, "one", "queryAggregates"], null],
  ],
  profiles: [
    ["bulkImport", ["profiles.bulk_import", 0, true, "ones", "bulkImport"], null],
    ["create", ["profiles.create", 0, true, "one", "create"], null],
    ["get", ["profiles.get", 1, false, "one", "get"], null],
    ["getBulkImportJob", ["profiles.get_bulk_import_job", 1, false, "one", "getBulkImportJob"], null],
    ["list", ["profiles.list", 0, false, "many", "list"], "each"],
    ["listBulkImportErrors", ["profiles.list_bulk_import_errors", 1, false, "many", "listBulkImportErrors"], "eachBulkImportError"],
    ["listBulkImportJobs", ["profiles.list_bulk_import_jobs", 0, false, "many", "listBulkImportJobs"], "eachBulkImportJob"],
    ["listLists", ["profiles.list_lists", 1, false, "many", "listLists"], null],
    ["listSegments", ["profiles.list_segments", 1, false, "many", "listSegments"], null],
    ["merge", ["profiles.merge", 0, true, "one", "merge"], null],
    ["update", ["profiles.update", 1, true, "one", "update"], null],
  ],
};

export const events = resource(table.events, host_events, calls);
export const lists = resource(table.lists, host_lists, calls);
export const metrics = resource(table.metrics, host_metrics, calls);
export const profiles = resource(table.profiles, host_profiles, calls);

const rows = Object.fromEntries(Object.values(table).flat().map(([, row]) => [row[0], row]));
export const { call, settle, batch, on } = several(rows, calls);
