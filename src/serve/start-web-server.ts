import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenFailure, listenUrl } from '../model/listening.ts';
import { UserError } from '../model/user-error.ts';
import { type Address, readAddress } from './address.ts';
import { type Answer, answer, problemAnswer } from './answer.ts';
import { createEventStreams } from './event-streams.ts';
import { POLICY, wordsOf } from './frame.ts';
import { admit, type GuardPolicy } from './guard.ts';
import type { Shelf } from './shelf.ts';

export interface WebServerOptions extends GuardPolicy {
  readonly port: number;
  readonly shelf: Shelf;
  /** Called with what is our own mistake; the browser gets a sentence. */
  readonly onDefect: (error: unknown) => void;
}

export interface WebServer {
  readonly url: URL;
  /** Ends at once, whatever browsers are doing. */
  close(): Promise<void>;
}

/** Answers that are being made; more would only wait. */
const MOST_ANSWERS = 64;
const MOST_CONNECTIONS = 1_000;
/** How long a request may take to come, ms, and how often connections are looked at for it. */
const HEAD_MS = 10_000;
const CHECK_MS = 1_000;

/** Nobody else may embed, guess or keep what is on a tape. */
const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/**
 * Serves the pages over some tapes. It answers GET and HEAD and changes nothing.
 * @throws UserError (as a rejection) when it cannot listen there
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { host, port, shelf } = options;
  const streams = createEventStreams(shelf.live);
  let answering = 0;
  let closing = false;
  /** What is being made when the server ends comes to nothing, and is nobody's mistake. */
  const onDefect = (error: unknown): void => {
    if (!closing) options.onDefect(error);
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const { method = '', url = '', headers } = request;
    // Two names contradict each other, whichever Node would take.
    const [host, ...others] = request.headersDistinct.host ?? [];
    const named = { ...headers, host: others.length === 0 ? host : undefined };
    const admission = admit({ method, url, headers: named }, options);
    if (admission.kind === 'refuse') return sendText(response, admission.status, admission.why);
    if (admission.kind === 'welcome') {
      response.writeHead(303, { ...HEADERS, location: admission.location, 'set-cookie': admission.cookie });
      response.end();
      return;
    }
    const address = readAddress(url);
    if (address?.place.kind === 'events') return follow(response, address, method);
    if (answering >= MOST_ANSWERS) return sendText(response, 503, 'too many pages are being made: try again');
    answering += 1;
    try {
      send(response, method, await answerOf(address));
    } finally {
      answering -= 1;
    }
  }

  async function answerOf(address: Address | null): Promise<Answer> {
    const { toolVersion } = shelf;
    if (address === null) return problemAnswer(404, wordsOf('en').notFound, { address, toolVersion });
    try {
      return await answer(address, shelf);
    } catch (error) {
      if (error instanceof UserError) return problemAnswer(404, error.message, { address, toolVersion });
      onDefect(error);
      return problemAnswer(500, 'internal error: reprise serve has printed its cause', {
        address,
        toolVersion,
      });
    }
  }

  function follow(response: ServerResponse, { language }: Address, method: string): void {
    const head = { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' };
    if (method === 'HEAD') {
      response.writeHead(200, head).end();
      return;
    }
    if (streams.add(response, language, head)) return;
    response.setHeader('retry-after', '10');
    sendText(response, 503, wordsOf(language).liveFull);
  }

  const server = createServer({ connectionsCheckingInterval: CHECK_MS }, (request, response) => {
    void respond(request, response).catch((error: unknown) => {
      onDefect(error);
      response.destroy();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.headersTimeout = HEAD_MS;
  server.requestTimeout = HEAD_MS;
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, host, port);
  });
  return {
    url: listenUrl('http', host, (server.address() as AddressInfo).port),
    async close() {
      closing = true;
      const closed = once(server, 'close');
      streams.close();
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, method: string, { status, type, body, fileName }: Answer): void {
  response.writeHead(status, {
    ...HEADERS,
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    ...(fileName === undefined ? {} : { 'content-disposition': `attachment; filename="${fileName}"` }),
  });
  response.end(method === 'HEAD' ? undefined : body);
}

function sendText(response: ServerResponse, status: number, why: string): void {
  const body = `${why}\n`;
  response.writeHead(status, {
    ...HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(body);
}
