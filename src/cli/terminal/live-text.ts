import {
  createDistribution,
  type Distribution,
  logBins,
  sufficientPercentile,
} from '../../measure/distribution.ts';
import type { PercentileName } from '../../measure/sample.ts';
import { createTimeBins, sparkSteps } from '../../measure/time-bins.ts';
import type { LiveSample } from '../../model/completion.ts';
import { isError } from '../../model/outcome.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { sparkline } from '../../report/plain-text.ts';
import { duration, NONE, rate, whole } from '../../report/quantities.ts';

/** What is shown while a command runs. */
export interface LiveText {
  /** For a log. */
  readonly line: string;
  /** For a terminal that shows it in place. */
  readonly block: readonly string[];
}

/** What only the command itself knows. */
export interface LiveFrame {
  /** How far it is: `23.0 of 60 s, 37 s left`. */
  readonly title: string;
  /** The same as a share, for a bar; absent where the end is not known. */
  readonly share?: number | null;
  readonly inFlight: number;
  /** Further counts, e.g. `3 dropped`. */
  readonly more: readonly string[];
}

/** Bins of the small histograms. */
const BINS = 24;

/** One line, and a block with percentiles and small histograms; a percentile of too few requests is a dash. */
export function liveText(
  snapshot: LiveSnapshot,
  { title, share = null, inFlight, more }: LiveFrame,
): LiveText {
  const { errors, requestsPerSec, tokensPerSec, rateOverTime, ttftMs, e2elMs } = snapshot;
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
      share === null ? title : `${bar(share)} ${title}`,
      `  ${rates.map((text) => text.padStart(RATE)).join('')}  ${counts.join(', ')}`,
      ...rateLine(rateOverTime),
      ...histogramLine('TTFT', ttftMs),
      ...histogramLine('E2EL', e2elMs),
    ],
  };
}

/** Columns keep their place while figures change. */
const [RATE, FIGURE, BAR] = [16, 8, 20] as const;

/** `[########............]` */
function bar(share: number): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * BAR);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}]`;
}

function percentiles(sample: Distribution, names: readonly PercentileName[]): string {
  return names.map((name) => `${name} ${percentileOf(sample, name)}`).join(' ');
}

function fixedPercentiles(sample: Distribution): string {
  return (['p50', 'p90', 'p99'] as const)
    .map((name) => `${name} ${percentileOf(sample, name).padStart(FIGURE)}`)
    .join('  ');
}

function percentileOf(sample: Distribution, name: PercentileName): string {
  const value = sufficientPercentile(sample, name);
  return value === null ? NONE : duration(value);
}

/** Answers over the whole time; nothing before the first. */
function rateLine(rates: readonly number[]): readonly string[] {
  const steps = sparkSteps(rates);
  const most = Math.max(0, ...steps);
  return most === 0 ? [] : [`  req/s  ${sparkline(steps)} at most ${rate(most)}`];
}

/** Nothing before the first value. */
function histogramLine(name: string, sample: Distribution): readonly string[] {
  const [least, largest] = [sample.values[0], sample.values.at(-1)];
  if (least === undefined || largest === undefined) return [];
  const bars = sparkline(logBins(sample, BINS));
  return [
    `  ${name}  ${fixedPercentiles(sample)} ${duration(least).padStart(FIGURE)} ${bars} ${duration(largest)}`,
  ];
}

/** The state of a recording or a run at one time. */
export interface LiveSnapshot {
  readonly ended: number;
  readonly errors: number;
  readonly aborted: number;
  readonly completionTokens: number;
  /** Of the last ten seconds. */
  readonly requestsPerSec: number;
  readonly tokensPerSec: number;
  /** Answers a second in equal parts of the time so far. */
  readonly rateOverTime: readonly number[];
  /** Milliseconds, of all that had a first token, and of all that ended `ok`. */
  readonly ttftMs: Distribution;
  readonly e2elMs: Distribution;
}

/** Rates are those of this long, microseconds. */
const WINDOW_US = 10e6;

/** Counts what a live display shows, in constant memory. */
export function createLiveFigures(startedUs: number) {
  const ttft = createDistribution();
  const e2el = createDistribution();
  const bins = createTimeBins(null, ['ended']);
  const total = { ended: 0, errors: 0, aborted: 0, completionTokens: 0 };
  let recent: { readonly atUs: number; readonly ended: number; readonly tokens: number }[] = [];

  function perSec(of: 'ended' | 'tokens', nowUs: number): number {
    const seconds = Math.min(WINDOW_US, nowUs - startedUs) / 1e6;
    return seconds > 0 ? recent.reduce((sum, batch) => sum + batch[of], 0) / seconds : 0;
  }

  return {
    add(samples: readonly LiveSample[], nowUs: number): void {
      let tokens = 0;
      for (const { outcome, ttftUs, e2elUs, completionTokens } of samples) {
        total.ended += 1;
        if (isError(outcome)) total.errors += 1;
        if (outcome === 'client_aborted') total.aborted += 1;
        if (ttftUs !== null) ttft.add(ttftUs / 1e3);
        if (outcome === 'ok' && e2elUs !== null) e2el.add(e2elUs / 1e3);
        tokens += completionTokens ?? 0;
      }
      total.completionTokens += tokens;
      bins.count('ended', nowUs - startedUs, samples.length);
      recent.push({ atUs: nowUs, ended: samples.length, tokens });
    },
    snapshot(nowUs: number): LiveSnapshot {
      recent = recent.filter(({ atUs }) => atUs > nowUs - WINDOW_US);
      const { binUs, counted: inBins } = bins.figures();
      return {
        ...total,
        // The last one has not ended.
        rateOverTime: inBins.ended.slice(0, -1).map((ended) => (ended * 1e6) / binUs),
        requestsPerSec: perSec('ended', nowUs),
        tokensPerSec: perSec('tokens', nowUs),
        ttftMs: ttft.figures(),
        e2elMs: e2el.figures(),
      };
    },
  };
}

export type LiveFigures = ReturnType<typeof createLiveFigures>;
