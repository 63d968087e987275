import type { Clock } from '../../model/clock.ts';
import type { ResultSink } from '../../model/result.ts';
import type { Cell } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import type { ClosedLoopPlan } from '../plan/closed-loop.ts';
import { threadsOfConnections } from '../plan/threads.ts';
import type { ReplayableRequest } from '../replayable-request.ts';
import { type ClosedLoopOutcome, runClosedLoop } from './closed-loop.ts';
import { createConnection } from './connection.ts';

/** What one run sends, how long and with what. */
export interface CellLoad {
  readonly plan: ClosedLoopPlan;
  readonly requests: readonly ReplayableRequest[];
  readonly durationUs: number | null;
  readonly timeoutUs: number;
  readonly sink: ResultSink;
  readonly signal: AbortSignal;
}

/** A cell whose connections stand open and warm. */
export interface OpenCell {
  /** Connections that are open; fewer than asked makes a run invalid. */
  readonly connectionsOpen: number;
  /**
   * Runs the load; call it once.
   * @param startedUs monotonic instant that is the zero of all results
   */
  run(load: CellLoad, startedUs: number): Promise<ClosedLoopOutcome>;
  close(): Promise<void>;
}

/**
 * Opens and warms all connections of a cell before any clock starts: the first requests of a cold client are tens of
 * milliseconds slow, and 200 connects at once belong to no request's latency.
 * @throws UserError when not one connection could be opened
 */
export async function openCell(
  target: URL,
  cell: Cell,
  extraHeaders: readonly string[],
  clock: Clock,
): Promise<OpenCell> {
  let zeroUs = 0;
  const nowUs = (): number => clock.nowUs() - zeroUs;
  const threads = threadsOfConnections(cell);
  const connections = threads.map(() => createConnection(target.origin, nowUs, extraHeaders));
  const close = async (): Promise<void> => {
    await Promise.all(connections.map((connection) => connection.close()));
  };

  const warmed = await Promise.allSettled(connections.map((connection) => connection.warm()));
  const failed = warmed.find((result) => result.status === 'rejected');
  if (failed !== undefined && connections.every((connection) => !connection.open)) {
    await close();
    throw unreachable(target, failed.reason);
  }
  return {
    connectionsOpen: connections.filter((connection) => connection.open).length,
    run(load, startedUs) {
      zeroUs = startedUs;
      return runClosedLoop({ ...load, connections, threads, nowUs });
    },
    close,
  };
}

function unreachable(target: URL, reason: unknown): UserError {
  const error = reason as NodeJS.ErrnoException;
  const why = error.code === 'ECONNREFUSED' ? 'connection refused' : (error.code ?? error.message);
  return new UserError(`cannot reach ${target.origin} (${why}): start the server or check --target`);
}
