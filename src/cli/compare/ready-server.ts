import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Arm } from '../../compare/session/arm-run.ts';
import type { Warmup } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import type { ReplayCell } from '../replay/loop-settings.ts';
import { loadSpec, neededWorkers, type ReplaySession } from '../replay/run-cell.ts';
import { openSenders } from '../replay/senders/open-senders.ts';
import { addressOf } from '../replay/target-address.ts';
import { withoutSecrets } from '../secrets.ts';
import { ARM_PLACE } from './pair-options.ts';

/** What is shown while a server is brought to an arm. */
export interface ReadyObserver {
  switching(arm: Arm): void;
  warming(arm: Arm): void;
}

/**
 * Brings servers to where they can be measured: switched to the arm, and warmed when they have just started.
 * @param switchCommand the user's command that changes the arm; null where each arm has its own server
 */
export function keepServers(switchCommand: string | null, warmup: Warmup | null) {
  const warm = new Set<string>();
  let current: Arm | null = null;
  return {
    /** @param session of the arm; @param cell with which a server is warmed */
    async ready(
      session: ReplaySession,
      arm: Arm,
      cell: ReplayCell,
      { switching, warming }: ReadyObserver,
    ): Promise<void> {
      if (switchCommand !== null && current !== arm) {
        switching(arm);
        await switchServer(switchCommand, arm, session.signal);
        current = arm;
        warm.clear();
      }
      const address = addressOf(session.target);
      if (warm.has(address) || session.signal.aborted) return;
      warming(arm);
      await warmServer(session, cell, warmup);
      warm.add(address);
    },
  };
}

/**
 * Runs the user's command that turns a server into one of the arms, and waits for its end. What it prints goes to
 * stderr. When it is to stop it gets SIGTERM, with everything that it started.
 * @throws UserError (as a rejection) when it cannot be run or fails
 */
export async function switchServer(command: string, arm: Arm, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const line = command.replaceAll(ARM_PLACE, arm);
  // A separate process group: Ctrl-C reaches us alone, and what the shell started can be ended with it.
  const child = spawn(line, { shell: true, stdio: ['ignore', 2, 2], detached: true });
  const stop = (): void => {
    if (child.pid !== undefined) endGroup(child.pid);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [code, killedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (code === 0 || signal.aborted) return;
    const problem = `--switch ${withoutSecrets(line)} ended with ${code === null ? killedBy : `exit code ${code}`}`;
    throw new UserError(problem, {
      kind: 'command',
      remedy: 'it must end with 0 when the server is ready',
      facts: { code, signal: killedBy },
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Ends a process with everything that it started. Its exit may be known to the system before it is known to us. */
export function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Loads a server that has just started and forgets what it answered: its first requests compile kernels, fill pools and
 * find cold caches, and would be measured as the arm's. A separate run, so that a cache which is reset before each run
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
