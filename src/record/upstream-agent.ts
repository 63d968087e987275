import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { createHeadFilter, type HeadFilter } from '../chat/response-head.ts';

/** vLLM closes a connection that was idle for 5 s without saying so; ours must be gone before, ms. */
const IDLE_MS = 4_000;

/** The connections to the upstream. */
export interface UpstreamAgent {
  readonly agent: HttpAgent | HttpsAgent;
  /** A request is about to be sent on this connection: what comes next is the head of its response. */
  expectHead(socket: Socket): void;
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
  const filters = new WeakMap<Socket, HeadFilter>();
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (connection, callback) => {
    const socket = connect(connection, callback) as Socket;
    readInSpiteOfWrites(socket);
    filters.set(socket, filterHeads(socket));
    return socket;
  };
  return { agent, expectHead: (socket) => filters.get(socket)?.expect() };
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

/** Puts a head filter between the connection and Node's parser; the bytes of bodies pass it untouched. */
function filterHeads(socket: Socket): HeadFilter {
  const filter = createHeadFilter();
  const push = socket.push.bind(socket);
  socket.push = (chunk, encoding) => {
    const bytes = chunk === null ? filter.rest() : filter.push(chunk);
    if (chunk !== null) return bytes === null || push(bytes, encoding);
    if (bytes !== null) push(bytes);
    return push(null);
  };
  return filter;
}
