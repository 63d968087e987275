import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** Clock ticks a second of /proc (USER_HZ, fixed on Linux). */
const TICKS_PER_SEC = 100;

/** CPU time of all children that have ended and been waited for, seconds (proc(5): cutime and cstime). */
function endedChildrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SEC;
}

/** What a command did. */
export interface PinnedRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  /** Of the command and all that it started, to a hundredth. */
  readonly cpuSeconds: number;
}

/** Starts a command on one core, or on several such as `0-3`; its stdout is read line by line by whoever wants to. */
export function startPinned(
  core: number | string,
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  return spawn('taskset', ['-c', String(core), ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a command on one core to its end. Only one at a time: CPU is that of all children that end meanwhile. */
export async function runPinned(
  core: number | string,
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<PinnedRun> {
  const before = endedChildrenCpu();
  const child = startPinned(core, command, env);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { stdout, stderr, code, cpuSeconds: endedChildrenCpu() - before };
}
