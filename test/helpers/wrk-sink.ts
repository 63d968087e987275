import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { startLocalServer } from './local-server.ts';

/** A request as the expectations have it: without Host and Content-Length, whose order and value differ between runs. */
export interface SentRequest {
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  /** One character a byte. */
  readonly body: string;
}

/** How wrk is called with a script, and the first requests of each connection. */
export interface ScriptExpectation {
  readonly threads: number;
  readonly connections: number;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly sent: readonly (readonly SentRequest[])[];
}

/** Requests that are kept of each connection. */
const KEPT = 4;

export function sentRequest(line: string, rawHeaders: readonly string[], body: Uint8Array): SentRequest {
  const pairs = rawHeaders.flatMap((name, i) =>
    i % 2 === 1 || /^(host|content-length)$/i.test(name) ? [] : [[name, rawHeaders[i + 1] ?? ''] as const],
  );
  return {
    line,
    headers: Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1))),
    body: Buffer.from(body).toString('utf8'),
  };
}

/**
 * Runs a command against a sink that answers every request after 20 ms, and gives the first requests of each connection.
 * @param enough requests that are kept before the command is ended; it may end by itself before
 */
export async function sentTo(
  command: (url: string) => readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  enough: number,
): Promise<readonly (readonly SentRequest[])[]> {
  const connections = new Map<Socket, SentRequest[]>();
  const sink = await startLocalServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method, url, rawHeaders, socket } = request;
    if (method !== 'POST') {
      response.end();
      return;
    }
    const kept = connections.get(socket) ?? [];
    connections.set(socket, kept);
    if (kept.length < KEPT) kept.push(sentRequest(`${method} ${url}`, rawHeaders, Buffer.concat(pieces)));
    const all = [...connections.values()].reduce((sum, { length }) => sum + length, 0);
    if (all === enough) child.kill('SIGKILL');
    response.setHeader('content-type', 'application/json');
    setTimeout(() => response.end('{"object": "chat.completion"}'), 20);
  });
  const [program, ...args] = command(new URL('/v1/chat/completions', sink.url).href);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  await once(child, 'close');
  await sink.close();
  return [...connections.values()];
}
