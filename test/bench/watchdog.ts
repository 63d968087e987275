import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { childrenOf } from '../helpers/process-cpu.ts';
import { type RecorderCli, recorderCli } from '../helpers/recorder-cli.ts';
import { streamLoad } from '../helpers/stream-load.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/**
 * 200 streams through the recorder while whatever else it does stands still: how long each event takes from the upstream to
 * its client. No fault may add 100 ms to the longest wait without one.
 */

const PLAN = { streams: 200, chunks: 60, everyMs: 50, waves: 1, stamps: true } as const;

interface Fault {
  readonly options: readonly string[];
  /** Breaks it, and gives how it is mended. */
  readonly begin: (recorder: RecorderCli) => () => void;
}

const untouched: Fault['begin'] = () => () => undefined;
const FAULTS: Readonly<Record<string, Fault>> = {
  none: { options: [], begin: untouched },
  'stderr is not read': {
    options: ['--log', 'json'],
    begin({ recorder }) {
      recorder.child.stderr?.pause();
      return () => recorder.child.stderr?.resume();
    },
  },
  'the tape stands still': {
    options: [],
    begin({ recorder }) {
      const tapes = childrenOf(recorder.child.pid ?? 0);
      for (const pid of tapes) process.kill(pid, 'SIGSTOP');
      return () => {
        for (const pid of tapes) process.kill(pid, 'SIGCONT');
      };
    },
  },
  'a regular expression takes for ever': { options: ['--redact-pattern', '(\\w+ ?)+!'], begin: untouched },
  'a probe hangs': { options: ['--server-command', 'sleep 60'], begin: untouched },
};

const folder = tempFolder();
const upstream = new Worker(new URL('../helpers/lockstep-upstream.worker.ts', import.meta.url));
const [port] = await once(upstream, 'message');
process.stdout.write('fault, p50 ms, p99 ms, longest ms, failed\n');
for (const [name, { options, begin }] of Object.entries(FAULTS)) {
  const path = join(folder, `${name.replaceAll(' ', '-')}.sqlite`);
  const recorder = await recorderCli(new URL(`http://127.0.0.1:${port}`), path, '--drain', '1s', ...options);
  await streamLoad(recorder.url, { ...PLAN, chunks: 5 });
  const mend = begin(recorder);
  const { firstUs, laterUs, failed } = await streamLoad(recorder.url, PLAN);
  mend();
  const sorted = [...firstUs, ...laterUs].sort((a, b) => a - b);
  const at = (share: number): string =>
    ((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1e3).toFixed(1);
  process.stdout.write(`${[name, at(0.5), at(0.99), at(1), failed].join(', ')}\n`);
  recorder.recorder.child.kill('SIGKILL');
  await recorder.recorder.ended;
}
process.exit();
