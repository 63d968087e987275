import { BodyLog } from '../../model/body-log.ts';
import type { RawAnswer } from '../../model/completion.ts';
import type { AnswerError, TransportEnd } from '../../model/outcome.ts';
import type { ConnectionSlot } from '../plan/threads.ts';
import type { ReadCoalescing } from './read-coalescing.ts';
import type { OutgoingRequest } from './request-bytes.ts';
import { ProtocolError, ResponseReader } from './response-reader.ts';
import { openSocket, type TargetSocket, type Trust, USUAL_TRUST } from './target-socket.ts';

/** vLLM closes a connection after 5 s without a request and does not say so; ours is opened anew before that. */
const IDLE_LIMIT_US = 4e6;

/** A kept connection that was closed before the request came breaks at once; later, the server may have worked on it. */
const RESEND_US = 100_000;

/** What the sender's thread knows of one request when it has ended. */
export interface SentRequest {
  /** When it was handed to the socket; null when it never was. This and the answer's instants: microseconds since the epoch. */
  readonly sentUs: number | null;
  /** All bytes read from the socket for it, head and framing included. */
  readonly wireBytes: number;
  /** It was sent once more, because the kept connection was closed before any byte of an answer came. */
  readonly retried: boolean;
  readonly answer: RawAnswer;
}

/** Gets a body piece by piece, as it comes; the bytes are only good during the call. */
export type BodyWatch = (piece: Uint8Array, atUs: number) => void;

/** One of a cell's connections: one socket, at most one request in flight, opened again after it broke. */
export interface Connection {
  /**
   * Sends one request. `onEnd` is called exactly once, after `send` has returned and after all reads that are ready when
   * the answer ends.
   * @param epochUs monotonic instant that the request's instants count from
   */
  send(
    request: OutgoingRequest,
    epochUs: number,
    onEnd: (sent: SentRequest) => void,
    watch?: BodyWatch,
  ): void;
  /** Ends the request in flight, if any: its transport becomes `cause` and the socket is closed. */
  cancel(cause: 'timeout' | 'client_aborted'): void;
  isOpen(): boolean;
  close(): void;
}

/** A connection with its numbers within the whole cell. */
export interface CellConnection {
  readonly connection: Connection;
  readonly slot: ConnectionSlot;
}

/** The request in flight. */
interface Flight {
  readonly request: OutgoingRequest;
  readonly onEnd: (sent: SentRequest) => void;
  readonly watch: BodyWatch | undefined;
  sentUs: number | null;
  status: number | null;
  headers: readonly string[];
  headersUs: number | null;
  wireBytes: number;
  retried: boolean;
}

/**
 * Prepares a connection to `origin`; nothing is opened yet. It only stamps and keeps what is read, and parses nothing but
 * the framing of HTTP.
 * @param monotonicUs microseconds of a clock whose zero never changes, since idle times are measured by it
 * @param coalescing shared by all connections of the thread
 */
export function createConnection(
  origin: URL,
  monotonicUs: () => number,
  coalescing: ReadCoalescing,
  trust: Trust = USUAL_TRUST,
): Connection {
  const log = new BodyLog(Number.POSITIVE_INFINITY);
  let socket: TargetSocket | null = null;
  let flight: Flight | null = null;
  let epochUs = 0;
  /** Monotonic. */
  let idleSinceUs = 0;
  let reads = 0;
  /** The socket had served a request before the one in flight: only then may a close be the end of its idle time. */
  let wasKept = false;

  function nowUs(): number {
    return monotonicUs() - epochUs;
  }

  function end(transport: TransportEnd, error: AnswerError | null, finishedUs: number): void {
    if (flight === null) return;
    const { onEnd, sentUs, wireBytes, retried, status, headers, headersUs } = flight;
    flight = null;
    const answer = { status, headers, headersUs, finishedUs, transport, error, ...log.take() };
    coalescing.afterReads(() => onEnd({ sentUs, wireBytes, retried, answer }));
  }

  function dropSocket(): void {
    const dropped = socket;
    socket = null;
    dropped?.destroy();
  }

  function connect(): void {
    const reader = new ResponseReader({
      onHead(status, headers, atUs) {
        if (socket !== opened || flight === null) return;
        flight.status = status;
        flight.headers = headers;
        flight.headersUs = atUs;
      },
      onBody(bytes, from, to, atUs) {
        if (socket !== opened) return;
        log.add(bytes, from, to, atUs, reads);
        flight?.watch?.(bytes.subarray(from, to), atUs);
      },
      onEnd(reusable, atUs) {
        if (!reusable) dropSocket();
        idleSinceUs = epochUs + atUs;
        end('complete', null, atUs);
      },
    });
    const opened: TargetSocket = openSocket(origin, trust, {
      onOpen() {
        if (socket === opened && flight !== null) write(flight);
      },
      onBytes(bytes, length) {
        if (socket !== opened) return;
        const atUs = nowUs();
        reads += 1;
        coalescing.onRead(atUs);
        if (flight === null) {
          // An answer without a request: the next answer on this socket would belong to another request.
          dropSocket();
          return;
        }
        flight.wireBytes += length;
        try {
          // When `push` has reached the answer's end, the next request may already have been sent on another socket.
          if (reader.push(bytes, length, atUs) < length && socket === opened)
            abandon({ code: 'unasked_bytes', detail: null }, atUs);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          dropSocket();
          end('malformed', { code: error.code, detail: error.detail }, atUs);
        }
      },
      onClose(error) {
        if (socket !== opened) return;
        const atUs = nowUs();
        if (flight === null || !reader.close(atUs)) abandon(error, atUs);
      },
    });
    socket = opened;
  }

  /** The socket cannot be used any more. */
  function abandon(error: AnswerError, atUs: number): void {
    dropSocket();
    if (flight === null) return;
    if (flight.sentUs === null) end('unreachable', error, atUs);
    else if (flight.wireBytes === 0 && wasKept && !flight.retried && atUs - flight.sentUs <= RESEND_US) {
      flight.retried = true;
      connect();
    } else end('upstream_aborted', error, atUs);
  }

  function write(current: Flight): void {
    current.sentUs ??= nowUs();
    socket?.write(current.request.head, current.request.body);
  }

  return {
    send(request, fromUs, onEnd, watch) {
      epochUs = fromUs;
      log.restart();
      flight = {
        request,
        onEnd,
        watch,
        sentUs: null,
        status: null,
        headers: [],
        headersUs: null,
        wireBytes: 0,
        retried: false,
      };
      if (socket?.isOpen() === true && monotonicUs() - idleSinceUs > IDLE_LIMIT_US) dropSocket();
      wasKept = socket !== null;
      if (socket === null) connect();
      else if (socket.isOpen()) write(flight);
    },
    cancel(cause) {
      if (flight === null) return;
      dropSocket();
      end(cause, null, nowUs());
    },
    isOpen: () => socket?.isOpen() === true,
    close: dropSocket,
  };
}
