import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Result } from '../../src/model/result.ts';
import { startLocalServer } from './local-server.ts';
import { sampleResult } from './sample-runs.ts';

/** Debian's wrk, or null with a sentence for the skipped test where it is not installed. */
export const WRK_MISSING: string | false =
  spawnSync('wrk', ['-v']).error === undefined ? false : 'wrk is not installed (apt-get install wrk)';

/** What a request to the upstream gets. */
export interface Served {
  readonly afterMs: number;
  /** 0: the connection is closed instead of an answer. */
  readonly status: number;
}

export interface WrkRun {
  /** What wrk printed. */
  readonly text: string;
  readonly url: string;
  /** The answers that the upstream gave meanwhile, as the results of a run would have them. */
  readonly results: readonly Result[];
}

/** Runs wrk against an upstream that answers the i-th request as `serve` says, and keeps its own record of each. */
export async function runWrk(options: readonly string[], serve: (i: number) => Served): Promise<WrkRun> {
  const results: Result[] = [];
  const clock = (): number => performance.now() * 1e3;
  const startedUs = clock();
  let n = 0;
  const upstream = await startLocalServer((request, response) => {
    const { afterMs, status } = serve(n++);
    const sentUs = clock() - startedUs;
    const { socket } = request;
    const before = socket.bytesWritten;
    const add = (overrides: Partial<Result>): void => {
      const finishedUs = clock() - startedUs;
      results.push(sampleResult({ scheduledUs: sentUs, sentUs, finishedUs, ...overrides }));
    };
    setTimeout(() => {
      if (status === 0) {
        add({ outcome: 'upstream_aborted', status: null, wireBytes: 0 });
        socket.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end('{"object":"chat.completion"}', () => {
        const outcome = status > 399 ? 'http_error' : 'ok';
        add({ outcome, status, wireBytes: socket.bytesWritten - before });
      });
    }, afterMs);
  });
  const url = new URL('/v1/chat/completions', upstream.url).href;
  const wrk = spawn('wrk', [...options, '--latency', url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed: Buffer[] = [];
  wrk.stdout.on('data', (bytes: Buffer) => printed.push(bytes));
  await once(wrk, 'close');
  await upstream.close();
  return { text: Buffer.concat(printed).toString('utf8'), url, results };
}
