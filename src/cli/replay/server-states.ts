import type { ServerState } from '../../model/capture.ts';
import { systemClock } from '../../model/clock.ts';
import { probeTarget } from '../../replay/probe-target.ts';
import type { TrafficSettings } from './replay-settings.ts';
import { runServerCommand } from './server-command.ts';

/** What a target says of itself at an edge of a run, and what the operator's command prints then. Never throws. */
export async function serverStates(
  target: URL,
  { headers, serverCommand }: Pick<TrafficSettings, 'headers' | 'serverCommand'>,
  edge: ServerState['edge'],
): Promise<readonly ServerState[]> {
  const { wallMs } = systemClock;
  const [told, printed] = await Promise.all([
    probeTarget(target.origin, edge, headers, wallMs),
    serverCommand === null ? [] : [await runServerCommand(serverCommand, edge, wallMs)],
  ]);
  return [...told, ...printed];
}
