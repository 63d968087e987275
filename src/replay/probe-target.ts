import { SERVER_STATE_KINDS, type ServerState, type ServerStateKind } from '../model/capture.ts';
import { askTarget } from './ask-target.ts';

/** Where a vLLM server says each thing; `/server_info` exists only with its development mode. */
const PATHS: Readonly<Record<ServerStateKind, string>> = {
  version: '/version',
  models: '/v1/models',
  metrics: '/metrics',
  server_info: '/server_info?config_format=json',
};

/** Beyond this a document is no description of a server, characters. */
const MAX_LENGTH = 4 * 1024 * 1024;
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
  const states = await Promise.all(
    SERVER_STATE_KINDS.map(async (kind): Promise<ServerState | null> => {
      const takenAtMs = wallMs();
      try {
        const question = { method: 'GET', path: PATHS[kind], headers, timeoutMs: TIMEOUT_MS, ca } as const;
        const { status, text } = await askTarget(origin, question);
        if (status !== 200 || text.length > MAX_LENGTH) return null;
        return { edge, kind, takenAtMs, status, body: text };
      } catch {
        return null;
      }
    }),
  );
  return states.filter((state) => state !== null);
}
