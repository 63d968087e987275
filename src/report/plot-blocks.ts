import { DRAWN, type DrawnKey } from '../measure/metric-table.ts';
import { cellName } from '../model/run.ts';
import { type Block, folded, plotsBlock, texts } from './block.ts';
import { decidingCell } from './comparison/verdict-blocks.ts';
import type { Messages } from './messages/messages.ts';
import type { Plot } from './plot/chart.ts';
import { MOST_CELLS, type Overlay, overlays, type ReportedGroup } from './plots/cell-series.ts';
import { quantileShiftPlot, trendPlot } from './plots/change-plots.ts';
import { type DistributionView, distributionPlot } from './plots/distribution-plot.ts';
import { heatPlot } from './plots/heat-plot.ts';
import { arrivalsPlot, type CurveLimits, loadCurve, loadPlot } from './plots/load-plot.ts';
import { runPairPlots } from './plots/pairs-plot.ts';
import { recordedPlot, ttftItlPlot } from './plots/scatter-plots.ts';
import { timelinePlot } from './plots/time-plots.ts';
import { type RunsReport, shownPercentiles } from './runs-report.ts';

/** What is seen first: what each load carries and, of several labels, how they go from one to the next. */
export function firstPlots(
  groups: readonly ReportedGroup[],
  { compared, runs }: RunsReport,
  messages: Messages,
): readonly Block[] {
  const all = groups.map(({ group }) => group);
  const slo = runs.find(({ summary }) => summary.goodput !== null)?.summary.goodput?.slo;
  const limits: CurveLimits = { e2elMs: slo?.e2elMs ?? null, ttftMs: slo?.ttftMs ?? null };
  return plotsBlock([loadCurve(all, limits, messages), trendPlot(compared, all, messages)]);
}

/** Every other picture that the runs give, those over time and request by request folded away. */
export function plotBlocks(
  groups: readonly ReportedGroup[],
  { recorded, compared }: RunsReport,
  messages: Messages,
): readonly Block[] {
  const { plots: w } = messages;
  const all = groups.map(({ group }) => group);
  const drawn = overlays(groups);
  const loads = new Set(all.flatMap(({ cells }) => cells.map(({ cell }) => cellName(cell)))).size;
  const worst = decidingOverlay(drawn, compared);
  const several = groups.length > 1;
  const percentiles = shownPercentiles(all.flatMap(({ runs }) => runs));
  const idOf = (name: string, views: readonly DistributionView[]): string =>
    views.includes('shares') ? name : `${name}-tail`;
  const distribution = (
    { key, csv }: { key: DrawnKey; csv?: string },
    views: readonly DistributionView[],
  ): Plot | null => distributionPlot(idOf(csv ?? key, views), key, views, drawn, messages, percentiles);
  const shown = [
    ...(worst === null ? [] : [quantileShiftPlot(worst, messages)]),
    ...DRAWN.map((metric) => distribution(metric, several ? ['shares'] : ['shares', 'tail'])),
    loadPlot(all, messages),
    arrivalsPlot(all, messages),
    heatPlot(all, messages),
    ...runPairPlots(all, messages),
  ];
  const tails = several ? DRAWN.map((metric) => distribution(metric, ['tail'])) : [];
  const requests = [
    ttftItlPlot('ttft-itl', drawn, messages),
    recordedPlot('recorded', drawn, recorded, messages),
  ];
  // Loads of one label are drawn over each other, but a run's course is its own.
  const courses = several
    ? drawn
    : drawn.flatMap(({ lines }) => lines.map((line) => ({ title: '', lines: [line] })));
  const time = courses.map((overlay) =>
    timelinePlot(
      `timeline-${(overlay.title || (overlay.lines[0]?.name ?? '')).replace(/[^a-z0-9]+/g, '-')}`,
      overlay,
      messages,
    ),
  );
  const cut = loads > MOST_CELLS ? texts([w.cut(MOST_CELLS, loads)]) : [];
  const blocks = [
    ...cut,
    ...plotsBlock(shown),
    ...foldedPlots(w.tails, tails),
    ...foldedPlots(w.overTime, time),
    ...foldedPlots(w.byRequest, requests),
  ];
  return blocks.length === cut.length ? texts([messages.page.noRequests]) : blocks;
}

/** The load that decides the verdict of two labels. */
function decidingOverlay(drawn: readonly Overlay[], compared: RunsReport['compared']): Overlay | null {
  const [only, another] = compared;
  if (only === undefined || another !== undefined) return null;
  const cell = decidingCell(only.comparison)?.cell;
  return cell === undefined ? null : (drawn.find(({ title }) => title === cellName(cell)) ?? null);
}

function foldedPlots(title: string, plots: readonly (Plot | null)[]): readonly Block[] {
  const blocks = plotsBlock(plots);
  return blocks.length === 0 ? [] : [folded(title, ...blocks)];
}
