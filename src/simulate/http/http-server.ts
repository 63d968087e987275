import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenFailure, listenUrl } from '../../model/listening.ts';

/** vLLM's constant: idle connections are closed after this long, ms. */
const KEEP_ALIVE_MS = 5_000;

/** uvicorn's: with less, a burst of connections waits for the kernel's second try, a second later. */
const BACKLOG = 2_048;

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** A longer request body is not read to its end; null for no limit. */
  readonly maxBodyBytes: number | null;
  /** Answers a request; the body is null when it is too long. */
  readonly answer: (request: IncomingMessage, body: string | null, response: ServerResponse) => void;
}

/**
 * Listens and reads bodies.
 * @throws UserError (as a rejection) when it cannot listen there
 */
export async function startHttpServer(options: HttpServerOptions) {
  const { host, port, maxBodyBytes } = options;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    readText(request, maxBodyBytes).then(
      (text) => options.answer(request, text, response),
      () => response.destroy(),
    );
  });
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, host, port);
  });
  const address = server.address() as AddressInfo;
  let again: NodeJS.Timeout | null = null;

  return {
    url: listenUrl('http', host, address.port),
    /** Stops accepting connections for this time. */
    refuse(ms: number): void {
      if (again !== null) return;
      server.close();
      again = setTimeout(() => {
        again = null;
        server.listen({ port: address.port, host, backlog: BACKLOG });
      }, ms);
    },
    /** Ends at once, cutting what is in flight. */
    async close(): Promise<void> {
      if (again !== null) clearTimeout(again);
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

/** The body as a text; null when it is longer than `limit` bytes. */
async function readText(request: IncomingMessage, limit: number | null): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (limit !== null && bytes > limit) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
