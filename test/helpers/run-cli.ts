import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, WITHIN_MS } from './http-call.ts';

/** The file that runs the command line from its sources. */
export const CLI_ENTRY = fileURLToPath(new URL('./cli-entry.ts', import.meta.url));
/** The file that runs one command line after the other. */
export const CLI_HOST = fileURLToPath(new URL('./cli-host.ts', import.meta.url));

/** How a command ended. */
export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliEnd>;
  /** What it has said so far. */
  stderr(): string;
  /** Waits until stderr matches, gives the first group. */
  says(pattern: RegExp): Promise<string>;
  /** Ctrl-C. */
  interrupt(): void;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The longest the command may take, ms; 0 is for ever. A minute unless told: a test's command that hangs is killed. */
  readonly withinMs?: number;
  /** The file that is run; the sources unless told. */
  readonly entry?: string;
}

// A test or bench that fails leaves nothing running.
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts `reprise ARGS` as a child process. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const child = spawn(process.execPath, [options.entry ?? CLI_ENTRY, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.withinMs ?? WITHIN_MS,
    killSignal: 'SIGKILL',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    child,
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })),
    stderr: () => stderr,
    async says(pattern) {
      await eventually(() => pattern.test(stderr));
      return pattern.exec(stderr)?.[1] ?? '';
    },
    interrupt: () => child.kill('SIGINT'),
  };
}

/**
 * Runs `reprise ARGS` to its end, in a process of its own where it is told what that is to be like, and otherwise in one
 * that runs all of them in turn.
 */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliEnd> {
  if (options !== undefined) return startCli(args, options).ended;
  const ended = turn.then(() => runInHost(args));
  turn = ended.catch(() => undefined);
  return ended;
}

let turn: Promise<unknown> = Promise.resolve();
let host: ChildProcess | null = null;

async function runInHost(args: readonly string[]): Promise<CliEnd> {
  host ??= startHost();
  const child = host;
  // The test's process waits for the answer, and for nothing else of the host.
  child.ref();
  child.channel?.ref();
  const timer = setTimeout(() => child.kill('SIGKILL'), WITHIN_MS);
  const end = Promise.withResolvers<CliEnd>();
  const died = (code: number | null): void => end.resolve({ code, stdout: '', stderr: 'the host died' });
  child.once('message', end.resolve).once('exit', died);
  child.send(args);
  await end.promise;
  clearTimeout(timer);
  child.off('message', end.resolve).off('exit', died);
  child.unref();
  child.channel?.unref();
  return end.promise;
}

function startHost(): ChildProcess {
  const child = fork(CLI_HOST, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.add(child);
  child.once('exit', () => {
    children.delete(child);
    host = null;
  });
  return child;
}
