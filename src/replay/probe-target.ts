import { rootCertificates } from 'node:tls';
import { Agent, request } from 'undici';
import { SERVER_STATE_KINDS, type ServerState, type ServerStateKind } from '../model/capture.ts';

/** Where a vLLM server says each thing; `/server_info` exists only with its development mode. */
const PATHS: Readonly<Record<ServerStateKind, string>> = {
  version: '/version',
  models: '/v1/models',
  metrics: '/metrics',
  server_info: '/server_info?config_format=json',
};

/** Beyond this a document is no description of a server, bytes. */
const MAX_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 10_000;

/**
 * Asks a server what it says of itself. A document that it does not offer is simply missing from the answer; only
 * status 200 counts. Never throws.
 * @param headers raw header pairs, e.g. a key
 * @param ca PEM of an authority to trust beside the usual ones
 */
export async function probeTarget(
  origin: string,
  edge: 'start' | 'end',
  headers: readonly string[],
  wallMs: () => number,
  ca: string | null = null,
): Promise<readonly ServerState[]> {
  const dispatcher = ca === null ? null : new Agent({ connect: { ca: [...rootCertificates, ca] } });
  const states = await Promise.all(
    SERVER_STATE_KINDS.map(async (kind): Promise<ServerState | null> => {
      const takenAtMs = wallMs();
      try {
        const answer = await request(new URL(PATHS[kind], origin), {
          headers: [...headers],
          ...(dispatcher === null ? {} : { dispatcher }),
          headersTimeout: TIMEOUT_MS,
          bodyTimeout: TIMEOUT_MS,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const body = await answer.body.text();
        if (answer.statusCode !== 200 || body.length > MAX_BYTES) return null;
        return { edge, kind, takenAtMs, status: answer.statusCode, body };
      } catch {
        return null;
      }
    }),
  );
  await dispatcher?.close();
  return states.filter((state) => state !== null);
}
