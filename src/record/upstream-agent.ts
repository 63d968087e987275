import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { HeadFilter } from '../chat/response-head.ts';
import { type ChunkTaker, createChunkLane } from './chunk-lane.ts';

/** vLLM closes a connection that was idle for 5 s without saying so; ours must be gone before, ms. */
const IDLE_MS = 4_000;

/**
 * All plain connections are read into it, as much as one read of libuv gives, and what came is copied out: memory of its
 * own for every read, most of it given back at once, costs more.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** The connections to the upstream. */
export interface UpstreamAgent {
  readonly agent: HttpAgent | HttpsAgent;
  /** A request is about to be sent on this connection: what comes next is the head of its response. */
  expectHead(socket: Socket): void;
  /** Offers the whole chunks of the response that has begun on this connection, which is chunked, before it is parsed. */
  offerChunks(socket: Socket, taker: ChunkTaker): void;
}

/**
 * Connections are kept alive, and there are as many as requests, since a limit would queue them unseen. The idle timeout
 * closes free sockets only; a request may be silent for as long as its prefill takes.
 * @param ca PEM of an authority to trust beside the usual ones; certificates are always verified
 */
export function createUpstreamAgent(upstream: URL, ca: string | null): UpstreamAgent {
  const options = {
    keepAlive: true,
    maxSockets: Number.POSITIVE_INFINITY,
    maxFreeSockets: 1024,
    timeout: IDLE_MS,
  };
  const agent =
    upstream.protocol === 'https:'
      ? new HttpsAgent(ca === null ? options : { ...options, ca: [...rootCertificates, ca] })
      : new HttpAgent(options);
  const inlets = new WeakMap<Socket, Inlet>();
  const connect = agent.createConnection.bind(agent);
  const isPlain = upstream.protocol === 'http:';
  agent.createConnection = (connection, callback) => {
    // TLS has to decrypt, and reads through the stream.
    const onread = {
      buffer: readBuffer,
      callback(length: number): boolean {
        const bytes = Buffer.allocUnsafe(length);
        readBuffer.copy(bytes, 0, 0, length);
        return socket.push(bytes);
      },
    };
    const socket = connect(
      isPlain ? ({ ...connection, onread } as typeof connection) : connection,
      callback,
    ) as Socket;
    readInSpiteOfWrites(socket);
    inlets.set(socket, openInlet(socket));
    return socket;
  };
  return {
    agent,
    expectHead: (socket) => inlets.get(socket)?.expectHead(),
    offerChunks: (socket, taker) => inlets.get(socket)?.offer(taker),
  };
}

/**
 * A server may answer and close before it has read the request (413, 401). Our next write then fails, and Node would throw
 * the connection away together with the answer that lies in its receive buffer. So a failed write is kept quiet: reading
 * finds the answer, and after it the end of the connection.
 */
function readInSpiteOfWrites(socket: Socket): void {
  type Done = (error?: Error | null) => void;
  const quiet = (done: Done): Done => {
    return () => done();
  };
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  socket._write = (chunk, encoding, done) => write(chunk, encoding, quiet(done));
  if (writev !== undefined) socket._writev = (chunks, done) => writev(chunks, quiet(done));
}

/** What lies between a connection and Node's parser. */
interface Inlet {
  expectHead(): void;
  offer(taker: ChunkTaker): void;
}

/** Heads pass a filter, whole chunks are offered; all other bytes pass untouched. */
function openInlet(socket: Socket): Inlet {
  const filter = new HeadFilter();
  const lane = createChunkLane();
  const push = socket.push.bind(socket);
  socket.push = (chunk, encoding) => {
    if (chunk === null) {
      const rest = filter.rest();
      if (rest !== null) push(rest);
      return push(null);
    }
    const bytes = filter.push(chunk);
    const parsed = bytes === null ? null : lane.pass(bytes, filter.bodyAt);
    return parsed === null || push(parsed, encoding);
  };
  return {
    expectHead() {
      filter.expect();
      lane.begin();
    },
    offer: lane.offer,
  };
}
