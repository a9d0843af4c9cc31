// Written by `pianoroll plugin new`; `--refresh` writes it anew.

/** Why a call failed. One that nobody catches goes back to the host as it came. */
export class HostError extends Error {
  private constructor();
  readonly kind: "arguments" | "permission" | "api" | "account" | "paging" | "file" | "other";
  /** The API's own code, else the word of the kind. */
  readonly code: string;
  /** The HTTP status, where there was an answer. */
  readonly status: number | null;
  /** The operation, `profiles.get`; empty where none was called. */
  readonly operation: string;
  /** Where in the run. */
  readonly position: string;
  /** Whether the same call can succeed later. */
  readonly retryable: boolean;
  /** Items of a list whose calls had succeeded before. */
  readonly done: number;
  /** `title`, `detail`, `pointer`, `meta`, … */
  readonly details: Record<string, any>;
}

/** A failure of the plugin's own, with a code that whoever looks at the run can tell it by. */
export class Failure extends Error {
  constructor(message: string, more?: { code?: string; details?: unknown });
  readonly code: string;
  readonly details: unknown;
}

/** A resource of the API. */
export interface Resource<Attributes> {
  type: string;
  id: string;
  attributes: Attributes;
  relationships?: Record<string, { data?: any; links?: Record<string, string> }>;
  links?: Record<string, string>;
  meta?: Record<string, any>;
}

/** One page of a list. */
export interface Page<Row> {
  data: Row[];
  /** The option `cursor` of the next page; null on the last one. */
  next: string | null;
  included: Resource<any>[];
}

/** A block of reads that a run does once: what it answers is recorded, its reads are not. Effects inside are refused. */
export function checkpoint<Value>(name: string, block: () => Value): Value;

/** Lines of the run's log; `console` writes the same. */
export const log: {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
};

/** When the run started. `Date.now()` and `new Date()` are the time now. */
export function started(): Date;

/** What the automation keeps from run to run, for each connection. */
export const state: {
  /** The value of a key; null where there is none. */
  get(key: string): any;
  /** Sets the value of a key; null removes it. */
  set(key: string, value: unknown): void;
};

/** The run before this one, or null. */
export function lastRun(): { run: string; started: string; finished: string; problems: number } | null;

/** So much is done, of so much in all. */
export function progress(done: number, total?: number | null): void;

/** Something that the run goes on in spite of: it will be completed with problems. */
export function problem(text: string, details?: unknown): void;

/** Pauses the run; a long pause parks it. */
export function pause(milliseconds: number): void;

type Literal = string | number | boolean | Date | null;

/** The API's filters, with every value quoted as it must be: `filter.equals("name", "Win back")`. */
export const filter: {
  equals(field: string, value: Literal): string;
  contains(field: string, value: Literal): string;
  startsWith(field: string, value: Literal): string;
  endsWith(field: string, value: Literal): string;
  greaterThan(field: string, value: Literal): string;
  greaterOrEqual(field: string, value: Literal): string;
  lessThan(field: string, value: Literal): string;
  lessOrEqual(field: string, value: Literal): string;
  any(field: string, values: Iterable<Literal>): string;
  containsAny(field: string, values: Iterable<Literal>): string;
  containsAll(field: string, values: Iterable<Literal>): string;
  has(field: string): string;
  and(...filters: string[]): string;
};

/** The same as `log`. */
declare global {
  var console: typeof log & { log(...values: unknown[]): void };
}

/** The parameters of plugin.toml, with the values of this run. */
export function params(): {
  /** How many of a hundred are kept off the list, so that its effect can be measured */
  control_percent: number;
  /** The list: its id, or its exact name. It is made where it is missing */
  list: string;
  /** After how many days nobody tries any more */
  memory_days: number;
  /** The metric whose events are orders: its id, or its exact name */
  metric: string;
  /** How many days a customer has not ordered */
  quiet_days: number;
};

/** Something that a person did at a time, such as an order, counted by a metric. */
export type Event = Resource<{
  /** Seconds since 1970, UTC. */
  timestamp?: number | null;
  /** The same time as text; may come with a space in place of the T. */
  datetime?: string | null;
  /** What the event carries, such as the items of an order; `$value` is its worth. */
  event_properties?: Record<string, any> | null;
  uuid?: string | null;
}>;

/** Why one profile of an import was refused. */
export type ImportError = Resource<{
  /** Class of the error, such as `invalid`. */
  code: string;
  title: string;
  detail: string;
  /** `pointer` into the import's body. */
  source?: Record<string, any> | null;
  /** The refused profile as it was sent. */
  original_payload?: Record<string, any> | null;
}>;

/** A static list of profiles, such as the subscribers of a newsletter. */
export type List = Resource<{
  name?: string | null;
  created?: string | null;
  updated?: string | null;
  /** Whether a subscriber must confirm by email. */
  opt_in_process?: "double_opt_in" | "single_opt_in" | (string & {}) | null;
  /** Profiles on the list; lowers the limit to 1/s and 15/m. Only with `additional_fields`. */
  profile_count?: number | null;
}>;

/** A kind of event that Klaviyo counts, such as Placed Order. */
export type Metric = Resource<{
  name?: string | null;
  created?: string | null;
  updated?: string | null;
  /** Where the events come from: `object`, `id`, `name`, `category`. */
  integration?: Record<string, any> | null;
}>;

/** Numbers of a metric over time. */
export type MetricAggregate = Resource<{
  /** The starts of the intervals. */
  dates: Array<string>;
  /** One entry a group: `dimensions` as in `by`, and `measurements`, each a list as long as `dates`. */
  data: Array<Record<string, any>>;
}>;

/** A person: contact details, consent and custom properties. */
export type Profile = Resource<{
  /** Identifies the profile; unique in the account. */
  email?: string | null;
  /** In E.164 form, such as `+15551234567`; identifies the profile. */
  phone_number?: string | null;
  /** Your own id for the person; identifies the profile. */
  external_id?: string | null;
  first_name?: string | null;
  last_name?: string | null;
  organization?: string | null;
  /** IETF BCP 47 language tag, such as `en-US`. */
  locale?: string | null;
  /** Job title. */
  title?: string | null;
  /** URL of a picture. */
  image?: string | null;
  created?: string | null;
  /** Moves with every change of the record, not with every event of the person. */
  updated?: string | null;
  /** When the person's newest event happened; cannot be filtered or sorted on. */
  last_event_date?: string | null;
  /** `address1`, `address2`, `city`, `country`, `region`, `zip`, `latitude`, `longitude`, `timezone`, `ip`. */
  location?: Record<string, any> | null;
  /** Custom properties. An update merges them: null clears a property, an omitted one stays. */
  properties?: Record<string, any> | null;
  /** When the profile joined the list or segment; only among the profiles of one. */
  joined_group_at?: string | null;
  /** Consent and suppression for `email`, `sms` and `mobile_push`. Only with `additional_fields`. */
  subscriptions?: Record<string, any> | null;
  /** Lifetime values (currency of the account), numbers of orders, `churn_probability` from 0 to 1, `expected_date_of_next_order`; lowers the limit to 10/s and 150/m. Only with `additional_fields`. */
  predictive_analytics?: Record<string, any> | null;
}>;

/** A queued import of up to 10,000 profiles; read it until `status` is complete or cancelled. */
export type ProfileBulkImportJob = Resource<{
  status: "cancelled" | "complete" | "processing" | "queued" | (string & {});
  created_at: string;
  /** Profiles in the job. */
  total_count: number;
  /** Profiles done so far. */
  completed_count?: number | null;
  /** Profiles refused; `profiles.list_bulk_import_errors` says why. */
  failed_count?: number | null;
  started_at?: string | null;
  completed_at?: string | null;
  /** When the job is forgotten. */
  expires_at?: string | null;
}>;

/** A group of profiles that Klaviyo keeps by conditions. */
export type Segment = Resource<{
  name?: string | null;
  /** `condition_groups`: the groups are and-ed, the conditions within one are or-ed. */
  definition?: Record<string, any> | null;
  created?: string | null;
  updated?: string | null;
  /** Whether membership is still kept. */
  is_active?: boolean | null;
  /** True while membership is being computed: profiles may still be missing. */
  is_processing?: boolean | null;
  is_starred?: boolean | null;
  /** Profiles in the segment; lowers the limit to 1/s and 15/m. Only with `additional_fields`. */
  profile_count?: number | null;
}>;

export const events: {
  /**
   * Records events, at most 1,000 (5 MB) a call, and answers nothing, not even a job; the host groups them by profile, as Klaviyo wants them.
   * `POST /api/event-bulk-create-jobs`, needs `events:write`.
   * The list may be of any length: each 1000 become a call.
   */
  bulkCreate(body: Array<{ profile: Record<string, any>; metric: Record<string, any>; properties: Record<string, any>; time?: string | Date | null; value?: number | null; value_currency?: string | null; unique_id?: string | null }>): null;
  /**
   * Records one event and answers nothing: it is checked and queued; profile and metric are created where unknown, and flows that the metric triggers may start.
   * `POST /api/events`, needs `events:write`.
   */
  create(body: { profile: Record<string, any>; metric: Record<string, any>; properties: Record<string, any>; time?: string | Date | null; value?: number | null; value_currency?: string | null; unique_id?: string | null }): null;
  /**
   * Reads one event, on request with its profile, its metric and what it is credited to.
   * `GET /api/events/{event_id}`, needs `events:read`.
   */
  get(eventId: string, options?: { fields?: string[] | Record<string, string[]>; include?: Array<"attributions" | "metric" | "profile"> }): Event;
  /**
   * Lists events, 200 a page, newest first; metric and profile are relationships, though the gateway's document shows them as attributes.
   * `GET /api/events`, needs `events:read`.
   */
  list(options?: { filter?: string; sort?: "datetime" | "-datetime" | "timestamp" | "-timestamp"; fields?: string[] | Record<string, string[]>; include?: Array<"attributions" | "metric" | "profile">; page_size?: number; cursor?: string }): Page<Event>;
  /** Every row of all pages of `list`, which are fetched as they are needed. */
  each(options?: { filter?: string; sort?: "datetime" | "-datetime" | "timestamp" | "-timestamp"; fields?: string[] | Record<string, string[]>; include?: Array<"attributions" | "metric" | "profile">; page_size?: number; cursor?: string }): Generator<Event, void>;
};

export const lists: {
  /**
   * Adds profiles to a list, at most 1,000 ids a call; consent stays as it is, but flows that the list triggers may start.
   * `POST /api/lists/{list_id}/relationships/profiles`, needs `lists:write`.
   * The list may be of any length: each 1000 become a call.
   */
  addProfiles(listId: string, body: string[]): null;
  /**
   * Creates a list, at most 150 a day; names need not be unique, so a repeated call makes a second list.
   * `POST /api/lists`, needs `lists:write`.
   */
  create(body: { name: string | null }): List;
  /**
   * Deletes a list for good; its profiles stay.
   * `DELETE /api/lists/{list_id}`, needs `lists:delete`.
   */
  delete(listId: string): null;
  /**
   * Reads one list; asking for `profile_count` lowers the limit to 1/s and 15/m.
   * `GET /api/lists/{list_id}`, needs `lists:read`.
   */
  get(listId: string, options?: { fields?: string[] | Record<string, string[]>; include?: Array<"flow-triggers" | "tags">; additional_fields?: Array<"profile_count"> }): List;
  /**
   * Lists lists, always 10 a page; by name only whole names can be filtered.
   * `GET /api/lists`, needs `lists:read`.
   */
  list(options?: { filter?: string; sort?: "created" | "-created" | "id" | "-id" | "name" | "-name" | "updated" | "-updated"; fields?: string[] | Record<string, string[]>; include?: Array<"flow-triggers" | "tags">; cursor?: string }): Page<List>;
  /** Every row of all pages of `list`, which are fetched as they are needed. */
  each(options?: { filter?: string; sort?: "created" | "-created" | "id" | "-id" | "name" | "-name" | "updated" | "-updated"; fields?: string[] | Record<string, string[]>; include?: Array<"flow-triggers" | "tags">; cursor?: string }): Generator<List, void>;
  /**
   * Lists the profiles on a list, each with `joined_group_at`; 20 a page unless `page_size` says otherwise.
   * `GET /api/lists/{list_id}/profiles`, needs `lists:read`.
   */
  listProfiles(listId: string, options?: { filter?: string; sort?: "joined_group_at" | "-joined_group_at"; fields?: string[] | Record<string, string[]>; additional_fields?: Array<"subscriptions" | "predictive_analytics">; page_size?: number; cursor?: string }): Page<Profile>;
  /** Every row of all pages of `listProfiles`, which are fetched as they are needed. */
  eachProfile(listId: string, options?: { filter?: string; sort?: "joined_group_at" | "-joined_group_at"; fields?: string[] | Record<string, string[]>; additional_fields?: Array<"subscriptions" | "predictive_analytics">; page_size?: number; cursor?: string }): Generator<Profile, void>;
  /**
   * Removes profiles from a list, at most 1,000 ids a call; the profiles and their consent stay.
   * `DELETE /api/lists/{list_id}/relationships/profiles`, needs `lists:write`.
   * The list may be of any length: each 1000 become a call.
   */
  removeProfiles(listId: string, body: string[]): null;
  /**
   * Renames a list.
   * `PATCH /api/lists/{list_id}`, needs `lists:write`.
   */
  update(listId: string, body: { name: string | null }): List;
};

export const metrics: {
  /**
   * Reads one metric, on request with the flows that it triggers.
   * `GET /api/metrics/{metric_id}`, needs `metrics:read`.
   */
  get(metricId: string, options?: { fields?: string[] | Record<string, string[]>; include?: Array<"flow-triggers"> }): Metric;
  /**
   * Lists metrics, always 200 a page; only the integration can be filtered on.
   * `GET /api/metrics`, needs `metrics:read`.
   */
  list(options?: { filter?: string; fields?: string[] | Record<string, string[]>; include?: Array<"flow-triggers">; cursor?: string }): Page<Metric>;
  /** Every row of all pages of `list`, which are fetched as they are needed. */
  each(options?: { filter?: string; fields?: string[] | Record<string, string[]>; include?: Array<"flow-triggers">; cursor?: string }): Generator<Metric, void>;
  /**
   * Asks for a metric's numbers over time, at most a year; nothing changes.
   * `POST /api/metric-aggregates`, needs `metrics:read`.
   */
  queryAggregates(body: { metric_id: string; measurements: Array<"count" | "sum_value" | "unique">; interval?: "hour" | "day" | "week" | "month" | null; filter: Array<string>; by?: Array<string> | null; timezone?: string | null; page_size?: number | null; page_cursor?: string | null; sort?: string | null; return_fields?: Array<string> | null }): MetricAggregate;
};

export const profiles: {
  /**
   * Queues profiles to be created or updated, at most 10,000 (5 MB, 100 kB each) a call; a profile with an `id` or a known identifier is updated.
   * `POST /api/profile-bulk-import-jobs`, needs `profiles:write`.
   * The list may be of any length: each 10000 become a call.
   */
  bulkImport(body: Array<{ email?: string | null; phone_number?: string | null; external_id?: string | null; anonymous_id?: string | null; first_name?: string | null; last_name?: string | null; organization?: string | null; locale?: string | null; title?: string | null; image?: string | null; location?: Record<string, any> | null; properties?: Record<string, any> | null }>): Array<ProfileBulkImportJob>;
  /**
   * Creates a profile; a second one with the same email, phone number or external id is refused with 409 and the id of the first (`meta.duplicate_profile_id`).
   * `POST /api/profiles`, needs `profiles:write`.
   */
  create(body: { email?: string | null; phone_number?: string | null; external_id?: string | null; first_name?: string | null; last_name?: string | null; organization?: string | null; locale?: string | null; title?: string | null; image?: string | null; location?: Record<string, any> | null; properties?: Record<string, any> | null }, options?: { additional_fields?: Array<"subscriptions" | "predictive_analytics"> }): Profile;
  /**
   * Reads one profile; including its lists or segments lowers the limit to 1/s and 15/m each.
   * `GET /api/profiles/{profile_id}`, needs `profiles:read`.
   */
  get(profileId: string, options?: { fields?: string[] | Record<string, string[]>; include?: Array<"lists" | "segments">; additional_fields?: Array<"subscriptions" | "predictive_analytics"> }): Profile;
  /**
   * Reads a profile import: its status and how many profiles are done and refused.
   * `GET /api/profile-bulk-import-jobs/{job_id}`, needs `profiles:read`.
   */
  getBulkImportJob(jobId: string, options?: { fields?: string[] | Record<string, string[]> }): ProfileBulkImportJob;
  /**
   * Lists profiles, 20 a page unless `page_size` says otherwise; filtered on `created` or `updated`, it may only be sorted by that field.
   * `GET /api/profiles`, needs `profiles:read`.
   */
  list(options?: { filter?: string; sort?: "created" | "-created" | "email" | "-email" | "id" | "-id" | "subscriptions.email.marketing.list_suppressions.timestamp" | "-subscriptions.email.marketing.list_suppressions.timestamp" | "subscriptions.email.marketing.suppression.timestamp" | "-subscriptions.email.marketing.suppression.timestamp" | "updated" | "-updated"; fields?: string[] | Record<string, string[]>; additional_fields?: Array<"subscriptions" | "predictive_analytics">; page_size?: number; cursor?: string }): Page<Profile>;
  /** Every row of all pages of `list`, which are fetched as they are needed. */
  each(options?: { filter?: string; sort?: "created" | "-created" | "email" | "-email" | "id" | "-id" | "subscriptions.email.marketing.list_suppressions.timestamp" | "-subscriptions.email.marketing.list_suppressions.timestamp" | "subscriptions.email.marketing.suppression.timestamp" | "-subscriptions.email.marketing.suppression.timestamp" | "updated" | "-updated"; fields?: string[] | Record<string, string[]>; additional_fields?: Array<"subscriptions" | "predictive_analytics">; page_size?: number; cursor?: string }): Generator<Profile, void>;
  /**
   * Lists why profiles of an import were refused.
   * `GET /api/profile-bulk-import-jobs/{job_id}/import-errors`, needs `profiles:read`.
   */
  listBulkImportErrors(jobId: string, options?: { fields?: string[] | Record<string, string[]>; page_size?: number; cursor?: string }): Page<ImportError>;
  /** Every row of all pages of `listBulkImportErrors`, which are fetched as they are needed. */
  eachBulkImportError(jobId: string, options?: { fields?: string[] | Record<string, string[]>; page_size?: number; cursor?: string }): Generator<ImportError, void>;
  /**
   * Lists profile imports.
   * `GET /api/profile-bulk-import-jobs`, needs `profiles:read`.
   */
  listBulkImportJobs(options?: { filter?: string; sort?: "created_at" | "-created_at"; fields?: string[] | Record<string, string[]>; page_size?: number; cursor?: string }): Page<ProfileBulkImportJob>;
  /** Every row of all pages of `listBulkImportJobs`, which are fetched as they are needed. */
  eachBulkImportJob(options?: { filter?: string; sort?: "created_at" | "-created_at"; fields?: string[] | Record<string, string[]>; page_size?: number; cursor?: string }): Generator<ProfileBulkImportJob, void>;
  /**
   * Lists the lists that a profile is on, all in one answer.
   * `GET /api/profiles/{profile_id}/lists`, needs `profiles:read`.
   */
  listLists(profileId: string, options?: { fields?: string[] | Record<string, string[]> }): Page<List>;
  /**
   * Lists the segments that a profile is in, all in one answer.
   * `GET /api/profiles/{profile_id}/segments`, needs `profiles:read`.
   */
  listSegments(profileId: string, options?: { fields?: string[] | Record<string, string[]> }): Page<Segment>;
  /**
   * Merges the profile `source` into the profile `destination` and deletes the source; one source a call, queued, not to be undone.
   * `POST /api/profile-merge`, needs `profiles:delete`.
   */
  merge(body: { destination: string; source?: string }): Profile;
  /**
   * Changes the given attributes of a profile: null clears one, an omitted one stays, and `patch_properties` (`append`, `unappend`, `unset`) changes lists within `properties`; an identifier that another profile holds is refused with 409.
   * `PATCH /api/profiles/{profile_id}`, needs `profiles:write`.
   */
  update(profileId: string, body: { email?: string | null; phone_number?: string | null; external_id?: string | null; anonymous_id?: string | null; first_name?: string | null; last_name?: string | null; organization?: string | null; locale?: string | null; title?: string | null; image?: string | null; location?: Record<string, any> | null; properties?: Record<string, any> | null; patch_properties?: any | null }, options?: { additional_fields?: Array<"subscriptions" | "predictive_analytics"> }): Profile;
};

/** The functions by the names of their operations. */
export interface Operations {
  "events.bulk_create": (typeof events)["bulkCreate"];
  "events.create": (typeof events)["create"];
  "events.get": (typeof events)["get"];
  "events.list": (typeof events)["list"];
  "lists.add_profiles": (typeof lists)["addProfiles"];
  "lists.create": (typeof lists)["create"];
  "lists.delete": (typeof lists)["delete"];
  "lists.get": (typeof lists)["get"];
  "lists.list": (typeof lists)["list"];
  "lists.list_profiles": (typeof lists)["listProfiles"];
  "lists.remove_profiles": (typeof lists)["removeProfiles"];
  "lists.update": (typeof lists)["update"];
  "metrics.get": (typeof metrics)["get"];
  "metrics.list": (typeof metrics)["list"];
  "metrics.query_aggregates": (typeof metrics)["queryAggregates"];
  "profiles.bulk_import": (typeof profiles)["bulkImport"];
  "profiles.create": (typeof profiles)["create"];
  "profiles.get": (typeof profiles)["get"];
  "profiles.get_bulk_import_job": (typeof profiles)["getBulkImportJob"];
  "profiles.list": (typeof profiles)["list"];
  "profiles.list_bulk_import_errors": (typeof profiles)["listBulkImportErrors"];
  "profiles.list_bulk_import_jobs": (typeof profiles)["listBulkImportJobs"];
  "profiles.list_lists": (typeof profiles)["listLists"];
  "profiles.list_segments": (typeof profiles)["listSegments"];
  "profiles.merge": (typeof profiles)["merge"];
  "profiles.update": (typeof profiles)["update"];
}

/** A call that `batch` or `settle` makes. */
export interface Call<Value> {
  readonly operation: string;
  readonly value?: Value;
}
/** A call for `batch` or `settle`: the operation, then what its function takes. */
export function call<Name extends keyof Operations>(
  operation: Name,
  ...given: Parameters<Operations[Name]>
): Call<ReturnType<Operations[Name]>>;
/** Makes calls side by side, up to `width` (1 to 16) at once. Throws the first error, in their order, once all were made. */
export function batch<Value>(calls: Call<Value>[], width?: number): Value[];
/** As `batch`, with what became of each call. */
export function settle<Value>(
  calls: Call<Value>[],
  width?: number,
): Array<{ value: Value; error: null } | { value: null; error: HostError }>;
/** A block whose calls go to another account, one of the `connections` in plugin.toml. */
export function on<Value>(connection: string, block: () => Value): Value;
