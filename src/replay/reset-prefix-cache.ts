import type { CacheRefusal } from '../model/traffic-note.ts';
import { askTarget } from './ask-target.ts';

/** A server that is idle answers at once. */
const TIMEOUT_MS = 30_000;

/**
 * Asks a server to forget its prefix cache, which vLLM offers in its development mode only. Never throws.
 * @param headers raw header pairs, e.g. a key
 * @param ca PEM of an authority to trust beside the usual ones
 * @returns why it did not; null when it did
 */
export async function resetPrefixCache(
  origin: string,
  headers: readonly string[],
  ca: string | null = null,
): Promise<CacheRefusal | null> {
  try {
    const question = {
      method: 'POST',
      path: '/reset_prefix_cache',
      headers,
      timeoutMs: TIMEOUT_MS,
      ca,
    } as const;
    const { status, text } = await askTarget(origin, question);
    if (status !== 200) return { kind: 'status', status };
    return /"success":\s*false/.test(text) ? { kind: 'failed' } : null;
  } catch (error) {
    return { kind: 'noAnswer', error: (error as Error).message };
  }
}
