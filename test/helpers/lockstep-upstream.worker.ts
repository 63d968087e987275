import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

/**
 * An upstream whose streams all get their next event at the same instant, as one step of an engine gives it to a batch.
 * `&phase=7` puts a stream into a group of its own rhythm, so many milliseconds later. `?chunks=50&every=20` says how many and
 * how often (ms); with `&stamps=1` each text begins with `@` and the instant at which it was written, in nanoseconds of the
 * monotonic clock that all processes of a machine share.
 */

const WORDS = 'the sky is blue because small particles of air scatter short waves more than long ones'.split(
  ' ',
);

interface Stream {
  readonly response: ServerResponse;
  readonly id: string;
  readonly stamps: boolean;
  left: number;
  sent: number;
}

const groups = new Map<string, Set<Stream>>();
let streams = 0;

function event(id: string, delta: object, finish: string | null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created: 1_790_000_000, model: 'bench', choices })}\n\n`;
}

function step(group: Set<Stream>): void {
  for (const stream of group) {
    const { response, id } = stream;
    const word = WORDS[Math.floor(Math.random() * WORDS.length)];
    const content = `${stream.stamps ? `@${process.hrtime.bigint()}` : ''} ${word}`;
    stream.sent += 1;
    stream.left -= 1;
    if (stream.left > 0) {
      response.write(event(id, { content }, null));
      continue;
    }
    const usage = { prompt_tokens: 10, total_tokens: 10 + stream.sent, completion_tokens: stream.sent };
    response.end(
      `${event(id, { content }, 'length')}data: ${JSON.stringify({ id, object: 'chat.completion.chunk', model: 'bench', choices: [], usage })}\n\ndata: [DONE]\n\n`,
    );
    group.delete(stream);
  }
}

function groupOf(everyMs: number, phaseMs: number): Set<Stream> {
  const key = `${everyMs}+${phaseMs}`;
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group = new Set<Stream>();
  groups.set(key, group);
  setTimeout(() => setInterval(step, everyMs, group), phaseMs);
  return group;
}

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://x');
  request.resume().on('end', () => {
    const stream: Stream = {
      response,
      id: `chatcmpl-${(++streams).toString(16).padStart(32, '0')}`,
      stamps: searchParams.has('stamps'),
      left: Number(searchParams.get('chunks') ?? 50),
      sent: 0,
    };
    const group = groupOf(Number(searchParams.get('every') ?? 20), Number(searchParams.get('phase') ?? 0));
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
    group.add(stream);
    response.on('close', () => group.delete(stream));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', 4_096, () => parentPort?.postMessage((server.address() as AddressInfo).port));
