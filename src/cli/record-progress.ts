import { createLatencyHistogram } from '../measure/latency-histogram.ts';
import type { Digest } from '../model/digest.ts';
import { isError } from '../model/outcome.ts';
import type { RecorderStats } from '../record/start-recorder.ts';
import { duration, rate, whole } from '../report/quantities.ts';

/** What a recorder shows while it runs. */
export interface RecordProgress {
  add(digests: readonly Digest[]): void;
  status(
    stats: RecorderStats,
    drops: Readonly<Record<string, number>>,
  ): { readonly line: string; readonly fields: Readonly<Record<string, unknown>> };
}

/** Rates are those of this long, microseconds. */
const WINDOW_US = 10e6;

/** @param nowUs the monotonic clock; it is not asked for each exchange */
export function createRecordProgress(nowUs: () => number): RecordProgress {
  const ttft = createLatencyHistogram();
  const startedUs = nowUs();
  let recent: { readonly atUs: number; readonly ended: number; readonly tokens: number }[] = [];
  let errors = 0;
  let aborted = 0;
  let tokens = 0;

  function perSec(of: 'ended' | 'tokens'): number {
    const now = nowUs();
    recent = recent.filter(({ atUs }) => atUs > now - WINDOW_US);
    const seconds = Math.min(WINDOW_US, now - startedUs) / 1e6;
    return seconds > 0 ? recent.reduce((sum, batch) => sum + batch[of], 0) / seconds : 0;
  }

  return {
    add(digests) {
      let batchTokens = 0;
      for (const { outcome, ttftUs, completionTokens } of digests) {
        if (isError(outcome)) errors += 1;
        if (outcome === 'client_aborted') aborted += 1;
        if (ttftUs !== null) ttft.record(ttftUs / 1e3);
        batchTokens += completionTokens ?? 0;
      }
      tokens += batchTokens;
      recent.push({ atUs: nowUs(), ended: digests.length, tokens: batchTokens });
    },
    status({ inFlight, requests, recorded }, drops) {
      const dropped = Object.values(drops).reduce((sum, n) => sum + n, 0);
      const fields = {
        requests,
        recorded,
        inFlight,
        errors,
        aborted,
        completionTokens: tokens,
        requestsPerSec: perSec('ended'),
        tokensPerSec: perSec('tokens'),
        ttftP50Ms: ttft.percentile(50),
        ttftP99Ms: ttft.percentile(99),
        dropped,
      };
      const line =
        `${whole(requests)} requests, ${whole(recorded)} recorded, ${inFlight} in flight, ` +
        `${rate(fields.requestsPerSec)} req/s, ${rate(fields.tokensPerSec)} tok/s, ` +
        `TTFT p50 ${duration(fields.ttftP50Ms)}, p99 ${duration(fields.ttftP99Ms)}, ` +
        `${errors} errors, ${dropped} dropped`;
      return { line, fields };
    },
  };
}
