import type { Warmup } from '../../model/run.ts';
import { openSenders } from './open-senders.ts';
import type { ReplayCell } from './replay-cells.ts';
import { loadSpec, neededWorkers, type ReplaySession } from './run-cell.ts';

/**
 * Loads a server that has just started and forgets what it answered: its first requests compile kernels, fill pools and
 * find cold caches, and would be measured as the arm's. A run of its own, so that a cache which is reset before each run
 * is reset after this.
 * @throws UserError (as a rejection) when the target cannot be reached
 */
export async function warmServer(
  session: ReplaySession,
  cell: ReplayCell,
  warmup: Warmup | null,
): Promise<void> {
  const workers = session.settings.workers ?? neededWorkers(session, cell.cell);
  const spec = { ...loadSpec(session, cell), warmup };
  const senders = await openSenders(spec, workers, session.signal);
  senders?.close();
}
