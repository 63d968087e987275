import type { PairedComparison } from '../../compare/session/judge-session.ts';
import type { PairedCell } from '../../compare/session/paired-cell.ts';
import { cellName } from '../../model/run.ts';
import type { Block, Page } from '../block.ts';
import type { Language } from '../messages/languages.ts';
import { type Messages, messagesOf } from '../messages/messages.ts';
import type { Plot } from '../plot/chart.ts';
import { type PairStrip, pairsPlot } from '../plots/pairs-plot.ts';
import { sessionNotes, sessionTables } from './session-tables.ts';

/** A session of pairs as a page: the sentence, each pair as a dot against the interval, and the figures. */
export function sessionPage(session: PairedComparison, toolVersion: string, language: Language): Page {
  const messages = messagesOf(language);
  const { page, comparison: w } = messages;
  const plots = session.cells.flatMap((cell, i) => cellPlot(session, cell, i + 1, messages) ?? []);
  return {
    language,
    title: w.page.title(session.after, session.before),
    lead: [messages.sessionConclusion(session.conclusion)],
    sections: [
      {
        id: 'notes',
        title: w.page.notes,
        blocks: sessionNotes(session, messages).map((text): Block => ({ kind: 'text', text })),
      },
      {
        id: 'pairs',
        title: w.page.pairs,
        blocks: plots.length === 0 ? [] : [{ kind: 'plots', plots }],
        formats: ['html'],
      },
      {
        id: 'figures',
        title: w.page.figures,
        blocks: sessionTables(session, messages).map(
          ({ title, header, left, rows, notes }): Block => ({
            kind: 'table',
            table: { caption: title, header, left, rows },
            notes,
          }),
        ),
      },
      {
        id: 'definitions',
        title: page.definitions,
        blocks: [{ kind: 'facts', facts: messages.definitions }],
      },
    ],
    footer: page.generatedBy(toolVersion),
  };
}

function cellPlot(
  { level }: PairedComparison,
  { cell, metrics }: PairedCell,
  number: number,
  messages: Messages,
): Plot | null {
  const strips = Object.values(metrics)
    .filter(({ gating, pairs }) => gating && pairs.length > 0)
    .map(
      ({ key, pairs, ratio, low, high }): PairStrip => ({
        metric: messages.metric(key),
        pairs: pairs.map((of, k) => ({
          label: messages.comparison.page.pair(String(k + 1)),
          logRatio: Math.log(of),
        })),
        estimate: Math.log(ratio),
        low: low === null ? null : Math.log(low),
        high: high === null ? null : Math.log(high),
      }),
    );
  return pairsPlot(strips, messages, {
    id: `pairs-${number}`,
    title: messages.comparison.page.strip(cellName(cell)),
    level,
  });
}
