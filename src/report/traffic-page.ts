import type { TapeFigures } from '../measure/tape-figures.ts';
import { cellName } from '../model/run.ts';
import type { Block, Page } from './block.ts';
import { instant } from './environment-facts.ts';
import { percentileNote } from './matrix-notes.ts';
import type { Language } from './messages/languages.ts';
import type { Messages } from './messages/messages.ts';
import { messagesOf } from './messages/messages.ts';
import { lengthsPlot } from './plots/lengths-plot.ts';
import { trafficPlot } from './plots/traffic-plot.ts';
import { barsOverTime, lengthBars } from './traffic-bars.ts';
import { trafficFacts } from './traffic-facts.ts';
import type { TrafficReport } from './traffic-report.ts';

/** What is on a tape, in words but without a look. */
export function trafficPage(report: TrafficReport, language: Language): Page {
  const messages = messagesOf(language);
  const { figures, traffic, tape } = report;
  const { traffic: w } = messages;
  const plots = [trafficPlot(report, messages), lengthsPlot(report, messages)].filter(
    (plot) => plot !== null,
  );
  return {
    language,
    title: w.title(tape),
    lead: [],
    sections: [
      {
        id: 'overview',
        title: w.overview,
        blocks: [
          { kind: 'facts', facts: trafficFacts(report, messages) },
          ...(figures.e2elMs.p99 === null ? [{ kind: 'text', text: percentileNote(messages) } as const] : []),
        ],
      },
      {
        id: 'time',
        title: w.overTime,
        blocks: barsOverTime(traffic, messages),
        formats: ['text', 'markdown'],
      },
      {
        id: 'lengths',
        title: w.lengths,
        blocks: lengthBars(traffic, messages),
        formats: ['text', 'markdown'],
      },
      {
        id: 'plots',
        title: messages.page.plots,
        blocks: plots.length === 0 ? [] : [{ kind: 'plots', plots }],
        formats: ['html'],
      },
      { id: 'runs', title: w.runs, blocks: runs(figures, messages) },
      {
        id: 'definitions',
        title: w.definitions,
        blocks: [{ kind: 'text', text: w.prefixDefinition }],
        formats: ['markdown', 'html'],
      },
    ],
    footer: messages.page.generatedBy(report.toolVersion),
  };
}

function runs({ runs: lines }: TapeFigures, { traffic: w, matrix }: Messages): readonly Block[] {
  if (lines.length === 0) return [];
  return [
    {
      kind: 'table',
      notes: [],
      table: {
        caption: w.runs,
        header: [w.run, w.label, w.cell, w.repeat, w.started, w.target, w.valid],
        left: new Set([1, 2, 4, 5, 6]),
        rows: lines.map((run) => [
          String(run.id),
          run.label,
          cellName(run.cell),
          String(run.repeat),
          instant(run.startedAt),
          run.target,
          run.valid ? matrix.yes : matrix.no,
        ]),
      },
    },
  ];
}
