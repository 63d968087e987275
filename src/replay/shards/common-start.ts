import type { Clock } from '../../model/clock.ts';
import type { RunInstant, ShardStart } from '../../model/run.ts';
import type { Timers } from '../../model/timers.ts';
import { UserError, usageError } from '../../model/user-error.ts';

/** What a shard knows of how it began and ended. */
export type OwnEnd = Pick<ShardStart, 'lateMs' | 'end'>;

/** How the shards of a run start together; called in the order in which it is written here, once for each run. */
export interface CommonStart {
  /** Whether it learns how the other shards begin and end; else only a merge does. */
  readonly knowsAll: boolean;
  /** Aborted when another shard ended early or is lost: the run is to end. */
  readonly signal: AbortSignal;
  /**
   * Waits until all shards are there.
   * @param identity what the run has in common with those of the other shards
   * @returns the name of the run
   * @throws UserError (as a rejection) where not all come, or one is not of this run
   */
  begin(identity: string): Promise<string>;
  /** Waits until all are warm. */
  warm(): Promise<void>;
  /** Measures the clocks and waits until all have; gives the instant of the start on this machine's clocks. */
  ready(): Promise<RunInstant>;
  /** Waits until all have ended, and gives how each began and ended, in order. */
  end(own: OwnEnd): Promise<readonly ShardStart[]>;
  close(): void;
}

/** Before the start, ms: connections that are opened again now are still open then. */
const AHEAD_MS = 1_000;

/**
 * A start at a time of day that was agreed elsewhere: nobody notices a shard that is missing, and the clocks of the machines
 * are taken for right.
 * @param atMs ms since 1970
 * @param signal ends the wait
 */
export function startAtTime(
  index: number,
  atMs: number,
  { wallMs, nowUs, after }: Clock & Pick<Timers, 'after'>,
  signal: AbortSignal,
): CommonStart {
  return {
    knowsAll: false,
    signal: new AbortController().signal,
    begin: async (identity) => `${new Date(atMs).toISOString()} ${identity}`,
    warm: () =>
      new Promise((resolve, reject) => {
        after(Math.max(0, atMs - AHEAD_MS - wallMs()), resolve);
        const stop = (): void =>
          reject(new UserError('this shard was stopped before its start', { kind: 'command' }));
        if (signal.aborted) stop();
        signal.addEventListener('abort', stop, { once: true });
      }),
    ready: async () => ({ startedAtMs: atMs, startedUs: nowUs() + msUntilStart(atMs, wallMs()) * 1e3 }),
    end: async (own) => [{ index, offsetMs: null, uncertaintyMs: null, driftMs: null, ...own }],
    close: () => undefined,
  };
}

/** A start that is further away is a slip of the date or of the zone, ms. */
const FURTHEST_MS = 24 * 3600e3;

/** Both in ms since 1970. @throws UserError where the start has passed, or is more than a day away */
export function msUntilStart(atMs: number, nowMs: number): number {
  const ms = atMs - nowMs;
  if (ms > 0 && ms <= FURTHEST_MS) return ms;
  const [at, now] = [atMs, nowMs].map((instant) => new Date(instant).toISOString());
  throw ms > 0
    ? usageError(`--start-at ${at} is more than a day away, it is ${now}`, 'choose an earlier time')
    : usageError(`--start-at ${at} has passed, it is ${now}`, 'choose a later time');
}
