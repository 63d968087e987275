import { once } from 'node:events';
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';

/** One answer with its reads kept apart. */
export interface HttpAnswer {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly reads: readonly Buffer[];
  readonly text: string;
}

/** Sends one request over a real socket and reads the whole answer. */
export async function httpCall(
  url: URL,
  body: unknown = null,
  options: RequestOptions = {},
): Promise<HttpAnswer> {
  // A connection that is kept may be closed by an idle server at the instant at which it is used again.
  const agent = new Agent({ keepAlive: true });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const call = request(url, {
    method: body === null ? 'GET' : 'POST',
    agent,
    ...options,
    headers: { ...(body === null ? {} : { 'content-type': 'application/json' }), ...options.headers },
  });
  call.end(body === null ? undefined : text);
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  const reads: Buffer[] = [];
  for await (const read of answer) reads.push(read as Buffer);
  agent.destroy();
  return {
    status: answer.statusCode ?? 0,
    rawHeaders: answer.rawHeaders,
    reads,
    text: Buffer.concat(reads).toString('utf8'),
  };
}

/** The JSON documents of an event stream's data lines, the end mark left out. */
export function streamDocuments(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n\n')
    .map((event) => event.replace(/^data: /, ''))
    .filter((data) => data.startsWith('{'))
    .map((data) => JSON.parse(data) as Record<string, unknown>);
}

/** The longest that a test waits for what will come, ms: a machine may have ten others to serve. */
export const WITHIN_MS = 60_000;

/** Waits until `holds`, asking again and again, but for a fifth of the time at most; fails after `withinMs`. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  withinMs = WITHIN_MS,
): Promise<void> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const askedMs = performance.now();
    if (await holds()) return;
    if (Date.now() > endMs) throw new Error(`did not come true within ${withinMs} ms: ${holds}`);
    const tookMs = performance.now() - askedMs;
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(5, 4 * tookMs), 50)));
  }
}
