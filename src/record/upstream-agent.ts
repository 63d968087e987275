import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { rootCertificates } from 'node:tls';

/** vLLM closes a connection that was idle for 5 s without saying so; ours must be gone before, ms. */
const IDLE_MS = 4_000;

/**
 * The connections to the upstream: kept alive, and as many as there are requests, since a limit would queue them
 * unseen. The idle timeout closes free sockets only; a request may be silent for as long as its prefill takes.
 * @param ca PEM of an authority to trust beside the usual ones; certificates are always verified
 */
export function createUpstreamAgent(upstream: URL, ca: string | null = null): HttpAgent | HttpsAgent {
  const options = {
    keepAlive: true,
    maxSockets: Number.POSITIVE_INFINITY,
    maxFreeSockets: 1024,
    timeout: IDLE_MS,
  };
  return upstream.protocol === 'https:'
    ? new HttpsAgent(ca === null ? options : { ...options, ca: [...rootCertificates, ca] })
    : new HttpAgent(options);
}
