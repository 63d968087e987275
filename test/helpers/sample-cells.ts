import type { Plot } from '../../src/report/plot/chart.ts';
import { type Overlay, overlays } from '../../src/report/plots/cell-series.ts';
import { groupRuns, type RunGroup, type RunsReport } from '../../src/report/runs-report.ts';
import { type MatrixOptions, matrixReport } from './sample-matrix.ts';

/** A made-up matrix as the plots take it. */
export function sampleCells(options: MatrixOptions = {}): {
  readonly report: RunsReport;
  readonly group: RunGroup;
  /** The loads of the one label, over each other. */
  readonly drawn: readonly Overlay[];
} {
  const report = matrixReport({ windowSec: 20, ...options });
  const [group] = groupRuns(report.runs.map(({ summary }) => summary));
  if (group === undefined) throw new Error('there is no run');
  return { report, group, drawn: overlays([{ group, runs: report.runs }]) };
}

/** All points of a plot's charts. */
export function pointsOf(plot: Plot | null): readonly { readonly x: number; readonly y: number }[] {
  return (plot?.drawings ?? []).flatMap((drawing) =>
    drawing.kind === 'chart'
      ? drawing.layers.flatMap((layer) => ('points' in layer ? layer.points : []))
      : [],
  );
}
