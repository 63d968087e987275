import type { Drops } from './exchange.ts';
import { asObject } from './json.ts';

/** What is known of a capture when it starts. */
export interface CaptureStart {
  /** Wall clock at the capture's start, ms since 1970: the anchor of all its instants. */
  readonly startedAtMs: number;
  /** Monotonic clock at the same moment, microseconds. */
  readonly startedUs: number;
  readonly upstream: string;
  readonly toolVersion: string;
  /** The command's settings in full. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What is redacted, so that a reader of the tape knows. */
  readonly redaction: Readonly<Record<string, unknown>>;
}

/** One recording period on a tape. */
export interface Capture extends CaptureStart {
  readonly id: number;
  readonly endedAtMs: number | null;
  /** False while recording, after a crash, and of the last one where the tape's journal was cut since. */
  readonly cleanClose: boolean;
  readonly drops: Drops;
  /** Requests to the path of an API that do not follow it; only their number is kept. */
  readonly ignored: number;
}

/** The documents a server offers about itself. */
export const SERVER_STATE_KINDS = ['version', 'models', 'metrics', 'server_info'] as const;

export type ServerStateKind = (typeof SERVER_STATE_KINDS)[number];

/** A longer document is no description of a server, bytes. */
export const MOST_STATE_BYTES = 2 * 1024 * 1024;

/** What the server reported about itself at the start or end of a capture or run. */
export interface ServerState {
  readonly edge: 'start' | 'end';
  /**
   * `command` is what a command of the operator printed, `fingerprint` the `system_fingerprint` of an answer, `samples` what
   * `/metrics` said of the load while a run went on.
   */
  readonly kind: ServerStateKind | 'command' | 'fingerprint' | 'samples';
  readonly takenAtMs: number;
  /** HTTP status, null when there was no answer. */
  readonly status: number | null;
  readonly body: string;
}

/** What is known of arrivals: times of day, times since an unknown start, or none at all. */
export const ARRIVAL_KINDS = ['wall', 'relative', 'none'] as const;

export type ArrivalKind = (typeof ARRIVAL_KINDS)[number];

/** What is known of a capture's arrivals: all of what was recorded; of an import, which says so in its settings, what its files hold. */
export function arrivalKind({ settings }: Pick<Capture, 'settings'>): ArrivalKind {
  const stored = asObject(settings.imported)?.arrivals;
  return ARRIVAL_KINDS.find((kind) => kind === stored) ?? 'wall';
}
