import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { unusedUrl } from '../helpers/local-server.ts';
import { childrenOf, threadCpuNs, threadWaitNs } from '../helpers/process-cpu.ts';
import { CLI_ENTRY } from '../helpers/run-cli.ts';
import { streamLoad } from '../helpers/stream-load.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/**
 * 200 streams through the recorder while whatever else it does hangs: how long each event takes from the upstream to its
 * client. No fault may add 100 ms to the longest wait without one. Every fault is measured several times, in turn with none:
 * the waits without one, and how long the thread waited for a CPU, say what the machine adds.
 */

const PLAN = { streams: 200, chunks: 60, everyMs: 50, waves: 1, stamps: true } as const;
const ROUNDS = 3;

interface Recorder {
  readonly pid: number;
  /** Both ends of the pipe that is its stderr. */
  readonly stderr: number;
}

interface Fault {
  readonly options: readonly string[];
  /** Breaks it, and gives how it is mended. */
  readonly begin: (recorder: Recorder) => () => void;
}

const untouched: Fault['begin'] = () => () => undefined;
const FAULTS: Readonly<Record<string, Fault>> = {
  none: { options: [], begin: untouched },
  'stderr is full': {
    options: [],
    begin({ stderr }) {
      whileItTakes(() => writeSync(stderr, Buffer.alloc(4_096, 10)));
      return () => whileItTakes(() => readSync(stderr, Buffer.alloc(65_536)));
    },
  },
  'the tape hangs': {
    options: [],
    begin({ pid }) {
      const tapes = childrenOf(pid);
      for (const tape of tapes) process.kill(tape, 'SIGSTOP');
      return () => {
        for (const tape of tapes) process.kill(tape, 'SIGCONT');
      };
    },
  },
  'a regular expression takes for ever': { options: ['--redact-pattern', '(\\w+ ?)+!'], begin: untouched },
  'a probe hangs': { options: ['--server-command', 'sleep 60'], begin: untouched },
};

/** Until a pipe that does not wait is full, or empty. */
function whileItTakes(act: () => number): void {
  try {
    while (act() > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
}

const folder = tempFolder();
const worker = new Worker(new URL('../helpers/lockstep-upstream.worker.ts', import.meta.url));
const [port] = await once(worker, 'message');
const upstream = `http://127.0.0.1:${port}`;
const longest: Record<string, number[]> = {};
process.stdout.write(
  'fault, p50 ms, p99 ms, longest ms, failed, CPU s of the thread with the traffic, its wait for a CPU s\n',
);
for (let round = 1; round <= ROUNDS; round += 1)
  for (const [name, fault] of Object.entries(FAULTS)) await measure(name, fault, join(folder, `${round}`));
const median = (of: readonly number[] = []): number =>
  [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
process.stdout.write('fault, median of the longest waits ms, more than without ms\n');
for (const [name, waits] of Object.entries(longest))
  process.stdout.write(
    `${name}, ${median(waits).toFixed(1)}, ${(median(waits) - median(longest.none)).toFixed(1)}\n`,
  );
process.exit();

async function measure(name: string, { options, begin }: Fault, base: string): Promise<void> {
  const path = `${base}-${name.replaceAll(' ', '-')}`;
  execFileSync('mkfifo', [`${path}.stderr`]);
  const stderr = openSync(`${path}.stderr`, constants.O_RDWR | constants.O_NONBLOCK);
  const url = await unusedUrl();
  const args = ['record', '--upstream', upstream, '--listen', url.host, '--out', `${path}.sqlite`];
  const recorder = spawn(process.execPath, [CLI_ENTRY, ...args, '--drain', '1s', ...options], {
    stdio: ['ignore', 'ignore', stderr],
  });
  const answers = (): Promise<boolean> =>
    httpCall(new URL('/?chunks=1', url), '{}').then(
      () => true,
      () => false,
    );
  await eventually(answers);
  await streamLoad(url, { ...PLAN, chunks: 5 });
  const mend = begin({ pid: recorder.pid ?? 0, stderr });
  const pid = recorder.pid ?? 0;
  const before = [threadCpuNs(pid, pid), threadWaitNs(pid, pid)] as const;
  const { firstUs, laterUs, failed } = await streamLoad(url, PLAN);
  const thread = [threadCpuNs(pid, pid) - before[0], threadWaitNs(pid, pid) - before[1]];
  mend();
  const sorted = [...firstUs, ...laterUs].sort((a, b) => a - b).map((us) => us / 1e3);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  longest[name] = [...(longest[name] ?? []), at(1)];
  const figures = [at(0.5), at(0.99), at(1)].map((ms) => ms.toFixed(1));
  const seconds = thread.map((ns) => (ns / 1e9).toFixed(2));
  process.stdout.write(`${[name, ...figures, failed, ...seconds].join(', ')}\n`);
  recorder.kill('SIGKILL');
  await once(recorder, 'exit');
}
