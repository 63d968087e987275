import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { buildConnector } from 'undici';
import { type AnswerError, answerErrorOf } from '../../model/outcome.ts';

/** How long opening a connection may take, ms. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The most that one read of libuv gives. */
const READ_BYTES = 65_536;

/** All sockets of this thread read into it: its content is only good until the read's callback returns. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** Which certificates of a target are accepted. */
export interface Trust {
  /** PEM of an authority to trust beside the usual ones; null for none. */
  readonly ca: string | null;
  /** Certificates are not verified at all. */
  readonly insecure: boolean;
}

export const USUAL_TRUST: Trust = { ca: null, insecure: false };

export interface SocketEvents {
  onOpen(): void;
  /** One read, the first `length` of `bytes`; they are only good during the call. */
  onBytes(bytes: Buffer, length: number): void;
  /** Called once, also when it could never be opened. */
  onClose(error: AnswerError): void;
}

/** A socket to the target, plain or TLS. */
export interface TargetSocket {
  isOpen(): boolean;
  /** Sends head and body together. */
  write(head: string, body: Uint8Array | null): void;
  /** No event comes afterwards. */
  destroy(): void;
}

/** A body up to this size is copied behind its head, so that one system call takes both. */
const COPIED_BYTES = 16_384;

/**
 * Opens a socket with undici's connector (names, time limit, certificates). libuv reads into one buffer for all sockets,
 * and each read is handed over directly: without undici's parser and Node's streams in between, an event costs half as much
 * (docs/performance.md). TLS has to decrypt and goes through a stream.
 */
export function openSocket(origin: URL, trust: Trust, events: SocketEvents): TargetSocket {
  let socket: Socket | null = null;
  let open = false;
  let done = false;
  let error: AnswerError = { code: 'closed', detail: null };

  function finish(): void {
    open = false;
    if (done) return;
    done = true;
    events.onClose(error);
  }

  const onread = {
    buffer: readBuffer,
    callback(length: number): boolean {
      if (!done) events.onBytes(readBuffer, length);
      return true;
    },
  };
  const secure = origin.protocol === 'https:';
  const connect = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    allowH2: false,
    ...(secure ? {} : { onread }),
    ...(trust.ca === null ? {} : { ca: [...rootCertificates, trust.ca] }),
    ...(trust.insecure ? { rejectUnauthorized: false } : {}),
  });
  const { hostname, host, protocol, port } = origin;
  connect({ hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port }, (failure, opened) => {
    if (failure !== null) {
      error = answerErrorOf(failure);
      finish();
      return;
    }
    if (done) {
      opened.destroy();
      return;
    }
    socket = opened;
    open = true;
    opened.on('error', (failure) => {
      error = answerErrorOf(failure);
    });
    opened.on('close', finish);
    if (secure) {
      opened.on('data', (piece: Buffer) => {
        if (!done) events.onBytes(piece, piece.length);
      });
    }
    events.onOpen();
  });

  return {
    isOpen: () => open,
    write(head, body) {
      if (socket === null) return;
      if (body === null) socket.write(head, 'latin1');
      else if (body.length <= COPIED_BYTES) socket.write(joined(head, body));
      else {
        socket.cork();
        socket.write(head, 'latin1');
        socket.write(body);
        socket.uncork();
      }
    },
    destroy() {
      done = true;
      open = false;
      socket?.destroy();
    },
  };
}

function joined(head: string, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, 'latin1');
  bytes.set(body, head.length);
  return bytes;
}
