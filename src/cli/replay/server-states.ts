import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { MOST_STATE_BYTES, type ServerState } from '../../model/capture.ts';
import { systemClock } from '../../model/clock.ts';
import { probeTarget } from '../../replay/probe-target.ts';
import { withoutSecrets } from '../secrets.ts';
import type { TrafficSettings } from './replay-settings.ts';
import { addressOf, headersFor } from './target-address.ts';

/** What a target reports about itself at the start or end of a run, and the output of the user's command then. Never throws. */
export async function serverStates(
  target: URL,
  { headers, trust, serverCommand }: Pick<TrafficSettings, 'headers' | 'trust' | 'serverCommand'>,
  edge: ServerState['edge'],
): Promise<readonly ServerState[]> {
  const { wallMs } = systemClock;
  const [reported, printed] = await Promise.all([
    probeTarget(addressOf(target), edge, headersFor(target, headers), wallMs, trust),
    serverCommand === null ? [] : [await runServerCommand(serverCommand, edge, wallMs)],
  ]);
  return [...reported, ...printed];
}

/** The longest the command may take, ms, and the most it may print, bytes. */
const LIMITS = { timeout: 10_000, maxBuffer: MOST_STATE_BYTES } as const;

/**
 * Runs the operator's own command, such as `nvidia-smi -q`, in a shell and gives what it printed as a state of the
 * server. Never throws: what went wrong is the state then, with the exit code as its status.
 */
export async function runServerCommand(
  command: string,
  edge: 'start' | 'end',
  wallMs: () => number,
): Promise<ServerState> {
  const takenAtMs = wallMs();
  try {
    const { stdout } = await promisify(exec)(command, LIMITS);
    return { edge, kind: 'command', takenAtMs, status: 0, body: withoutSecrets(stdout) };
  } catch (error) {
    const { code, message, stderr } = error as { code?: unknown; message: string; stderr?: string };
    return {
      edge,
      kind: 'command',
      takenAtMs,
      status: typeof code === 'number' ? code : null,
      body: withoutSecrets(stderr || message),
    };
  }
}
