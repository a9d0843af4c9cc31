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
