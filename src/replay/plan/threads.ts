import type { Cell } from '../../model/run.ts';

/**
 * The thread of each connection of a cell: element c is connection c's thread, and there are as many connections as
 * elements. Threads own consecutive connections as wrk's do. Where C is no multiple of T, wrk silently opens fewer
 * connections than asked (3 threads and 10 connections are 9), and so does this with its semantics; otherwise the first
 * threads take one more, so that C connections are always open.
 * @throws RangeError when the cell has fewer connections than threads
 */
export function threadsOfConnections(
  { threads, connections }: Cell,
  semantics: 'drain' | 'wrk' = 'drain',
): readonly number[] {
  if (connections < threads)
    throw new RangeError(`${connections} connections cannot feed ${threads} threads`);
  const each = Math.floor(connections / threads);
  const larger = semantics === 'wrk' ? 0 : connections % threads;
  const inLarger = larger * (each + 1);
  return Array.from({ length: each * threads + larger }, (_, c) =>
    c < inLarger ? Math.floor(c / (each + 1)) : larger + Math.floor((c - inLarger) / each),
  );
}
