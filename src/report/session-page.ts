import type { PairedCell, PairedComparison } from '../compare/session/paired-comparison.ts';
import { cellName } from '../model/run.ts';
import type { Block, Page } from './block.ts';
import { sessionNotes, sessionTables } from './comparison-session.ts';
import type { Plot } from './plot/chart.ts';
import { type PairStrip, pairsPlot } from './plots/pairs-plot.ts';
import type { Words } from './words/english.ts';
import type { Language } from './words/languages.ts';
import { wordsOf } from './words/words.ts';

/** A session of pairs as a page: the sentence, each pair as a dot against the interval, and the figures. */
export function sessionPage(session: PairedComparison, toolVersion: string, language: Language): Page {
  const words = wordsOf(language);
  const { page, comparison: w } = words;
  const plots = session.cells.flatMap((cell, i) => cellPlot(session, cell, i + 1, words) ?? []);
  return {
    language,
    title: w.page.title(session.after, session.before),
    lead: [words.sessionSentence(session)],
    sections: [
      {
        id: 'notes',
        title: w.page.notes,
        blocks: sessionNotes(session, words).map((text): Block => ({ kind: 'text', text })),
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
        blocks: sessionTables(session, words).map(
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
        blocks: [{ kind: 'facts', facts: words.definitions }],
      },
    ],
    footer: page.generatedBy(toolVersion),
  };
}

function cellPlot(
  { level }: PairedComparison,
  { cell, metrics }: PairedCell,
  number: number,
  words: Words,
): Plot | null {
  const strips = Object.values(metrics)
    .filter(({ gating, pairs }) => gating && pairs.length > 0)
    .map(
      ({ title, pairs, ratio, low, high }): PairStrip => ({
        metric: words.figure(title),
        pairs: pairs.map((of, k) => ({
          label: words.comparison.page.pair(String(k + 1)),
          logRatio: Math.log(of),
        })),
        estimate: Math.log(ratio),
        low: low === null ? null : Math.log(low),
        high: high === null ? null : Math.log(high),
      }),
    );
  return pairsPlot(strips, words, {
    id: `pairs-${number}`,
    title: words.comparison.page.strip(cellName(cell)),
    level,
  });
}
