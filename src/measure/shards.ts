import type { InvalidReason } from '../model/note.ts';
import { type Cell, isOpenCell, type RunEnd, type RunHealth, type ShardStart } from '../model/run.ts';
import { percentile } from './sample.ts';

/** The shards of a run may begin this far apart, ms, or by this share of the window where that is more. */
const SKEW_MS = 50;
const SKEW_SHARE = 0.01;

/** When the shards of a run began. */
export interface StartSkew {
  /** From the first to the last, milliseconds, by what was measured. */
  readonly skewMs: number;
  /** The most that it can have been, with the uncertainty of each clock and what the clocks ran apart. */
  readonly mostMs: number;
}

/** Null where no start is known. */
export function startSkew(shards: readonly ShardStart[]): StartSkew | null {
  const known = shards.flatMap(({ lateMs, uncertaintyMs, driftMs }) =>
    lateMs === null ? [] : [{ lateMs, errorMs: (uncertaintyMs ?? 0) + Math.abs(driftMs ?? 0) }],
  );
  if (known.length === 0) return null;
  const span = (late: readonly number[], early: readonly number[]): number =>
    Math.max(...late) - Math.min(...early);
  const late = known.map(({ lateMs }) => lateMs);
  return {
    skewMs: span(late, late),
    mostMs: span(
      known.map(({ lateMs, errorMs }) => lateMs + errorMs),
      known.map(({ lateMs, errorMs }) => lateMs - errorMs),
    ),
  };
}

/**
 * Why what the shards sent is not one run; empty where it is.
 * @param of the number of shards that there should be; null where only these are known
 */
export function shardReasons(
  shards: readonly ShardStart[],
  of: number | null,
  windowMs: number,
): readonly InvalidReason[] {
  const ended = new Map(shards.map(({ index, end }) => [index, end]));
  const expected = of === null ? [...ended.keys()] : Array.from({ length: of }, (_, index) => index);
  const lost = expected.filter((index) => {
    const end = ended.get(index);
    return end === undefined || end === 'lost' || end === 'stopped';
  });
  const limitMs = Math.max(SKEW_MS, SKEW_SHARE * windowMs);
  const skew = startSkew(shards)?.mostMs ?? 0;
  return [
    ...(lost.length === 0 ? [] : [{ kind: 'shardsLost', shards: lost, of: of ?? expected.length } as const]),
    ...(skew <= limitMs ? [] : [{ kind: 'startSkewed', skewMs: skew, limitMs } as const]),
  ];
}

/** Above this share of requests, connections that broke in use are the server's failures, not chance. */
const BREAKS_ALLOWED = 0.01;

/** Whether requests sent twice are too many to ignore: most clients would have failed. */
export function isManyBreaks(retried: number, results: number): boolean {
  return retried > BREAKS_ALLOWED * results;
}

/** What one shard contributes to the end of a run. */
export interface ShardPart {
  readonly cell: Cell;
  readonly end: RunEnd;
  readonly health: RunHealth;
}

/**
 * The end of the run that shards sent together, without a judgement: sums, and the latest or the worst of them; occupancy by
 * their connections.
 * @param parts one for each shard that ended, at least one
 * @param cell of all shards
 * @param lagsUs of all their requests in an open loop, sorted
 */
export function joinShardEnds(
  parts: readonly ShardPart[],
  cell: Cell,
  shards: readonly ShardStart[],
  lagsUs: Float64Array,
): RunEnd {
  const most = (of: (health: RunHealth) => number): number =>
    Math.max(0, ...parts.map(({ health }) => of(health)));
  const sum = (of: (part: ShardPart) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const windows = parts.map(({ end }) => end.windowUs);
  // A closed loop's window ends where its first connection runs out of work, an open one's with its last request.
  const windowUs = isOpenCell(cell) ? Math.max(0, ...windows) : Math.min(...windows);
  const endedUs = Math.max(0, ...parts.map(({ end }) => end.endedUs));
  const lagMs = (p: number): number | null => {
    const us = isOpenCell(cell) ? percentile(lagsUs, p) : null;
    return us === null ? null : us / 1e3;
  };
  const connections = sum(({ cell: own }) => own.connections);
  const isClosed = parts.some(({ health }) => health.occupancy !== null);
  const ramps = parts.flatMap(({ health }) => health.rampMs ?? []);
  const retryAfter = parts.flatMap(({ health }) => health.retryAfter ?? []);
  return {
    windowUs,
    endedUs,
    stoppedEarly: parts.some(({ end }) => end.stoppedEarly),
    health: {
      connectionsOpen: sum(({ health }) => health.connectionsOpen),
      scheduleLagP50Ms: lagMs(50),
      scheduleLagP99Ms: lagMs(99),
      scheduleLagMaxMs: lagMs(100),
      lateByCap: sum(({ health }) => health.lateByCap),
      retried: sum(({ health }) => health.retried),
      ...(retryAfter.length === 0
        ? {}
        : {
            retryAfter: {
              answers: retryAfter.reduce((total, { answers }) => total + answers, 0),
              longestMs: Math.max(...retryAfter.map(({ longestMs }) => longestMs)),
            },
          }),
      rampMs: ramps.length === 0 ? null : Math.max(...ramps),
      drainMs: (endedUs - windowUs) / 1e3,
      loopDelayP99Ms: most((health) => health.loopDelayP99Ms),
      loopDelayMaxMs: most((health) => health.loopDelayMaxMs),
      loopUtilization: most((health) => health.loopUtilization),
      cpuSeconds: sum(({ health }) => health.cpuSeconds),
      occupancy: isClosed
        ? sum(({ cell: own, health }) => (health.occupancy ?? 0) * own.connections) / connections
        : null,
      shards,
    },
    invalidReasons: [],
  };
}
