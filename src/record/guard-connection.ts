import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Refusal } from './checked-head.ts';
import { MAX_REQUEST_HEAD_BYTES, RequestGate } from './request-gate.ts';

/** Of what a client sends ahead of an answer that is not over; more is left in the kernel, bytes. */
const MAX_HELD_BYTES = MAX_REQUEST_HEAD_BYTES;

/** How long the rest of what a refused client sends is read, so that it gets to see why, ms. */
const LINGER_MS = 1_000;

/** The gates of a server's connections. */
export interface Guard {
  /** Puts a gate before Node's parser. Call it in a listener that the server's own comes before. */
  watch(socket: Socket): void;
  /** Call it with every request, so that the next one of its connection can come. */
  began(request: IncomingMessage, response: ServerResponse): void;
  /** The gate has let the request pass as a WebSocket. */
  isTunnel(request: IncomingMessage): boolean;
  /** Answers on the bare connection and closes it; an answer that has begun ends first. */
  refuse(socket: Socket, refusal: Refusal): void;
}

/** What is known of a connection. */
interface Watched {
  readonly gate: RequestGate;
  /** The response to its last request, until that is over. */
  running: ServerResponse | null;
  /** Looks at what may come next. */
  readonly watchHead: () => void;
}

/** @param headTimeoutMs for a head to come whole, from its first byte on, and of a connection's first head from its start */
export function createGuard(headTimeoutMs: number, onRefused: () => void): Guard {
  const connections = new WeakMap<Socket, Watched>();

  function refuse(socket: Socket, refusal: Refusal): void {
    const connection = connections.get(socket);
    connection?.gate.shut();
    onRefused();
    const response = connection?.running ?? null;
    if (response !== null && !response.destroyed && !response.writableFinished) {
      response.shouldKeepAlive = false;
      if (response.headersSent) response.once('close', () => socket.destroySoon());
      else endWith(socket, refusal);
      return;
    }
    endWith(socket, refusal);
  }

  return {
    watch(socket) {
      // A listener makes Node read through the stream, where the gate is, and not beside it.
      const none = (): void => undefined;
      socket.on('data', none);
      socket.off('data', none);
      const push = socket.push.bind(socket);
      let timer: NodeJS.Timeout | null = null;
      let flows = true;
      let isPaused = false;
      const gate = new RequestGate({
        pass(bytes) {
          flows = push(bytes);
        },
        goOn: () => void socket.write('HTTP/1.1 100 Continue\r\n\r\n'),
        refuse(refusal, begun) {
          if (begun && connection.running?.headersSent) socket.destroy();
          else refuse(socket, refusal);
        },
      });
      const connection: Watched = { gate, running: null, watchHead };
      connections.set(socket, connection);

      function watchHead(): void {
        if (!gate.awaitsHead) {
          if (timer !== null) clearTimeout(timer);
          timer = null;
        } else {
          timer ??= setTimeout(
            () => refuse(socket, { status: 408, why: 'the head of the request did not come in time' }),
            headTimeoutMs,
          );
        }
        if (isPaused && gate.held <= MAX_HELD_BYTES) {
          isPaused = false;
          socket._read(0);
        }
      }
      watchHead();
      socket.once('close', () => {
        if (timer !== null) clearTimeout(timer);
      });
      socket.push = (chunk, encoding) => {
        if (chunk === null) return push(null);
        flows = true;
        gate.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
        watchHead();
        isPaused = gate.held > MAX_HELD_BYTES;
        return flows && !isPaused;
      };
    },
    began({ socket }, response) {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      connection.running = response;
      response.on('close', () => {
        if (connection.running === response) connection.running = null;
        if (socket.destroyed) return;
        connection.gate.answered();
        connection.watchHead();
      });
    },
    isTunnel: ({ socket }) => connections.get(socket)?.gate.isTunnel ?? false,
    refuse,
  };
}

/** Writes a whole answer to the connection and closes it. */
function endWith(socket: Socket, { status, why }: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({
    error: { message: `reprise: ${why}`, type: 'bad_request', param: null, code: status },
  });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
