import { MARGIN, RUN_METRICS, valueOfRun } from '../../compare/compared-metrics.ts';
import { interval, pairedDifference } from '../../compare/statistics/difference.ts';
import { FEWEST_PAIRS } from '../../compare/statistics/power.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import { cellKey, cellName } from '../../model/run.ts';
import type { Messages } from '../messages/messages.ts';
import { axisOf, type Chart, type Plot } from '../plot/chart.ts';
import type { RunGroup } from '../runs-report.ts';

/** One metric's changes by pair, as ratios of after ÷ before. */
export interface PairedChanges {
  readonly metric: string;
  /** Glyph of what is made of it; empty where nothing is. */
  readonly verdict: string;
  /** Changes below this share are of no consequence. */
  readonly margin: number;
  readonly pairs: readonly { readonly label: string; readonly ratio: number }[];
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

/** Changes of some metrics in the order of the pairs, a drawing a metric: whether the difference drifts; null without any. */
export function pairsPlot(
  changes: readonly PairedChanges[],
  messages: Messages,
  { id, title, level }: PairsPlotOptions,
): Plot | null {
  const { plots, quantities: q } = messages;
  const { pairs: w } = plots;
  if (changes.length === 0) return null;
  return {
    id,
    title,
    wide: true,
    lead: w.lead,
    definition: w.definition(Math.max(...changes.map(({ pairs }) => pairs.length)), q.short(level)),
    drawings: changes.map((one) => orderChart(one, messages)),
    table: {
      header: [w.metric, w.estimate, w.low, w.high, w.count],
      rows: changes.map(({ metric, estimate, low, high, pairs }) => [
        metric,
        q.change(estimate),
        q.change(low),
        q.change(high),
        String(pairs.length),
      ]),
    },
  };
}

function orderChart(
  { metric, verdict, margin, pairs, estimate }: PairedChanges,
  { plots: { pairs: w }, quantities: q }: Messages,
): Chart {
  return {
    kind: 'chart',
    title: `${metric} ${q.change(estimate)} ${verdict}`.trim(),
    description: w.description(metric, pairs.length),
    width: 300,
    height: 210,
    x: {
      label: w.order,
      kind: 'linear',
      domain: [0.5, pairs.length + 0.5],
      format: (k) => (Number.isInteger(k) ? String(k) : ''),
    },
    y: axisOf('', [...pairs.map(({ ratio }) => ratio), 1 / (1 + margin), 1 + margin], q.change, 'log'),
    layers: [
      { kind: 'shade', axis: 'y', from: 1 / (1 + margin), to: 1 + margin },
      { kind: 'level', at: estimate, label: '' },
      {
        kind: 'linked-dots',
        series: 11,
        tip: `${metric}, {0}: {1}`,
        points: pairs.map(({ label, ratio }, k) => ({
          x: k + 1,
          y: ratio,
          words: [label.replace(/[|;]/g, '/'), q.change(ratio)],
        })),
      },
    ],
  };
}

/** Of the intervals; a report makes no more than one look. */
const LEVEL = 0.95;

/** Two runs that were made side by side. */
interface RunPair {
  readonly before: RunSummary;
  readonly after: RunSummary;
}

/**
 * Before and after of two labels whose runs were made in turn, pair by pair: a plot a cell. None where
 * runs were made one label after the other, or in less than three valid pairs.
 */
export function runPairPlots(groups: readonly RunGroup[], messages: Messages): readonly Plot[] {
  const [before, after, another] = groups;
  if (before === undefined || after === undefined || another !== undefined) return [];
  return before.cells.flatMap(({ cell, runs }, i) => {
    const other = after.cells.find((one) => cellKey(one.cell) === cellKey(cell));
    const plot = pairsPlot(changesOf(pairsOf(runs, other?.runs ?? []), messages), messages, {
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

function changesOf(pairs: readonly RunPair[], { metric, comparison }: Messages): readonly PairedChanges[] {
  if (pairs.length < FEWEST_PAIRS) return [];
  return RUN_METRICS.filter(({ gating }) => gating).flatMap((compared): PairedChanges[] => {
    const changes = pairs.flatMap(({ before, after }) => {
      const [a, b] = [valueOfRun(before, compared), valueOfRun(after, compared)];
      if (a === null || b === null || a <= 0 || b <= 0) return [];
      return [{ label: comparison.page.runs(String(before.id), String(after.id)), ratio: b / a }];
    });
    if (changes.length < pairs.length) return [];
    const difference = pairedDifference(changes.map(({ ratio }) => Math.log(ratio)));
    const [low, high] = interval(difference, LEVEL);
    return [
      {
        metric: metric(compared.key),
        verdict: '',
        margin: MARGIN[compared.better],
        pairs: changes,
        estimate: Math.exp(difference.estimate),
        low: Math.exp(low),
        high: Math.exp(high),
      },
    ];
  });
}
