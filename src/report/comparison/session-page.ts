import type { Comparison } from '../../compare/compare-runs.ts';
import type { PairedComparison } from '../../compare/session/judge-session.ts';
import type { PairedCell } from '../../compare/session/paired-cell.ts';
import { cellName } from '../../model/run.ts';
import { factsBlock, folded, GLYPHS, type Page, plotsBlock, section, texts } from '../block.ts';
import type { Language } from '../messages/languages.ts';
import { type Messages, messagesOf } from '../messages/messages.ts';
import type { Plot } from '../plot/chart.ts';
import { type PairedChanges, pairsPlot } from '../plots/pairs-plot.ts';
import type { ComparedLabels } from '../runs-report.ts';
import { comparisonBlock } from './comparison-tables.ts';
import { ofPairs, ofRuns, type Statement } from './statement.ts';
import { headlineOf, TONES } from './verdict-blocks.ts';

/** A comparison of runs as a page: what decides, what must be known of it, all figures. */
export function comparisonPage(compared: ComparedLabels, toolVersion: string, language: Language): Page {
  const parts = { ...compared.comparison, ...ofRuns(compared, messagesOf(language)), plots: [] };
  return pageOf(parts, toolVersion, language);
}

/** The same of a session of pairs, with each pair as a dot. @param repeat the command that makes it again */
export function sessionPage(
  session: PairedComparison,
  toolVersion: string,
  language: Language,
  repeat: string | null = null,
): Page {
  const messages = messagesOf(language);
  const plots = session.cells.flatMap((cell, i) => cellPlot(session, cell, i + 1, messages) ?? []);
  return pageOf({ ...session, ...ofPairs(session, messages, repeat), plots }, toolVersion, language);
}

interface ComparisonParts extends Statement, Pick<Comparison, 'before' | 'after' | 'cells' | 'verdict'> {
  readonly plots: readonly Plot[];
}

function pageOf(parts: ComparisonParts, toolVersion: string, language: Language): Page {
  const messages = messagesOf(language);
  const { page, comparison: w } = messages;
  const { before, after, first, notes, plots, tables, verdict } = parts;
  return {
    language,
    title: w.page.title(after, before),
    tab: `${GLYPHS[TONES[verdict]]} ${headlineOf(parts, messages)}`,
    lead: [],
    sections: [
      section('verdict', messages.verdict.title, first),
      section('notes', w.page.notes, texts(notes)),
      section('pairs', w.page.pairs, plotsBlock(plots), 'html'),
      section('figures', w.page.figures, tables.map(comparisonBlock)),
      section('definitions', page.definitions, [folded(page.definitions, factsBlock(messages.definitions))]),
    ],
    footer: page.generatedBy(toolVersion),
  };
}

function cellPlot(
  { level, margins }: PairedComparison,
  { cell, metrics, primary }: PairedCell,
  number: number,
  messages: Messages,
): Plot | null {
  const changes = Object.values(metrics)
    .filter(({ gating, pairs }) => gating && pairs.length > 0)
    .sort((a, b) => Number(b.key === primary) - Number(a.key === primary))
    .map(
      ({ key, pairs, ratio, low, high, verdict, better }): PairedChanges => ({
        metric: messages.metric(key),
        verdict: GLYPHS[TONES[verdict]],
        margin: margins[better],
        pairs: pairs.map((of, k) => ({
          label: messages.comparison.page.pair(String(k + 1)),
          ratio: of,
        })),
        estimate: ratio,
        low,
        high,
      }),
    );
  return pairsPlot(changes, messages, {
    id: `pairs-${number}`,
    title: messages.comparison.page.strip(cellName(cell)),
    level,
  });
}
