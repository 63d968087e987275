import type { PlainResult } from '../model/result.ts';

/** Mean service time of the requests that were sent in one tenth of the window. */
export interface DriftWindow {
  readonly count: number;
  /** Milliseconds; null of an empty window. */
  readonly meanMs: number | null;
}

/** How a run's latency moved from its beginning to its end. */
export interface Drift {
  readonly windows: readonly DriftWindow[];
  /** Change from the first to the last window by the line through their logarithms, as a ratio; null below four windows. */
  readonly ratio: number | null;
  /** Standard error of the logarithm of `ratio`, with its degrees of freedom. */
  readonly standardError: number | null;
  readonly df: number;
}

const WINDOWS = 10;

/** The fewest requests of a window whose mean is used. */
const FEWEST_REQUESTS = 5;

/** Service times (sent to finished) of `ok` requests over the time of sending, `windowUs` long. */
export function createDrift(windowUs: number) {
  const sums = new Float64Array(WINDOWS);
  const counts = new Uint32Array(WINDOWS);
  return {
    add({ outcome, sentUs, finishedUs }: PlainResult): void {
      if (outcome !== 'ok' || sentUs === null || !(windowUs > 0)) return;
      const window = Math.min(WINDOWS - 1, Math.floor((sentUs / windowUs) * WINDOWS));
      sums[window] = (sums[window] ?? 0) + (finishedUs - sentUs) / 1e3;
      counts[window] = (counts[window] ?? 0) + 1;
    },
    figures(): Drift {
      const windows = [...counts].map((count, i) => ({
        count,
        meanMs: count === 0 ? null : (sums[i] ?? 0) / count,
      }));
      return { windows, ...line(windows) };
    },
  };
}

/** Least squares through the logarithms of the windows' means, the first left out: it holds the burst of the start. */
function line(windows: readonly DriftWindow[]): Omit<Drift, 'windows'> {
  const points = windows.flatMap(({ count, meanMs }, x) =>
    x > 0 && count >= FEWEST_REQUESTS && meanMs !== null && meanMs > 0 ? [{ x, y: Math.log(meanMs) }] : [],
  );
  const n = points.length;
  if (n < 4) return { ratio: null, standardError: null, df: 0 };
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  const sxx = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / sxx;
  const residual = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const span = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0);
  return {
    ratio: Math.exp(slope * span),
    standardError: span * Math.sqrt(residual / (n - 2) / sxx),
    df: n - 2,
  };
}
