import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { hostname } from 'node:os';
import { listenFailure, listenUrl } from '../model/listening.ts';

const PLAIN_METRICS = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** What the admin port serves. */
export interface AdminPages {
  /** Prometheus' text format, or OpenMetrics where it ends with `# EOF`. */
  metrics(): Promise<string>;
  /** Why no traffic should be sent here, null when it may. */
  notReady(): string | null;
}

export interface AdminServer {
  readonly url: URL;
  close(): Promise<void>;
}

/**
 * The operator's own port, apart from the traffic: `/metrics`, `/healthz` (the process lives), `/readyz` (send traffic
 * here). It has nothing of what was recorded, only counts.
 * @param option that names the address
 * @throws UserError (as a rejection) when it cannot listen there
 */
export async function startAdminServer(
  host: string,
  port: number,
  pages: AdminPages,
  option = '--admin',
): Promise<AdminServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    request.resume();
    // A web page that has its own name lead here must not read it (DNS rebinding).
    if (!isOurs(request.headers.host ?? '', host)) send(response, 421, 'use an address of this machine\n');
    else if (request.method !== 'GET' && request.method !== 'HEAD') send(response, 405, 'GET only\n');
    else if (path === '/metrics') {
      void pages
        .metrics()
        .then((text) => send(response, 200, text, text.endsWith('# EOF\n') ? OPEN_METRICS : PLAIN_METRICS));
    } else if (path === '/healthz') send(response, 200, 'ok\n');
    else if (path === '/readyz') {
      const why = pages.notReady();
      send(response, why === null ? 200 : 503, `${why ?? 'ok'}\n`);
    } else send(response, 404, 'there is /metrics, /healthz and /readyz\n');
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, host, port, option);
  });
  const address = server.address() as AddressInfo;
  return {
    url: listenUrl('http', host, address.port),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** An address, a name of this machine, or the name that was listened on. */
function isOurs(sent: string, listenedOn: string): boolean {
  const name = sent.replace(/:\d*$/, '').toLowerCase();
  const plain = name.replace(/^\[(.*)\]$/, '$1');
  return (
    isIP(plain) !== 0 || ['localhost', listenedOn.toLowerCase(), hostname().toLowerCase()].includes(plain)
  );
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
