import type { Result } from '../model/result.ts';
import { e2elMsOf, tpotMsOf, ttftMsOf } from './request-latencies.ts';

/** One request as a point of a picture, milliseconds; null is what it does not have. */
export interface RequestPoint {
  readonly seq: number;
  readonly exchangeId: number;
  /** From the run's start. */
  readonly sentMs: number;
  readonly e2elMs: number;
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
}

/** A fixed number of requests of a run, chosen by chance and yet the same each time. */
export interface RequestSample {
  /** Chosen ones, in order of the plan. */
  readonly points: readonly RequestPoint[];
  /** Requests that ended `ok`, of which they are. */
  readonly of: number;
}

/**
 * Keeps the `size` requests whose position's hash is lowest: a sample without replacement that depends neither on the
 * order of results nor on a generator of chance.
 */
export function createRequestSample(size: number) {
  let kept: { readonly hash: number; readonly point: RequestPoint }[] = [];
  let limit = 2 ** 32;
  let of = 0;

  function cut(): void {
    kept.sort((a, b) => a.hash - b.hash);
    kept = kept.slice(0, size);
    limit = kept.length < size ? limit : (kept.at(-1)?.hash ?? limit);
  }

  return {
    add(result: Result): void {
      const e2elMs = result.outcome === 'ok' ? e2elMsOf(result) : null;
      if (e2elMs === null) return;
      of += 1;
      const hash = hashOf(result.seq);
      if (hash > limit) return;
      const { seq, exchangeId } = result;
      const sentMs = (result.sentUs ?? 0) / 1e3;
      const point = { seq, exchangeId, sentMs, e2elMs, ttftMs: ttftMsOf(result), tpotMs: tpotMsOf(result) };
      kept.push({ hash, point });
      if (kept.length >= 2 * size) cut();
    },
    figures(): RequestSample {
      cut();
      const points = kept.map(({ point }) => point).sort((a, b) => a.seq - b.seq);
      return { points, of };
    },
  };
}

/** The finaliser of MurmurHash3: whole numbers in, 32 bits out, every bit depending on every bit. */
function hashOf(seq: number): number {
  let h = seq | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
