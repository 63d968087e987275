import {
  MOST_STATE_BYTES,
  SERVER_STATE_KINDS,
  type ServerState,
  type ServerStateKind,
} from '../model/capture.ts';
import type { CacheRefusal } from '../model/note.ts';
import { askTarget } from './ask-target.ts';
import { pathBelow } from './engine/request-bytes.ts';
import { type Trust, USUAL_TRUST } from './engine/target-socket.ts';

/** Where a vLLM server says each thing; `/server_info` exists only in its development mode. */
const PATHS: Readonly<Record<ServerStateKind, string>> = {
  version: '/version',
  models: '/v1/models',
  metrics: '/metrics',
  server_info: '/server_info?config_format=json',
};

const PROBE_TIMEOUT_MS = 10_000;

/**
 * Asks a server about itself. A document that it does not offer is missing from the answer; only status 200
 * counts. Never throws.
 * @param base the server's address, with the path that is put before every path, if any
 * @param headers raw header pairs, e.g. a key
 */
export async function probeTarget(
  base: string,
  edge: 'start' | 'end',
  headers: readonly string[],
  wallMs: () => number,
  trust: Trust = USUAL_TRUST,
): Promise<readonly ServerState[]> {
  const states = await Promise.all(
    SERVER_STATE_KINDS.map(async (kind): Promise<ServerState | null> => {
      const takenAtMs = wallMs();
      try {
        const question = {
          method: 'GET',
          path: pathBelow(new URL(base), PATHS[kind]),
          headers,
          timeoutMs: PROBE_TIMEOUT_MS,
          trust,
        } as const;
        const { status, text } = await askTarget(base, question);
        if (status !== 200 || text.length > MOST_STATE_BYTES) return null;
        return { edge, kind, takenAtMs, status, body: text };
      } catch {
        return null;
      }
    }),
  );
  return states.filter((state) => state !== null);
}

/**
 * Why a server gives no answer at all, in a few words; null when it gives one, whatever its status.
 * @param base, headers, trust as of `probeTarget`
 */
export async function whyUnreachable(
  base: string,
  headers: readonly string[],
  trust: Trust,
): Promise<string | null> {
  const question = { method: 'GET', headers, timeoutMs: PROBE_TIMEOUT_MS, trust } as const;
  const reason = (error: Error): string => error.message;
  return askTarget(base, { ...question, path: pathBelow(new URL(base), PATHS.version) }).then(
    () => null,
    reason,
  );
}

/** An idle server answers at once; one that is busy waits for its requests. */
const RESET_TIMEOUT_MS = 30_000;

/**
 * Asks a server to forget its prefix cache, which vLLM offers in its development mode only. Never throws.
 * @param headers raw header pairs, e.g. a key
 * @returns why it did not; null when it did
 */
export async function resetPrefixCache(
  base: string,
  headers: readonly string[],
  trust: Trust = USUAL_TRUST,
): Promise<CacheRefusal | null> {
  const path = pathBelow(new URL(base), '/reset_prefix_cache');
  try {
    const question = { method: 'POST', path, headers, timeoutMs: RESET_TIMEOUT_MS, trust } as const;
    const { status, text } = await askTarget(base, question);
    if (status !== 200) return { kind: 'status', status };
    return /"success":\s*false/.test(text) ? { kind: 'failed' } : null;
  } catch (error) {
    return { kind: 'noAnswer', error: (error as Error).message };
  }
}
