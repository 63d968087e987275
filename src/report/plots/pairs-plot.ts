import { MARGIN, RUN_METRICS, valueOfRun } from '../../compare/compared-metrics.ts';
import { interval, pairedDifference } from '../../compare/statistics/difference.ts';
import { FEWEST_PAIRS } from '../../compare/statistics/power.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import { cellKey, cellName } from '../../model/run.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type Plot, type Strip } from '../plot/chart.ts';
import type { RunGroup } from '../runs-report.ts';

/** One metric's changes by pair, as logarithms of after ÷ before. */
export interface PairStrip {
  readonly metric: string;
  /** Glyph and word of what is made of it; empty where nothing is. */
  readonly verdict: string;
  /** Changes below this share are of no consequence. */
  readonly margin: number;
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

/** The axis of changes: of log ratios, so that as much less is as far as as much more, and no large one hides the others. */
export function changeAxis(none: string): Pick<Strip, 'reach' | 'ticks'> {
  const ticks = [
    { at: -Math.log(1.5), name: '×⅔' },
    { at: 0, name: none },
    { at: Math.log(1.5), name: '×1.5' },
  ];
  return { reach: Math.log(1.5), ticks };
}

/** Changes of some metrics, pair by pair, with their intervals; null without any. */
export function pairsPlot(
  strips: readonly PairStrip[],
  messages: Messages,
  { id, title, level }: PairsPlotOptions,
): Plot | null {
  const { plots: w, quantities: q } = messages;
  if (strips.length === 0) return null;
  const change = (log: number | null): string => q.change(log === null ? null : Math.exp(log));
  const pairs = Math.max(...strips.map((strip) => strip.pairs.length));
  return {
    id,
    title,
    wide: true,
    legend: pairs < FEWEST_PAIRS ? [] : strips.map(({ metric }, series) => ({ series, name: metric })),
    lead: w.pairs.lead(q.short(level)),
    definition: w.pairs.definition(pairs),
    drawings: [
      {
        kind: 'strip',
        description: w.pairs.description(strips.length, pairs),
        ...changeAxis(w.pairs.none),
        rows: strips.map((strip) => ({
          name: strip.metric,
          margin: Math.log1p(strip.margin),
          figure:
            strip.verdict === '' ? change(strip.estimate) : `${change(strip.estimate)} ${strip.verdict}`,
          estimate: strip.estimate,
          interval: strip.low === null || strip.high === null ? null : [strip.low, strip.high],
          tip: `${strip.metric} ${change(strip.estimate)} (${change(strip.low)}, ${change(strip.high)})`,
          points: strip.pairs.map(({ label, logRatio }) => ({
            at: logRatio,
            words: [label.replace(/[|;]/g, '/'), change(logRatio)],
          })),
        })),
      },
      ...orderChart(strips, pairs, messages),
    ],
    table: {
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

/** The changes in the order of the pairs: whether the difference itself drifts. */
function orderChart(
  strips: readonly PairStrip[],
  pairs: number,
  { plots: w, quantities: q }: Messages,
): readonly Chart[] {
  if (pairs < FEWEST_PAIRS) return [];
  const all = strips.flatMap((strip) => strip.pairs.map(({ logRatio }) => Math.exp(logRatio)));
  return [
    {
      kind: 'chart',
      description: w.pairs.orderDescription(pairs),
      height: 230,
      x: {
        label: w.pairs.order,
        kind: 'linear',
        domain: [0.5, pairs + 0.5],
        format: (k) => (Number.isInteger(k) ? String(k) : ''),
      },
      y: axisOf(w.pairs.change, [...all, 1], q.change, 'log'),
      layers: strips.map((strip, series) => ({
        kind: 'linked-dots',
        series,
        tip: `${strip.metric}, {0}: {1}`,
        points: strip.pairs.map(({ label, logRatio }, k) => ({
          x: k + 1,
          y: Math.exp(logRatio),
          words: [label.replace(/[|;]/g, '/'), q.change(Math.exp(logRatio))],
        })),
      })),
    },
  ];
}

/** Of the intervals; a report makes no more than one look. */
const LEVEL = 0.95;

/** Two runs that were made side by side. */
interface RunPair {
  readonly before: RunSummary;
  readonly after: RunSummary;
}

/**
 * Before and after of two labels whose runs were made in turn, pair by pair: a strip a metric, a plot a cell. None where
 * runs were made one label after the other, or in less than three valid pairs.
 */
export function runPairPlots(groups: readonly RunGroup[], messages: Messages): readonly Plot[] {
  const [before, after, another] = groups;
  if (before === undefined || after === undefined || another !== undefined) return [];
  return before.cells.flatMap(({ cell, runs }, i) => {
    const other = after.cells.find((one) => cellKey(one.cell) === cellKey(cell));
    const strips = stripsOf(pairsOf(runs, other?.runs ?? []), messages);
    const plot = pairsPlot(strips, messages, {
      id: `pairs-${i + 1}`,
      title: messages.comparison.page.strip(cellName(cell)),
      level: LEVEL,
    });
    return plot === null ? [] : [plot];
  });
}

/** The k-th run of each label; empty unless each pair was done before the next one began. */
function pairsOf(before: readonly RunSummary[], after: readonly RunSummary[]): readonly RunPair[] {
  if (before.length !== after.length) return [];
  const [first, second] = [byId(before), byId(after)];
  const ends = first.map(({ id }, k) => [id, second[k]?.id ?? id]);
  const inTurn = ends.every((pair, k) => k === 0 || Math.min(...pair) > Math.max(...(ends[k - 1] ?? [])));
  if (!inTurn) return [];
  return first.flatMap((run, k) => {
    const other = second[k];
    return other?.valid === true && run.valid ? [{ before: run, after: other }] : [];
  });
}

function byId(runs: readonly RunSummary[]): readonly RunSummary[] {
  return runs.toSorted((a, b) => a.id - b.id);
}

function stripsOf(pairs: readonly RunPair[], { metric, comparison }: Messages): readonly PairStrip[] {
  if (pairs.length < FEWEST_PAIRS) return [];
  return RUN_METRICS.filter(({ gating }) => gating).flatMap((compared): PairStrip[] => {
    const changes = pairs.flatMap(({ before, after }) => {
      const [a, b] = [valueOfRun(before, compared), valueOfRun(after, compared)];
      if (a === null || b === null || a <= 0 || b <= 0) return [];
      return [
        { label: comparison.page.runs(String(before.id), String(after.id)), logRatio: Math.log(b / a) },
      ];
    });
    if (changes.length < pairs.length) return [];
    const difference = pairedDifference(changes.map(({ logRatio }) => logRatio));
    const [low, high] = interval(difference, LEVEL);
    return [
      {
        metric: metric(compared.key),
        verdict: '',
        margin: MARGIN[compared.better],
        pairs: changes,
        estimate: difference.estimate,
        low,
        high,
      },
    ];
  });
}
