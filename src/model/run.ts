import type { BodyChange, CacheRefusal, InvalidReason, Skip } from './note.ts';

/** One setting of a matrix: wrk's threads × connections, or the arrivals of an open loop. */
export interface Cell {
  readonly threads: number;
  /** In an open loop: connections opened before the clock starts; more are opened as needed. */
  readonly connections: number;
  /** Mean arrivals per second of an open loop; absent in a closed one. */
  readonly ratePerSec?: number;
}

/** Equal for equal cells only: what runs are grouped and matched by. An open loop's connections are no part of it. */
export function cellKey({ threads, connections, ratePerSec }: Cell): string {
  return ratePerSec === undefined ? `${threads}x${connections}` : `open ${ratePerSec}`;
}

/** A cell's name in reports and messages, for display only: `10x20`, or `open 3.2/s`, rounded to four digits. */
export function cellName({ threads, connections, ratePerSec }: Cell): string {
  if (ratePerSec === undefined) return `${threads}x${connections}`;
  return `open ${Number(ratePerSec.toPrecision(4))}/s`;
}

/** Whether requests of this cell leave on a plan rather than one after the other. */
export function isOpenCell({ ratePerSec }: Cell): boolean {
  return ratePerSec !== undefined;
}

/** One of several processes that send one run together: conversations of rank `index`, `index` + `of`, … of the plan. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

/** The shard that a run is, where it is a part of one. */
export interface ShardSetting extends Shard {
  /** The load of all shards; the run's own cell is what this shard sent of it. */
  readonly cell: Cell;
  /** Names the run that the shards are of: equal on all of them, different for every other run. */
  readonly run: string;
}

/** How a shard ended: with its plan, stopped by itself, stopped because of another, or not at all. */
export const SHARD_ENDS = ['complete', 'stopped', 'stoppedByAnother', 'lost'] as const;

/** How one shard began and ended. */
export interface ShardStart {
  readonly index: number;
  /** From the agreed instant to its start, milliseconds; null for a shard that was lost. */
  readonly lateMs: number | null;
  /** Its monotonic clock minus shard 0's, milliseconds; null where the start was agreed by wall clock. */
  readonly offsetMs: number | null;
  /** How far off that offset can be: half of the shortest round trip, milliseconds; null where it was not measured. */
  readonly uncertaintyMs: number | null;
  /** By how much the two clocks ran apart during the run, milliseconds; null where it was not measured. */
  readonly driftMs: number | null;
  readonly end: (typeof SHARD_ENDS)[number];
}

/** What is known of a shard that is gone. */
export function lostStart(index: number): ShardStart {
  return { index, lateMs: null, offsetMs: null, uncertaintyMs: null, driftMs: null, end: 'lost' };
}

/** When requests of an open loop arrive. */
export type Arrivals =
  /** As recorded, `timeScale` times as fast: 2 sends in half the time. */
  | { readonly kind: 'recorded'; readonly timeScale: number }
  /** All gaps equal. */
  | { readonly kind: 'constant'; readonly ratePerSec: number }
  /** Exponential gaps. */
  | { readonly kind: 'poisson'; readonly ratePerSec: number }
  /** Gamma gaps: `cv` is their standard deviation ÷ mean, 1 is Poisson, real traffic is burstier. */
  | { readonly kind: 'gamma'; readonly ratePerSec: number; readonly cv: number };

/** What decides when a request leaves. */
export type Load =
  /** Each connection sends when its last answer ended. `wrk` drops what is in flight at the end, `drain` counts it. */
  | { readonly kind: 'closed'; readonly semantics: 'drain' | 'wrk' }
  /** Requests leave on a plan whatever the server does; beyond `maxInFlight` (null: no bound) they wait and are late. */
  | { readonly kind: 'open'; readonly arrivals: Arrivals; readonly maxInFlight: number | null };

/** The pause before a conversation's next turn. */
export type Think =
  | { readonly kind: 'none' }
  /** What passed on the tape between an answer's end and the next turn's arrival. */
  | { readonly kind: 'recorded' }
  | { readonly kind: 'fixed'; readonly us: number };

/** What becomes of exchanges whose client went away. */
export const ABORT_TREATMENTS = [
  /** Cut at the same token, or after the same time where no token had come. */
  'replay',
  /** Not sent. */
  'ignore',
  /** Sent and read to the end. */
  'complete',
] as const;

/** What is done about the server's prefix cache. */
export const CACHE_TREATMENTS = [
  /** Nothing: the run finds what earlier ones left. */
  'warm',
  /** A different salt for each run and each pass over the tape: nothing is shared between them, sharing within one stays. */
  'salt',
  /** `POST /reset_prefix_cache` before the run. */
  'reset',
] as const;

export const ORDERS = ['recorded', 'shuffled'] as const;

/** Requests that are sent before the clock starts and kept out of the figures. */
export type Warmup = { readonly requests: number } | { readonly us: number };

export const LENGTHS = ['pinned', 'free'] as const;

export const STREAM_TREATMENTS = ['keep', 'on', 'off'] as const;

/** What streams are asked for in the way of token counts: what was recorded, nothing, the final count, one with every chunk. */
export const USAGE_TREATMENTS = ['keep', 'none', 'final', 'continuous'] as const;

/** Names a plan by what it is made of; each is 16 hex digits of a SHA-256. Equal plans ask the same at the same places. */
export interface PlanIdentity {
  /** Of the two below with the order, loop, think times, arrivals and seed. */
  readonly fingerprint: string;
  /** Of what is sent: paths, bodies, where answers are cut. */
  readonly requests: string;
  /** Of which requests belong together, and when they were recorded. */
  readonly conversations: string;
}

/** The options that decide what a run sends and when, as the plan and the senders get them and as the run stores them. */
export interface SendSettings {
  /** Stop sending after this many microseconds; null when `requests`, or the tape's end, decides. */
  readonly durationUs: number | null;
  /** Send this many requests in all; null when `durationUs`, or the tape's end, decides. */
  readonly requests: number | null;
  /** Repeat the tape until the duration or the number of requests is reached; else send it once. */
  readonly loop: boolean;
  /** A request without a complete response after this time ends as `timeout`, microseconds. */
  readonly timeoutUs: number;
  /** Connections wait as long as a 429 or 503 asks them to (`Retry-After`); absent where they do not. */
  readonly honoursRetryAfter?: boolean;
  readonly order: (typeof ORDERS)[number];
  readonly think: Think;
  readonly aborts: (typeof ABORT_TREATMENTS)[number];
  readonly cache: (typeof CACHE_TREATMENTS)[number];
  /** `pinned`: the recorded number of tokens is requested, wherever that is safe. */
  readonly lengths: (typeof LENGTHS)[number];
  /** `--select` as it was written, one text for each time it was given. */
  readonly select: readonly string[];
  /** At most this many of the selected requests that can be sent; null for all. */
  readonly limit: number | null;
  /** `--model` as it was written, one text for each time it was given. */
  readonly model: readonly string[];
  /** `--set` as it was written, one text for each time it was given. */
  readonly set: readonly string[];
  readonly stream: (typeof STREAM_TREATMENTS)[number];
  /** As it was sent: `none` also where the server refused the default. */
  readonly usage: (typeof USAGE_TREATMENTS)[number];
  readonly warmup: Warmup | null;
  /** Random seed of shuffled orders and arrivals. */
  readonly seed: number;
}

/** Benchmarks of other projects whose results are imported as runs. */
export const RESULT_TOOLS = ['vllm-bench', 'aiperf'] as const;

/** Where a run of another tool comes from. */
export interface RunOrigin {
  readonly tool: (typeof RESULT_TOOLS)[number];
  readonly file: string;
  /** The model's name; null where the file does not say. */
  readonly model: string | null;
  /** Prompts and load as described in its file, by the names used there, such as `request_rate`. */
  readonly asked: Readonly<Record<string, string | number | null>>;
  /** Tokens of the first prompts, by position in the plan; null of a request that failed or is not in the file. */
  readonly promptLengths: readonly (number | null)[];
}

/** Everything that decides what a run sends, stored with the run so that it can be repeated. */
export interface RunSettings extends SendSettings {
  /**
   * Of a run that another tool made. What is known then are `origin`, `repeat`, `exchanges`, `requests` and
   * `load`: all other settings are unknown, whatever they are here.
   */
  readonly origin?: RunOrigin;
  readonly plan: PlanIdentity;
  /** Counts from 1 within the cell and label. */
  readonly repeat: number;
  /** Number of exchanges of the tape that are replayed. */
  readonly exchanges: number;
  /** Conversations that they belong to; a single request is a conversation. */
  readonly conversations: number;
  /** Exchanges left out, by reason. */
  readonly skipped: readonly Skip[];
  readonly load: Load;
  /** Why the server did not reset its cache although it was asked to; null when it did, or was not asked. */
  readonly cacheRefusal: CacheRefusal | null;
  /** The first half of the trace ids of its requests, whose second half is `seq`; absent where none were sent. */
  readonly trace?: string;
  /** What was changed in the recorded bodies, and why lengths were not pinned. */
  readonly changes: readonly BodyChange[];
  /** Threads that sent. */
  readonly workers: number;
  /** The program's arguments, with secrets masked. */
  readonly commandLine: readonly string[];
  /** The machine that sent: processor, cores, system, Node version. */
  readonly client: string;
  /** Absent where one process sent the whole run, and where a run was merged. */
  readonly shard?: ShardSetting;
}

/** When a run starts. */
export interface RunInstant {
  /** Wall-clock time, milliseconds since 1970. */
  readonly startedAtMs: number;
  /** Monotonic clock, microseconds: the zero of all instants of the run's results. */
  readonly startedUs: number;
}

/** What is known of a run when it starts. */
export interface RunStart extends RunInstant {
  readonly label: string;
  readonly target: string;
  readonly cell: Cell;
  readonly settings: RunSettings;
  readonly toolVersion: string;
}

/** How the load generator itself fared: it decides whether the run's figures may be believed. */
export interface RunHealth {
  /** Connections that were open when the clock started. */
  readonly connectionsOpen: number;
  /** From a request's planned instant to its sending in an open loop, milliseconds; null in a closed one. */
  readonly scheduleLagP50Ms: number | null;
  readonly scheduleLagP99Ms: number | null;
  readonly scheduleLagMaxMs: number | null;
  /** Requests that had to wait because `maxInFlight` was reached. */
  readonly lateByCap: number;
  /** Requests sent once more because a kept connection turned out closed before any byte of the answer came. */
  readonly retried: number;
  /** Answers (429, 503) with a `Retry-After`, and the longest time that they named; absent where there was none. */
  readonly retryAfter?: { readonly answers: number; readonly longestMs: number };
  /** From the start until the last connection had sent its first request, milliseconds; null in an open loop. */
  readonly rampMs: number | null;
  /** From the end of sending to the last answer, milliseconds. */
  readonly drainMs: number;
  /** Delay of the sender's event loop beyond its timer, milliseconds. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** Share of wall time the sender's loop was busy, 0 to 1. */
  readonly loopUtilization: number;
  /** CPU time of the whole process during the run, seconds. */
  readonly cpuSeconds: number;
  /**
   * Share of the asked connection-time that held a request, or a think time, while the load was on, 0 to 1 (Little's
   * law); null in an open loop.
   */
  readonly occupancy: number | null;
  /** Of all shards as this one knows them, in order; absent where one process sent the whole run. */
  readonly shards?: readonly ShardStart[];
  /** Positions of the plan that a shard sent twice; those of a whole run are only counted (`retried`). */
  readonly retriedSeqs?: readonly number[];
}

/** What is known of a run when it has drained. */
export interface RunEnd {
  /** Microseconds from the run's start to the end of sending: what rates are divided by. */
  readonly windowUs: number;
  /** Microseconds from the run's start to the last answer. */
  readonly endedUs: number;
  readonly stoppedEarly: boolean;
  /** Null where another tool sent the requests, which did not watch itself. */
  readonly health: RunHealth | null;
  /** Reasons why its figures must not be used, empty when valid. */
  readonly invalidReasons: readonly InvalidReason[];
}

/** One replay of exchanges against one target with one setting, as read from a tape. */
export interface Run extends RunStart {
  readonly id: number;
  /** Null while it is going on and after a crash. */
  readonly end: RunEnd | null;
}

/** A run is valid when it ended and nothing speaks against its figures. */
export function isValid(run: Run): boolean {
  return run.end !== null && run.end.invalidReasons.length === 0;
}
