import { request as httpRequest, type IncomingMessage, type RequestOptions, STATUS_CODES } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { pairs } from '../chat/headers.ts';
import { withoutHopByHop } from './relay-answer.ts';

export interface TunnelOptions {
  readonly upstream: URL;
  /** PEM of an authority to trust beside the usual ones. */
  readonly ca: string | null;
  /** The path at the upstream. */
  readonly path: string;
  /** Of the request, `[name, value, ...]`, without the headers of the client's connection. */
  readonly head: readonly string[];
}

/**
 * Carries a WebSocket on a connection to the upstream that serves nothing before and nothing after it. When one side
 * closes, so does the other. An upstream that refuses the upgrade has its response passed on, and the connection closes.
 * @param head what the client has sent behind its request
 */
export function openTunnel(
  client: Socket,
  head: Buffer,
  { upstream, ca, path, head: headers }: TunnelOptions,
): void {
  const options: RequestOptions & { readonly ca?: string[] } = {
    host: upstream.hostname.replace(/^\[|\]$/g, ''),
    port: upstream.port === '' ? undefined : Number(upstream.port),
    path,
    agent: false,
    setHost: false,
    headers: [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
    ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
  };
  const call = upstream.protocol === 'https:' ? httpsRequest(options) : httpRequest(options);
  client.on('error', () => client.destroy());
  client.once('close', () => call.destroy());
  call.once('upgrade', (answer, server: Socket, first) => {
    if (client.destroyed) {
      server.destroy();
      return;
    }
    client.write(headOf(answer, answer.rawHeaders));
    if (first.length > 0) client.write(first);
    if (head.length > 0) server.write(head);
    server.on('error', () => server.destroy());
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroySoon());
    server.pipe(client);
    client.pipe(server);
  });
  call.once('response', (answer) => {
    client.write(headOf(answer, [...withoutHopByHop(answer.rawHeaders, false), 'Connection', 'close']));
    answer.on('error', () => client.destroy());
    answer.pipe(client);
    // What the client sends now is discarded.
    client.resume();
    client.once('finish', () => client.destroySoon());
  });
  call.on('error', () => {
    if (client.destroyed) return;
    if (client.bytesWritten > 0) client.destroy();
    else client.end(`HTTP/1.1 502 ${STATUS_CODES[502]}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    client.destroySoon();
  });
  call.end();
}

function headOf({ statusCode, statusMessage }: IncomingMessage, headers: readonly string[]): Buffer {
  const fields = pairs(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${fields.join('')}\r\n`, 'latin1');
}
