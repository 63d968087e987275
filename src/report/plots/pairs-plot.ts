import type { Messages } from '../messages/messages.ts';
import type { Plot } from '../plot/chart.ts';
import { niceDomain } from '../plot/scale.ts';

/** One metric's changes by pair, as logarithms of after ÷ before. */
export interface PairStrip {
  readonly metric: string;
  readonly pairs: readonly { readonly label: string; readonly logRatio: number }[];
  readonly estimate: number;
  /** Interval of the estimate; null when there are too few pairs for one. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface PairsPlotOptions {
  readonly id: string;
  readonly title: string;
  /** Of the intervals, e.g. 0.95. */
  readonly level: number;
}

/** Changes of some metrics, pair by pair, with their intervals; null without any. */
export function pairsPlot(
  strips: readonly PairStrip[],
  messages: Messages,
  { id, title, level }: PairsPlotOptions,
): Plot | null {
  const { plots: w, quantities: q } = messages;
  if (strips.length === 0) return null;
  const percent = (log: number): number => Math.expm1(log) * 100;
  const change = (log: number | null): string => q.change(log === null ? null : Math.exp(log));
  const ends = strips.flatMap(({ pairs, estimate, low, high }) =>
    [estimate, low ?? estimate, high ?? estimate, ...pairs.map(({ logRatio }) => logRatio)].map(percent),
  );
  const reach = niceDomain('linear', ends.map(Math.abs))[1];
  const pairs = Math.max(...strips.map((strip) => strip.pairs.length));
  return {
    id,
    title,
    lead: w.pairs.lead(q.short(level)),
    definition: w.pairs.definition(pairs),
    legend: [],
    drawings: [
      {
        kind: 'strip',
        description: w.pairs.description(strips.length, pairs),
        zeroLabel: w.pairs.none,
        axis: {
          label: w.pairs.change,
          kind: 'linear',
          domain: [-reach, reach],
          format: (value) => (value === 0 ? '0' : q.change(1 + value / 100)),
        },
        rows: strips.map((strip) => ({
          name: strip.metric,
          estimate: percent(strip.estimate),
          interval:
            strip.low === null || strip.high === null ? null : [percent(strip.low), percent(strip.high)],
          tip: `${strip.metric} ${change(strip.estimate)} (${change(strip.low)}, ${change(strip.high)})`,
          points: strip.pairs.map(({ label, logRatio }) => ({
            at: percent(logRatio),
            words: [label.replace(/[|;]/g, '/'), change(logRatio)],
          })),
        })),
      },
    ],
    table: {
      caption: title,
      header: [w.pairs.metric, w.pairs.estimate, w.pairs.low, w.pairs.high, w.pairs.count],
      rows: strips.map((strip) => [
        strip.metric,
        change(strip.estimate),
        change(strip.low),
        change(strip.high),
        String(strip.pairs.length),
      ]),
    },
  };
}
