import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** One of our own commands as a child process: the demo types what a user would type. */

/** A command that serves until it is stopped. */
export interface ServingCommand {
  /** Where it says it listens. */
  readonly url: string;
  /** Ctrl-C, then waits for its end. */
  stop(): Promise<void>;
}

const children = new Set<ChildProcess>();

/** Runs a command to its end, its output going where ours goes; gives its exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const child = start(args, 'inherit');
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/**
 * Starts a command that serves and waits until it says where.
 * @param told the words before its address on stderr
 * @throws Error with its last words when it ends instead
 */
export async function serveCommand(args: readonly string[], told: string): Promise<ServingCommand> {
  const child = start(args, 'pipe');
  const lines = createInterface({ input: child.stderr ?? process.stdin });
  let last = '';
  for await (const line of lines) {
    last = line;
    const at = line.indexOf(`${told} http`);
    if (at === -1) continue;
    const url = line.slice(at + told.length + 1).split(/[\s,]/, 1)[0] ?? '';
    child.stderr?.resume();
    return {
      url,
      async stop() {
        const ended = once(child, 'exit');
        child.kill('SIGINT');
        await ended;
      },
    };
  }
  throw new Error(`reprise ${args.join(' ')} ended: ${last}`);
}

/** Ends every child at once, for when the parent itself has to go. */
export function killCommands(): void {
  for (const child of children) child.kill('SIGKILL');
}

function start(args: readonly string[], stderr: 'inherit' | 'pipe'): ChildProcess {
  const entry = process.argv[1] ?? '';
  // A group of its own: Ctrl-C reaches the parent alone, which then ends its children in order.
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'inherit', stderr],
    detached: true,
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
