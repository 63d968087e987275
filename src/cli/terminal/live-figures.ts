import { createDistribution, type Distribution } from '../../measure/distribution.ts';
import type { Digest } from '../../model/digest.ts';
import { isError } from '../../model/outcome.ts';

/** How a recording or a run stands at an instant. */
export interface LiveStand {
  readonly ended: number;
  readonly errors: number;
  readonly aborted: number;
  readonly completionTokens: number;
  /** Of the last ten seconds. */
  readonly requestsPerSec: number;
  readonly tokensPerSec: number;
  /** Milliseconds, of all that had a first token, and of all that ended `ok`. */
  readonly ttftMs: Distribution;
  readonly e2elMs: Distribution;
}

export interface LiveFigures {
  add(digests: readonly Digest[], nowUs: number): void;
  stand(nowUs: number): LiveStand;
}

/** Rates are those of this long, microseconds. */
const WINDOW_US = 10e6;

/** Counts what a live display shows, in constant memory. */
export function createLiveFigures(startedUs: number): LiveFigures {
  const ttft = createDistribution();
  const e2el = createDistribution();
  const total = { ended: 0, errors: 0, aborted: 0, completionTokens: 0 };
  let recent: { readonly atUs: number; readonly ended: number; readonly tokens: number }[] = [];

  function perSec(of: 'ended' | 'tokens', nowUs: number): number {
    const seconds = Math.min(WINDOW_US, nowUs - startedUs) / 1e6;
    return seconds > 0 ? recent.reduce((sum, batch) => sum + batch[of], 0) / seconds : 0;
  }

  return {
    add(digests, nowUs) {
      let tokens = 0;
      for (const { outcome, ttftUs, e2elUs, completionTokens } of digests) {
        total.ended += 1;
        if (isError(outcome)) total.errors += 1;
        if (outcome === 'client_aborted') total.aborted += 1;
        if (ttftUs !== null) ttft.add(ttftUs / 1e3);
        if (outcome === 'ok' && e2elUs !== null) e2el.add(e2elUs / 1e3);
        tokens += completionTokens ?? 0;
      }
      total.completionTokens += tokens;
      recent.push({ atUs: nowUs, ended: digests.length, tokens });
    },
    stand(nowUs) {
      recent = recent.filter(({ atUs }) => atUs > nowUs - WINDOW_US);
      return {
        ...total,
        requestsPerSec: perSec('ended', nowUs),
        tokensPerSec: perSec('tokens', nowUs),
        ttftMs: ttft.figures(),
        e2elMs: e2el.figures(),
      };
    },
  };
}
