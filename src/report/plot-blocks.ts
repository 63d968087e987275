import { DRAWN } from '../measure/metric-table.ts';
import type { Block } from './block.ts';
import type { Messages } from './messages/messages.ts';
import type { Plot } from './plot/chart.ts';
import { cellSeries } from './plots/cell-series.ts';
import { distributionPlot } from './plots/distribution-plot.ts';
import { heatPlot } from './plots/heat-plot.ts';
import { arrivalsPlot, loadPlot } from './plots/load-plot.ts';
import { runPairPlots } from './plots/pairs-plot.ts';
import { recordedPlot, ttftItlPlot } from './plots/scatter-plots.ts';
import { timelinePlot } from './plots/time-plots.ts';
import { type ReportedRun, type RunGroup, type RunsReport, shownPercentiles } from './runs-report.ts';

/** The runs of one label with what else is known of them. */
export interface ReportedGroup {
  readonly group: RunGroup;
  readonly runs: readonly ReportedRun[];
}

/** A title with the label, where a report has several labels. */
export function labelTitle(
  { label, target }: RunGroup,
  labels: number,
  { page }: Messages,
): readonly Block[] {
  return labels < 2 ? [] : [{ kind: 'title', text: page.labelTitle(label, target) }];
}

/** Every picture that the runs give: those over all labels first, then those of each. */
export function plotBlocks(
  groups: readonly ReportedGroup[],
  { recorded }: Pick<RunsReport, 'recorded'>,
  messages: Messages,
): readonly Block[] {
  const all = groups.map(({ group }) => group);
  const loads = [loadPlot(all, messages), arrivalsPlot(all, messages), ...runPairPlots(all, messages)].filter(
    (plot): plot is Plot => plot !== null,
  );
  const perLabel = groups.flatMap(({ group, runs }, i): readonly Block[] => {
    const cells = cellSeries(group, runs);
    const percentiles = shownPercentiles(group.runs);
    const id = (name: string): string => (groups.length === 1 ? name : `${name}-${i + 1}`);
    const plots = [
      ...DRAWN.map(({ key, csv }) =>
        distributionPlot(
          id(csv ?? key),
          messages.metric(key),
          (series) => series[key],
          cells,
          messages,
          percentiles,
        ),
      ).toSpliced(1, 0, heatPlot(id('heat'), group, messages)),
      ttftItlPlot(id('ttft-itl'), cells, messages),
      recordedPlot(id('recorded'), cells, recorded, messages),
      ...cells.map((cell) =>
        timelinePlot(id(`timeline-${cell.name.replace(/[^a-z0-9]+/g, '-')}`), cell, messages),
      ),
    ].filter((plot): plot is Plot => plot !== null);
    if (plots.length === 0) return [];
    const cut =
      cells.length < group.cells.length ? [messages.plots.cut(cells.length, group.cells.length)] : [];
    return [
      ...labelTitle(group, groups.length, messages),
      ...cut.map((text): Block => ({ kind: 'text', text })),
      { kind: 'plots', plots },
    ];
  });
  const over: readonly Block[] = loads.length === 0 ? [] : [{ kind: 'plots', plots: loads }];
  const blocks = [...over, ...perLabel];
  return blocks.length === 0 ? [{ kind: 'text', text: messages.page.noRequests }] : blocks;
}
