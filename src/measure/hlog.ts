import { build, type Histogram, HistogramLogWriter } from 'hdr-histogram-js';
import { type ChunkTimes, TOKEN_BITS } from '../model/chunk-times.ts';
import type { Run } from '../model/run.ts';
import { metricsOf } from './metric-table.ts';
import type { MeasuredResult } from './run-summary.ts';

/** The metrics that are logged, each with its tag. */
const LOGGED = metricsOf('request', 'gaps').flatMap((metric) =>
  metric.hlog === undefined ? [] : [{ ...metric, tag: metric.csv ?? metric.key, knownAt: metric.hlog }],
);

/** Values are whole microseconds, an hour at most. */
const MAX_US = 3_600_000_000;
/** Interval_Max is written in milliseconds. */
const US_PER_MS = 1_000;

/**
 * Writes the latencies of a run's `ok` requests as an HdrHistogram log (format 1.3): for each second of the run and each
 * tag one line with the values that became known in that second, in microseconds with three digits.
 */
export function hdrHistogramLog(run: Run, results: Iterable<MeasuredResult>): string {
  const lines: string[] = [];
  const writer = new HistogramLogWriter((text) => lines.push(text));
  const startSec = (run.startedAtMs / 1e3).toFixed(3);
  writer.outputLogFormatVersion();
  writer.outputComment(`[reprise run ${run.id}; values in microseconds, Interval_Max in milliseconds]`);
  writer.outputComment(
    `[StartTime: ${startSec} (seconds since epoch), ${new Date(run.startedAtMs).toISOString()}]`,
  );
  writer.outputComment(`[BaseTime: ${startSec} (seconds since epoch)]`);
  writer.outputLegend();
  const histogram = createHistogram();
  const seconds = [...valuesBySecond(results)].sort(([a], [b]) => a - b);
  for (const [second, tags] of seconds) {
    for (const { tag } of LOGGED) {
      const values = tags.get(tag);
      if (values === undefined) continue;
      histogram.reset();
      histogram.tag = tag;
      for (const [us, times] of values) histogram.recordValueWithCount(us, times);
      writer.outputIntervalHistogram(histogram, second, second + 1, US_PER_MS);
    }
  }
  return lines.join('');
}

/** How often each value occurred. */
type Values = Map<number, number>;

/** By second and tag. */
function valuesBySecond(results: Iterable<MeasuredResult>): ReadonlyMap<number, ReadonlyMap<string, Values>> {
  const seconds = new Map<number, Map<string, Values>>();

  function add(tag: string, atUs: number, us: number): void {
    const second = Math.floor(atUs / 1e6);
    const tags = seconds.get(second) ?? new Map<string, Values>();
    seconds.set(second, tags);
    const values = tags.get(tag) ?? new Map<number, number>();
    tags.set(tag, values);
    // The library cuts fractions off, and a value out of range would throw.
    const value = Math.min(MAX_US, Math.max(0, Math.round(us)));
    values.set(value, (values.get(value) ?? 0) + 1);
  }

  function addGaps(tag: string, { atUs, kinds }: ChunkTimes): void {
    const reads = atUs.filter((_, i) => ((kinds[i] ?? 0) & TOKEN_BITS) !== 0);
    for (let i = 1; i < reads.length; i++) add(tag, reads[i] ?? 0, (reads[i] ?? 0) - (reads[i - 1] ?? 0));
  }

  for (const { result, chunks } of results) {
    if (result.outcome !== 'ok') continue;
    for (const metric of LOGGED) {
      if (metric.kind === 'gaps') {
        if (result.streamed && result.sentUs !== null) addGaps(metric.tag, chunks);
        continue;
      }
      const ms = metric.of(result);
      const atUs = metric.knownAt === 'firstTokenUs' ? result.firstTokenUs : result.finishedUs;
      if (ms !== null) add(metric.tag, atUs ?? result.finishedUs, ms * 1e3);
    }
  }
  return seconds;
}

function createHistogram(): Histogram {
  return build({
    // 8- and 16-bit counters wrap silently.
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_US,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
  });
}
