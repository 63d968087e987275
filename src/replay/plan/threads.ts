import type { Cell, Load, Shard } from '../../model/run.ts';
import type { Plan } from './plan.ts';
import { semanticsOf } from './semantics.ts';

/** One connection of a cell, by its numbers within the whole cell. */
export interface ConnectionSlot {
  /** wrk's thread, 0 to threads - 1: the group that the connection is counted with. */
  readonly thread: number;
  readonly connection: number;
}

/**
 * The connections that a cell opens before its clock starts. Threads own consecutive connections, as wrk's do; where the
 * connections are no multiple of the threads, the first threads own one more.
 * @throws RangeError when the cell has fewer connections than threads
 */
export function slotsOfCell(cell: Cell, load: Load): readonly ConnectionSlot[] {
  const { threads, connections: asked } = cell;
  if (asked < threads) throw new RangeError(`${asked} connections cannot feed ${threads} threads`);
  const connections = semanticsOf(load).connections(cell);
  const each = Math.floor(connections / threads);
  const inLarger = (connections % threads) * (each + 1);
  return Array.from({ length: connections }, (_, connection) => ({
    connection,
    thread:
      connection < inLarger
        ? Math.floor(connection / (each + 1))
        : (connections % threads) + Math.floor((connection - inLarger) / each),
  }));
}

/** One of those that send a load together: a thread of a process, or a process (`Shard`). */
export interface WorkerNumber {
  /** From 0. */
  readonly worker: number;
  readonly workers: number;
}

/** One of the processes that send a load together, as one of several workers. */
export function workerOfShard({ index, of }: Shard): WorkerNumber {
  return { worker: index, workers: of };
}

/** A worker's connections: every workers-th of those given, so that each worker has a part of every thread. */
export function shareOfSlots(
  slots: readonly ConnectionSlot[],
  { worker, workers }: WorkerNumber,
): readonly ConnectionSlot[] {
  return slots.filter((_, n) => n % workers === worker);
}

/**
 * The connections that a shard opens before its clock starts, by their numbers within the cell of all shards: i, i + N, ….
 * Shards of an open loop open at least one, and number those that they open later in the same way.
 */
export function slotsOfShard(cell: Cell, load: Load, shard: Shard): readonly ConnectionSlot[] {
  const { index, of } = shard;
  if (load.kind === 'closed') return shareOfSlots(slotsOfCell(cell, load), workerOfShard(shard));
  const connections = Math.max(1, shareOfNumber(cell.connections, workerOfShard(shard)));
  return Array.from({ length: connections }, (_, n) => ({ thread: 0, connection: index + n * of }));
}

/** What a shard sends of a cell, as a cell: its connections, and its part of the rate. */
export function cellOfShard(cell: Cell, load: Load, shard: Shard): Cell {
  const connections = slotsOfShard(cell, load, shard).length;
  return cell.ratePerSec === undefined
    ? { ...cell, connections }
    : { ...cell, connections, ratePerSec: cell.ratePerSec / shard.of };
}

/**
 * A worker's part of a whole number; the parts of all workers add up to it.
 * @param most workers among which it is divided: the first ones, where there are more
 */
export function shareOfNumber(whole: number, { worker, workers }: WorkerNumber, most = workers): number {
  const among = Math.min(workers, most);
  if (worker >= among) return 0;
  return Math.floor(whole / among) + (worker < whole % among ? 1 : 0);
}

/**
 * What one worker sends: its conversations of the whole plan, those of rank worker, worker + workers, …, in order.
 * @param most workers among which the plan is divided: the first ones, where there are more
 */
export function shareOfPlan(plan: Plan, { worker, workers }: WorkerNumber, most = workers): Plan {
  const among = Math.min(workers, most);
  if (worker >= among) return { at: () => null };
  return { at: (index) => plan.at(index * among + worker) };
}

/** Tokens per second that one sending thread reads without being late: half of what it can read, docs/performance.md. */
const TOKENS_PER_WORKER = 12_000;

/** More workers bring nothing: one thread, the tape's, parses all their answers. */
const MAX_WORKERS = 8;

/**
 * How many threads a load needs: enough for its tokens at the speed at which they were recorded, and no more than there are
 * cores beside the tape's.
 * @param connections of the cell
 * @param tokensPerSec of one recorded stream on average; null when nothing was streamed
 */
export function workersFor(connections: number, tokensPerSec: number | null, cores: number): number {
  const needed = Math.ceil((connections * (tokensPerSec ?? 0)) / TOKENS_PER_WORKER);
  return Math.max(1, Math.min(needed, cores - 1, MAX_WORKERS, connections));
}
