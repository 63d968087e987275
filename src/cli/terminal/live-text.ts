import { type Distribution, logBins, sufficientPercentile } from '../../measure/distribution.ts';
import type { PercentileName } from '../../measure/sample.ts';
import { sparkline } from '../../report/bars.ts';
import { duration, NONE, rate, whole } from '../../report/quantities.ts';
import type { LiveStand } from './live-figures.ts';

/** What is shown while a command runs. */
export interface LiveText {
  /** For a log. */
  readonly line: string;
  /** For a terminal that shows it in place. */
  readonly block: readonly string[];
}

/** What only the command itself knows. */
export interface LiveFrame {
  /** How far it is: `23 of 60 s, 37 s left`. */
  readonly title: string;
  readonly inFlight: number;
  /** Counts of its own, e.g. `3 dropped`. */
  readonly more: readonly string[];
}

/** Bins of the small histograms. */
const BINS = 24;

/** One line, and a block with percentiles and small histograms; a percentile of too few requests is a dash. */
export function liveText(stand: LiveStand, { title, inFlight, more }: LiveFrame): LiveText {
  const { errors, requestsPerSec, tokensPerSec, ttftMs, e2elMs } = stand;
  const rates = [
    `${whole(inFlight)} in flight`,
    `${rate(requestsPerSec)} req/s`,
    `${rate(tokensPerSec)} tok/s`,
  ];
  const counts = [counted(errors, 'error'), ...more];
  return {
    line: [
      title,
      ...rates,
      `TTFT ${percentiles(ttftMs, ['p50', 'p99'])}`,
      `E2EL ${percentiles(e2elMs, ['p50', 'p99'])}`,
      ...counts,
    ].join(', '),
    block: [
      title,
      `  ${[...rates, ...counts].join(', ')}`,
      ...histogramLine('TTFT', ttftMs),
      ...histogramLine('E2EL', e2elMs),
    ],
  };
}

/** `1 error`, `2,000 errors` */
export function counted(n: number, what: string): string {
  return `${whole(n)} ${what}${n === 1 ? '' : 's'}`;
}

function percentiles(sample: Distribution, names: readonly PercentileName[]): string {
  return names.map((name) => `${name} ${percentileOf(sample, name)}`).join(' ');
}

function percentileOf(sample: Distribution, name: PercentileName): string {
  const value = sufficientPercentile(sample, name);
  return value === null ? NONE : duration(value);
}

/** Nothing before the first value. */
function histogramLine(name: string, sample: Distribution): readonly string[] {
  const [least, largest] = [sample.values[0], sample.values.at(-1)];
  if (least === undefined || largest === undefined) return [];
  const bars = sparkline(logBins(sample, BINS));
  return [
    `  ${name}  ${percentiles(sample, ['p50', 'p90', 'p99'])}  ${duration(least)} ${bars} ${duration(largest)}`,
  ];
}
