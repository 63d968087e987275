import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../src/model/random.ts';
import { httpCall } from './http-call.ts';

/** `vllm:num_requests_running` plus `vllm:num_requests_waiting` of a vLLM server. */
export async function runningRequests(upstream: URL): Promise<number> {
  const { text } = await httpCall(new URL('/metrics', upstream));
  const gauge = (name: string): number =>
    Number(new RegExp(`^vllm:${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
  return gauge('num_requests_running') + gauge('num_requests_waiting');
}

/**
 * `count` clients that each send a streamed request and leave at a random instant within `withinMs`, of its start or, every
 * other one, of its first data: some leave before the answer's head and some in mid-stream, however slow the machine.
 * They come within `spreadMs`, all at once unless told. Ends when the last has left.
 * @returns `most`: requests that ran upstream at once, as sampled; `clearMs`: from the last leave until none ran
 */
export async function abortedClients(
  url: URL,
  upstream: URL,
  body: object,
  count: number,
  withinMs: number,
  spreadMs = 0,
): Promise<{ readonly most: number; readonly clearMs: number }> {
  const random = createRandom(count);
  const text = JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } });
  let most = 0;
  const clients = Array.from({ length: count }, async (_, i) => {
    await sleep(random.uniform(0, spreadMs));
    const call = request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      agent: false,
    });
    const data = Promise.withResolvers<void>();
    call
      .on('error', () => data.resolve())
      .on('response', (answer) => answer.on('data', () => data.resolve()).on('error', () => undefined));
    // One that leaves before its request is on its way was never there.
    await Promise.race([new Promise<void>((resolve) => call.end(text, resolve)), data.promise]);
    if (i % 2 === 1) await data.promise;
    await sleep(random.uniform(0, withinMs));
    call.destroy();
  });
  const all = Promise.all(clients);
  let left = false;
  all.then(() => {
    left = true;
  });
  while (!left) {
    most = Math.max(most, await runningRequests(upstream));
    await sleep(20);
  }
  const leftAt = performance.now();
  while ((await runningRequests(upstream)) > 0 && performance.now() - leftAt < 10_000) await sleep(1);
  return { most, clearMs: performance.now() - leftAt };
}
