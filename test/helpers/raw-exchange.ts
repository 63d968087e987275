import { once } from 'node:events';
import { connect } from 'node:net';

/** A request as it goes over the socket. */
export interface RawRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Asks the server to close. */
  readonly close?: boolean;
  /** Leaves as soon as so many events of the answer were read. */
  readonly leaveAfterEvents?: number;
}

/** Of an event that is a chunk of its own. */
const EVENT_END = '\n\n\r\n';

/** Sends a request on a connection of its own and gives the answer's bytes, head and framing included. */
export async function rawExchange(url: URL, request: RawRequest): Promise<Buffer> {
  const { method, path, body, headers = {}, close = false } = request;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${url.host}`,
    ...(body === undefined || 'Content-Type' in headers ? [] : ['Content-Type: application/json']),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(text)}`]),
    ...(close ? ['Connection: close'] : []),
  ];
  const socket = connect(Number(url.port), url.hostname);
  socket.write(`${lines.join('\r\n')}\r\n\r\n${text}`);
  let answer = Buffer.alloc(0);
  socket.on('data', (piece) => {
    answer = Buffer.concat([answer, piece]);
    const events = answer.toString('latin1').split(EVENT_END).length - 1;
    if (isWhole(answer) || events >= (request.leaveAfterEvents ?? Number.POSITIVE_INFINITY)) socket.destroy();
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  // Whoever leaves does so between two events, wherever the last read happened to end.
  return request.leaveAfterEvents === undefined
    ? answer
    : answer.subarray(0, answer.lastIndexOf(EVENT_END) + EVENT_END.length);
}

/** Whether a head and all the body that it announces are there. */
function isWhole(answer: Buffer): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const head = answer.subarray(0, end).toString('latin1');
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (length !== undefined) return answer.length >= end + 4 + Number(length);
  return answer.subarray(-7).toString('latin1') === '\r\n0\r\n\r\n';
}
