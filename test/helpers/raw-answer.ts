import type { ServerResponse } from 'node:http';
import { startLocalServer } from './local-server.ts';
import { type RawRequest, rawExchange } from './raw-exchange.ts';

/** All bytes of an answer, as they went over a real socket, whatever `respond` made of it. */
export async function rawAnswerOf(
  respond: (response: ServerResponse) => void,
  request: Partial<RawRequest> = {},
): Promise<string> {
  const { url, close } = await startLocalServer((_request, response) => respond(response));
  const answer = await rawExchange(url, { method: 'GET', path: '/', ...request });
  await close();
  return answer.toString();
}

/** What follows the head. */
export function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

/** The texts of a chunked body's chunks, the last, empty one included if it came. */
export function chunksOf(answer: string): readonly string[] {
  const bytes = Buffer.from(bodyOf(answer));
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size).toString());
    at = lineEnd + 2 + size + 2;
  }
  return chunks;
}

/** A `later` for tests: it remembers the delays, and calls back at once. */
export function promptLater(): {
  readonly delays: readonly number[];
  readonly later: (ms: number, then: () => void) => void;
} {
  const delays: number[] = [];
  return {
    delays,
    later(ms, then) {
      delays.push(ms);
      setImmediate(then);
    },
  };
}
