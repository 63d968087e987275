import { build, type Histogram, HistogramLogWriter } from 'hdr-histogram-js';
import { TOKEN_BITS } from '../model/chunk-times.ts';
import type { Run } from '../model/run.ts';
import type { MeasuredResult } from './summarize-run.ts';

/** The tags of the log's lines. */
const TAGS = ['ttft', 'itl', 'tpot', 'e2el', 'response'] as const;

type Tag = (typeof TAGS)[number];

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
    for (const tag of TAGS) {
      const values = tags[tag];
      if (values.size === 0) continue;
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

function valuesBySecond(results: Iterable<MeasuredResult>): Map<number, Record<Tag, Values>> {
  const seconds = new Map<number, Record<Tag, Values>>();

  function add(tag: Tag, atUs: number, us: number): void {
    const second = Math.floor(atUs / 1e6);
    const tags = seconds.get(second) ?? {
      ttft: new Map(),
      itl: new Map(),
      tpot: new Map(),
      e2el: new Map(),
      response: new Map(),
    };
    seconds.set(second, tags);
    // The library cuts fractions off, and a value out of range would throw.
    const value = Math.min(MAX_US, Math.max(0, Math.round(us)));
    tags[tag].set(value, (tags[tag].get(value) ?? 0) + 1);
  }

  for (const { result, chunks } of results) {
    if (result.outcome !== 'ok') continue;
    const { scheduledUs, sentUs, firstTokenUs, lastTokenUs, finishedUs, completionTokens } = result;
    add('response', finishedUs, finishedUs - scheduledUs);
    if (sentUs === null) continue;
    add('e2el', finishedUs, finishedUs - sentUs);
    if (firstTokenUs === null || lastTokenUs === null) continue;
    add('ttft', firstTokenUs, firstTokenUs - sentUs);
    const gaps = (completionTokens ?? 0) - 1;
    if (gaps > 0) add('tpot', finishedUs, (lastTokenUs - firstTokenUs) / gaps);
    const reads = chunks.atUs.filter((_, i) => ((chunks.kinds[i] ?? 0) & TOKEN_BITS) !== 0);
    for (let i = 1; i < reads.length; i++) add('itl', reads[i] ?? 0, (reads[i] ?? 0) - (reads[i - 1] ?? 0));
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
