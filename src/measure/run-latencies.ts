import { type ChunkTimes, TOKEN_BITS } from '../model/chunk-times.ts';
import type { PlainResult } from '../model/result.ts';
import type { Load } from '../model/run.ts';
import { type Distribution, distributionOf } from './distribution.ts';
import { type DrawnKey, metricsOf, type RunSamples, type SampleKey } from './metric-table.ts';
import {
  createNumberColumn,
  createValueTally,
  NO_SAMPLE,
  type Percentile,
  type SampleStats,
  type ValueTally,
} from './sample.ts';

export interface RunLatencyColumns {
  /** Of every request, however it ended: the plan was kept or it was not. */
  addSending(result: PlainResult): void;
  /** Of a request that ended `ok`. */
  add(result: PlainResult, chunks: ChunkTimes): void;
  figures(): RunSamples;
  /** Asked for once, at the end: of the samples only the figures are kept, since they are large for a million requests. */
  distributions(): Readonly<Record<DrawnKey, Distribution>>;
}

interface Collected {
  readonly of: (result: PlainResult) => number | null;
  readonly sample: Sample;
}

/**
 * Collects the samples of the metric table from a run's results.
 * @param more percentiles beside those that every summary has
 */
export function createRunLatencies(load: Load, more: readonly Percentile[] = []): RunLatencyColumns {
  const collected = <M extends { readonly unit: 'ms' | 'tokens' }>(metric: M) => ({
    ...metric,
    sample: createSample(metric.unit, more),
  });
  const requests = metricsOf('request').map(collected);
  const sendings = metricsOf('sending').map(collected);
  // Nearly all reads hold one token, and count once for both figures.
  const gapsUs = { ofOne: createValueTally(), ofSeveral: createValueTally(), perToken: createValueTally() };

  const streams = { counted: 0, uncounted: 0 };

  /** One read may hold several tokens; the gaps between those cannot be seen on this side. */
  function addGaps({ atUs, kinds, tokens }: ChunkTimes): void {
    let last: number | null = null;
    for (let i = 0; i < atUs.length; i++) {
      if (((kinds[i] ?? 0) & TOKEN_BITS) === 0) continue;
      const at = atUs[i] ?? 0;
      if (last !== null) {
        const inRead = Math.max(1, tokens[i] ?? 1);
        if (inRead === 1) gapsUs.ofOne.add(at - last);
        else {
          gapsUs.ofSeveral.add(at - last);
          gapsUs.perToken.add((at - last) / inRead, inRead);
        }
      }
      last = at;
    }
  }

  function addTo({ of, sample }: Collected, result: PlainResult): void {
    const value = of(result);
    if (value !== null) sample.add(value);
  }

  function gaps(others: ValueTally): SampleStats {
    const all = createValueTally();
    all.addAll(gapsUs.ofOne);
    all.addAll(others);
    return all.stats(1e3, more);
  }

  return {
    addSending(result) {
      if (load.kind === 'open') for (const sending of sendings) addTo(sending, result);
    },
    add(result, chunks) {
      for (const request of requests) addTo(request, result);
      if (!result.streamed || result.sentUs === null) return;
      addGaps(chunks);
      streams[isCountedByEvent(result, chunks) ? 'counted' : 'uncounted'] += 1;
    },
    figures() {
      const unknown = streams.uncounted > UNCOUNTED_LIMIT * (streams.counted + streams.uncounted);
      const stats: readonly (readonly [SampleKey, SampleStats])[] = [
        ...requests.map(({ key, sample }) => [key, sample.stats()] as const),
        ...metricsOf('gaps').map(
          ({ key, perToken }) =>
            [
              key,
              perToken && unknown ? NO_SAMPLE : gaps(perToken ? gapsUs.perToken : gapsUs.ofSeveral),
            ] as const,
        ),
        ...sendings.map(({ key, sample }) => [key, sample.stats()] as const),
      ];
      return Object.fromEntries(stats) as unknown as RunSamples;
    },
    distributions: () =>
      Object.fromEntries(
        requests.flatMap(({ key, drawn, sample }) => {
          const distribution = sample.takeDistribution?.();
          return drawn === undefined || distribution === undefined ? [] : [[key, distribution]];
        }),
      ) as Record<DrawnKey, Distribution>,
  };
}

/** Share of the streams whose events may hold an unknown number of tokens before no gap counts as one token's. */
const UNCOUNTED_LIMIT = 0.01;

/** Whether it is known how many tokens each event of a stream carried. */
function isCountedByEvent({ tokenSource, completionTokens }: PlainResult, { tokens }: ChunkTimes): boolean {
  if (tokenSource === 'continuous_usage') return true;
  return tokenSource === 'usage' && tokens.reduce((sum, n) => sum + n, 0) === completionTokens;
}

interface Sample {
  add(value: number): void;
  stats(): SampleStats;
  /** Of times. Afterwards the figures are what they are. */
  readonly takeDistribution?: () => Distribution;
}

/** Token counts have few distinct values, so they are counted; times are kept one by one. */
function createSample(unit: 'ms' | 'tokens', more: readonly Percentile[]): Sample {
  if (unit === 'tokens') {
    const tally = createValueTally();
    return { add: tally.add, stats: () => tally.stats(1, more) };
  }
  const column = createNumberColumn(1e3);
  let taken: SampleStats | null = null;
  return {
    add: column.push,
    stats: () => taken ?? column.stats(more),
    takeDistribution() {
      taken = column.stats(more);
      const distribution = distributionOf(column.length, column.atRank);
      column.clear();
      return distribution;
    },
  };
}
