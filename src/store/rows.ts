import type { Capture, ServerState } from '../model/capture.ts';
import type { InvalidReason } from '../model/note.ts';
import type { Cell, Run, RunHealth, RunSettings } from '../model/run.ts';
import { readJson, shown } from './columns.ts';
import { DamagedValueError } from './damaged-value-error.ts';

/** A row as SQLite gives it, keyed by column. The casts are checked before: the file may be untrusted. */
export type Row = Readonly<Record<string, unknown>>;

/** Whether a value from the file has a form. */
type Form = (value: unknown) => boolean;

const number: Form = Number.isFinite;
const whole =
  (least: number, most: number): Form =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const text: Form = (value) => typeof value === 'string';
const orNull =
  (form: Form): Form =>
  (value) =>
    value === null || form(value);
/** What runs that were stored before this setting do not have. */
const orAbsent =
  (form: Form): Form =>
  (value) =>
    value === undefined || form(value);
const list =
  (form: Form): Form =>
  (value) =>
    Array.isArray(value) && value.every(form);
const anything: Form = () => true;
const flag = whole(0, 1);
/** Any count that fits into a double. */
const count = whole(0, Number.MAX_SAFE_INTEGER);
const positive: Form = (value) => number(value) && (value as number) > 0;
const object =
  (fields: Readonly<Record<string, Form>>): Form =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(fields).every(([key, form]) => form((value as Row)[key]));
/** An object of one of these kinds. */
const kinds =
  (forms: Readonly<Record<string, Form>>): Form =>
  (value) => {
    const { kind } = (value ?? {}) as { readonly kind?: unknown };
    return typeof kind === 'string' && Object.hasOwn(forms, kind) && forms[kind]?.(value) === true;
  };

/** Until the end of the year 9999, ms since 1970. */
const instantMs = whole(0, 253_402_300_799_999);
/** Ten years, microseconds. */
const LONGEST_US = 10 * 366 * 86_400e6;
const lengthUs: Form = (value) => number(value) && Math.abs(value as number) <= LONGEST_US;
/** More connections than addresses of one host have ports are no load that was sent. */
const MOST_CONNECTIONS = 1_000_000;
const MOST_THREADS = 65_536;

const SETTINGS: { readonly [Key in keyof RunSettings]: Form } = {
  origin: orAbsent(
    object({
      tool: text,
      file: text,
      model: orNull(text),
      asked: object({}),
      promptLengths: list(orNull(count)),
    }),
  ),
  plan: object({ fingerprint: text, requests: text, conversations: text }),
  repeat: count,
  exchanges: count,
  conversations: count,
  skipped: anything,
  changes: anything,
  load: kinds({
    closed: object({ semantics: text }),
    open: object({
      arrivals: kinds({
        recorded: object({ timeScale: positive }),
        constant: object({ ratePerSec: positive }),
        poisson: object({ ratePerSec: positive }),
        gamma: object({ ratePerSec: positive, cv: positive }),
      }),
      maxInFlight: orNull(count),
    }),
  }),
  cacheRefusal: orNull(object({ kind: text })),
  workers: count,
  commandLine: list(text),
  client: text,
  shard: orAbsent(
    object({ index: count, of: positive, run: text, cell: object({ threads: count, connections: count }) }),
  ),
  durationUs: orNull(lengthUs),
  requests: orNull(count),
  loop: (value) => typeof value === 'boolean',
  timeoutUs: positive,
  honoursRetryAfter: orAbsent((value) => typeof value === 'boolean'),
  trace: orAbsent(text),
  order: text,
  think: kinds({ none: anything, recorded: anything, fixed: object({ us: lengthUs }) }),
  aborts: text,
  cache: text,
  lengths: text,
  select: orAbsent(list(text)),
  limit: orAbsent(orNull(count)),
  model: orAbsent(list(text)),
  set: orAbsent(list(text)),
  stream: orAbsent(text),
  usage: orAbsent(text),
  warmup: orNull((value) => object({ requests: count })(value) || object({ us: lengthUs })(value)),
  seed: number,
};

const HEALTH: { readonly [Key in keyof RunHealth]: Form } = {
  connectionsOpen: count,
  scheduleLagP50Ms: orNull(number),
  scheduleLagP99Ms: orNull(number),
  scheduleLagMaxMs: orNull(number),
  lateByCap: count,
  retried: count,
  retryAfter: orAbsent(object({ answers: count, longestMs: number })),
  rampMs: orNull(number),
  drainMs: number,
  loopDelayP99Ms: number,
  loopDelayMaxMs: number,
  loopUtilization: number,
  cpuSeconds: number,
  occupancy: orNull(number),
  shards: orAbsent(
    list(
      object({
        index: count,
        lateMs: orNull(number),
        offsetMs: orNull(number),
        uncertaintyMs: orNull(number),
        driftMs: orNull(number),
        end: text,
      }),
    ),
  ),
  retriedSeqs: orAbsent(list(count)),
};

const CAPTURE_ROW: Readonly<Record<string, Form>> = {
  id: count,
  started_at_ms: instantMs,
  started_us: count,
  ended_at_ms: orNull(instantMs),
  upstream: text,
  tool_version: text,
  settings: text,
  redaction: text,
  clean_close: flag,
  ignored: count,
  drops_queue_full: count,
  drops_write_failed: count,
};

const RUN_ROW: Readonly<Record<string, Form>> = {
  id: count,
  label: text,
  target: text,
  threads: whole(1, MOST_THREADS),
  connections: whole(0, MOST_CONNECTIONS),
  rate_per_sec: orNull(positive),
  repeat: count,
  started_at_ms: instantMs,
  started_us: count,
  tool_version: text,
  settings: text,
  window_us: orNull(lengthUs),
};

/** What a run that ended has beside that. */
const RUN_END_ROW: Readonly<Record<string, Form>> = {
  ended_us: lengthUs,
  stopped_early: flag,
  health: orNull(text),
  invalid_reasons: text,
};

const STATE_ROW: Readonly<Record<string, Form>> = {
  edge: (value) => value === 'start' || value === 'end',
  kind: text,
  taken_at_ms: instantMs,
  status: orNull(count),
  body_id: count,
};

/** @throws DamagedValueError naming the first member without the form that it must have */
function check(what: string, value: unknown, forms: Readonly<Record<string, Form>>): void {
  if (!object({})(value)) throw new DamagedValueError(`${what} is ${shown(value)}`);
  for (const [key, form] of Object.entries(forms)) {
    const member = (value as Row)[key];
    if (!form(member)) throw new DamagedValueError(`${key} of ${what} is ${shown(member)}`);
  }
}

function json(stored: unknown, what: string, forms: Readonly<Record<string, Form>> = {}): never {
  const value = readJson(stored);
  check(what, value, forms);
  return value as never;
}

/** `snake_case` columns become `camelCase` fields, so that a new column needs no line here. */
function camelCase(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

export function captureOfRow(row: Row): Capture {
  check('a capture', row, CAPTURE_ROW);
  const { drops_queue_full, drops_write_failed, ...rest } = row;
  const drops = Object.entries({ queue_full: drops_queue_full, write_failed: drops_write_failed });
  return {
    ...(camelCase(rest) as unknown as Capture),
    settings: json(row.settings, 'settings'),
    redaction: json(row.redaction, 'redaction'),
    cleanClose: row.clean_close === 1,
    drops: Object.fromEntries(drops.filter(([, count]) => count !== 0)),
  };
}

export function stateOfRow(row: Row): Omit<ServerState, 'body'> & { readonly bodyId: number } {
  check('a state', row, STATE_ROW);
  return {
    edge: row.edge as ServerState['edge'],
    kind: row.kind as ServerState['kind'],
    takenAtMs: row.taken_at_ms as number,
    status: row.status as number | null,
    bodyId: row.body_id as number,
  };
}

export function runOfRow(row: Row): Run {
  check('a run', row, RUN_ROW);
  if (row.window_us !== null) check('a run', row, RUN_END_ROW);
  return {
    id: row.id as number,
    label: row.label as string,
    target: row.target as string,
    cell: cellOfRow(row),
    startedAtMs: row.started_at_ms as number,
    startedUs: row.started_us as number,
    settings: settingsOf(json(row.settings, 'settings', SETTINGS)),
    toolVersion: row.tool_version as string,
    end:
      row.window_us === null
        ? null
        : {
            windowUs: row.window_us as number,
            endedUs: row.ended_us as number,
            stoppedEarly: row.stopped_early === 1,
            health: row.health === null ? null : json(row.health, 'health', HEALTH),
            invalidReasons: notesOf(readJson(row.invalid_reasons) as InvalidReason[]),
          },
  };
}

/** What runs were asked that were stored before these settings were. */
const UNSAID = { select: [], limit: null, model: [], set: [], stream: 'keep', usage: 'keep' } as const;

function settingsOf(stored: RunSettings): RunSettings {
  return { ...UNSAID, ...stored, skipped: notesOf(stored.skipped), changes: notesOf(stored.changes) };
}

/** A value that is not a note, as in an untrusted file, becomes one of an unknown kind: it is shown, never obeyed. */
function notesOf<N>(stored: readonly N[]): readonly N[] {
  return [stored ?? []].flat(1).map((one) => {
    const kind: unknown = (one as { readonly kind?: unknown } | null)?.kind;
    return typeof kind === 'string' ? one : ({ kind: JSON.stringify(one) } as N);
  });
}

function cellOfRow({ threads, connections, rate_per_sec: ratePerSec }: Row): Cell {
  const cell = { threads: threads as number, connections: connections as number };
  return ratePerSec === null ? cell : { ...cell, ratePerSec: ratePerSec as number };
}
