import type { Run } from '../model/run.ts';
import { createDistribution, type Distribution } from './distribution.ts';
import { createDrift, type Drift } from './drift.ts';
import { e2elMsOf, tpotMsOf, ttftMsOf } from './request-latencies.ts';
import { createRequestSample, type RequestSample } from './request-sample.ts';
import type { MeasuredResult } from './summarize-run.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/** What a run's pictures are drawn from: bounded, however many results it has. */
export interface RunSeries {
  readonly timeline: Timeline;
  /** Of requests that ended `ok`, milliseconds. */
  readonly e2elMs: Distribution;
  readonly ttftMs: Distribution;
  readonly tpotMs: Distribution;
  readonly sample: RequestSample;
  readonly drift: Drift;
}

/** Requests kept of a run for its scatter plots. */
const SAMPLE_SIZE = 1000;

/** Collects a run's series while its results pass by, in any order. */
export function createRunSeries(run: Run): { add(result: MeasuredResult): void; figures(): RunSeries } {
  const timeline = createTimeline(run.end?.endedUs ?? null);
  const drift = createDrift(run.end?.windowUs ?? 0);
  const sample = createRequestSample(SAMPLE_SIZE);
  const columns = {
    e2elMs: createDistribution(),
    ttftMs: createDistribution(),
    tpotMs: createDistribution(),
  };
  return {
    add(measured) {
      const { result } = measured;
      timeline.add(measured);
      drift.add(result);
      sample.add(result);
      if (result.outcome !== 'ok') return;
      const [e2el, ttft, tpot] = [e2elMsOf(result), ttftMsOf(result), tpotMsOf(result)];
      if (e2el !== null) columns.e2elMs.add(e2el);
      if (ttft !== null) columns.ttftMs.add(ttft);
      if (tpot !== null) columns.tpotMs.add(tpot);
    },
    figures: () => ({
      timeline: timeline.figures(),
      e2elMs: columns.e2elMs.figures(),
      ttftMs: columns.ttftMs.figures(),
      tpotMs: columns.tpotMs.figures(),
      sample: sample.figures(),
      drift: drift.figures(),
    }),
  };
}
