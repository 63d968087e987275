/** Tokens a second that one sending thread takes in with little to spare lost: half of what it can, docs/performance.md. */
const TOKENS_PER_WORKER = 12_000;

/** More than this brings nothing: the tape's thread reads all their answers. */
const MOST_WORKERS = 8;

/**
 * How many threads a load needs: as many as its tokens ask for at the speed at which they were recorded, and no more
 * than there are cores beside the tape's.
 * @param connections of the cell
 * @param tokensPerSec of one recorded stream on average; null when nothing was streamed
 */
export function workersFor(connections: number, tokensPerSec: number | null, cores: number): number {
  const wanted = Math.ceil((connections * (tokensPerSec ?? 0)) / TOKENS_PER_WORKER);
  return Math.max(1, Math.min(wanted, cores - 1, MOST_WORKERS, connections));
}
