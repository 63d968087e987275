import type { Messages } from '../messages/messages.ts';
import type { Chart, ChartPoint, Layer, Plot } from '../plot/chart.ts';
import { amountText, type PeakReport } from './peak-report.ts';

const HEIGHT = 260;

/** Blocks as dots over the load with the falling curve and the two ends; null when no block was measured. */
export function peakPlot(report: PeakReport, messages: Messages): Plot | null {
  const { answers, axis } = report;
  const { peak: w, quantities: q } = messages;
  const loads = answers.flatMap((answer) => answer.loads.map(({ load }) => load));
  if (loads.length === 0) return null;
  const [from, to] = [Math.min(...loads), Math.max(...loads)];
  const shares = answers.flatMap((answer) => answer.loads.flatMap(({ blocks }) => blocks));
  const lowest = Math.max(0, Math.floor(10 * Math.min(...shares) - 0.5) / 10);
  const chart: Chart = {
    kind: 'chart',
    description: w.plot.description(amountText(from), amountText(to)),
    x: { label: w.axis[axis], kind: 'log', domain: [from * 0.95, to * 1.05], format: amountText },
    y: { label: w.plot.share, kind: 'linear', domain: [lowest, 1], format: (share) => q.short(share) },
    layers: answers.flatMap((answer, series): Layer[] => {
      const point = (load: number, share: number): ChartPoint => ({
        x: load,
        y: share,
        words: [amountText(load), q.portion(share)],
      });
      return [
        {
          kind: 'line',
          series,
          tip: w.plot.tip,
          points: answer.loads.map(({ load, goodput }) => point(load, goodput)),
        },
        {
          kind: 'dots',
          series,
          tip: w.plot.tip,
          points: answer.loads.flatMap(({ load, blocks }) => blocks.map((share) => point(load, share))),
        },
        // Names of rules that are close would lie over each other: the lower end alone has one.
        ...rule(answer.passes, answers.length === 1 ? w.plot.carries : ''),
        ...rule(answer.fails, ''),
      ];
    }),
    height: HEIGHT,
  };
  return {
    id: 'peak',
    title: w.plot.title,
    lead: w.plot.lead,
    definition: w.plot.definition,
    legend: answers.map(({ label }, series) => ({ series, name: label })),
    drawings: [chart],
    table: {
      header: [w.axis[axis], w.header.curve],
      rows: answers.flatMap((answer) =>
        answer.loads.map(({ load, goodput }) => [amountText(load), q.portion(goodput)]),
      ),
    },
  };
}

function rule(at: number | null, label: string): Layer[] {
  return at === null ? [] : [{ kind: 'rule', at, label }];
}
