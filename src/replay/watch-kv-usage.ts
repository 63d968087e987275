import { kvUsageIn } from '../measure/server/server-figures.ts';
import { askTarget } from './ask-target.ts';

/** Every so often, ms: a page takes a server some milliseconds of its event loop. */
const EVERY_MS = 2_000;
/** The first look, ms: connections are open and answers under way. */
const FIRST_MS = 1_000;

/** Looks at a server while a run goes on. */
export interface KvUsageWatch {
  /** The largest share of its KV cache that was seen in use, 0 to 1; null when it never said. */
  most(): number | null;
  stop(): void;
}

/**
 * Asks a server again and again how full its KV cache is, which the figures at a run's edges do not tell: it is idle
 * there. Never throws; what does not answer is passed over.
 * @param headers raw header pairs, e.g. a key
 * @param ca PEM of an authority to trust beside the usual ones
 */
export function watchKvUsage(
  origin: string,
  headers: readonly string[],
  ca: string | null = null,
  firstMs = FIRST_MS,
): KvUsageWatch {
  const stop = new AbortController();
  let most: number | null = null;
  let timer = setTimeout(look, firstMs);

  async function look(): Promise<void> {
    try {
      const question = { method: 'GET', path: '/metrics', headers, timeoutMs: EVERY_MS, ca } as const;
      const { status, text } = await askTarget(origin, { ...question, signal: stop.signal });
      const usage = status === 200 ? kvUsageIn(text) : null;
      if (usage !== null) most = Math.max(most ?? 0, usage);
    } catch {
      // A server that is too busy to say is asked again.
    }
    if (!stop.signal.aborted) timer = setTimeout(look, EVERY_MS);
  }

  return {
    most: () => most,
    stop() {
      stop.abort();
      clearTimeout(timer);
    },
  };
}
