import { request } from 'undici';

/** A server that is idle answers at once. */
const TIMEOUT_MS = 30_000;

/**
 * Asks a server to forget its prefix cache, which vLLM offers in its development mode only. Never throws.
 * @param headers raw header pairs, e.g. a key
 * @returns why it did not, in one sentence; null when it did
 */
export async function resetPrefixCache(origin: string, headers: readonly string[]): Promise<string | null> {
  try {
    const { statusCode, body } = await request(new URL('/reset_prefix_cache', origin), {
      method: 'POST',
      headers: [...headers],
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await body.text();
    if (statusCode !== 200) return `${origin} answers ${statusCode} to POST /reset_prefix_cache`;
    return /"success":\s*false/.test(text) ? `${origin} could not reset its prefix cache` : null;
  } catch (error) {
    return `${origin} does not answer to POST /reset_prefix_cache (${(error as Error).message})`;
  }
}
