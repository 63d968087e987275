import { A40_14B } from '../../src/simulate/profiles/profiles.ts';
import type { BenchmarkRow, CellFigures } from './a40-benchmark.ts';
import { shortRequest, virtualClosedLoop } from './virtual-closed-loop.ts';

const DURATION_US = 60e6;

/** What a perfect client and loopback would see of the simulated A40 in the page's minute, in model time. */
export function a40Model({ connections }: Pick<BenchmarkRow, 'connections'>, seed: number): ModelFigures {
  const { answers } = virtualClosedLoop({
    server: { profile: A40_14B, seed },
    connections,
    durationUs: DURATION_US,
    request: () => shortRequest(),
    seed: seed + 1000,
  });
  const seconds = answers.map(({ latencyUs }) => latencyUs / 1e6);
  const averageSec = seconds.reduce((sum, s) => sum + s, 0) / seconds.length;
  const squares = seconds.reduce((sum, s) => sum + (s - averageSec) ** 2, 0);
  const stdevSec = Math.sqrt(squares / (seconds.length - 1));
  return {
    averageSec,
    stdevSec,
    maxSec: Math.max(...seconds),
    requestsPerSec: seconds.length / (DURATION_US / 1e6),
    withinStdev: seconds.filter((s) => Math.abs(s - averageSec) <= stdevSec).length / seconds.length,
  };
}

export interface ModelFigures extends CellFigures {
  /** Share of the latencies within one deviation of the average: wrk's +/- Stdev. */
  readonly withinStdev: number;
}
