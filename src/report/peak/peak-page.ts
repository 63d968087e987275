import type { PeakNote } from '../../compare/peak/answer.ts';
import type { Axis } from '../../compare/peak/axis.ts';
import type { PairedPeak } from '../../compare/peak/paired-peak.ts';
import { type Block, type Page, plotsBlock, section, tableBlock, texts } from '../block.ts';
import { sentenceOf } from '../messages/catalogue.ts';
import type { Language } from '../messages/languages.ts';
import { limits } from '../messages/matrix.ts';
import { type Messages, messagesOf } from '../messages/messages.ts';
import { peakNotes } from '../messages/peak.ts';
import { NONE } from '../quantities.ts';
import { peakPlot } from './peak-plot.ts';
import { amountText, type LabelledAnswer, loadText, type PeakReport } from './peak-report.ts';

/** The answer as a page: one sentence a server, the loads, what to know of it, and the plot. */
export function peakPage(report: PeakReport, toolVersion: string, language: Language): Page {
  const messages = messagesOf(language);
  const { peak: w, page, quantities: q } = messages;
  const { answers, paired, good, slo, confidence } = report;
  const notes = answers.flatMap((answer) =>
    answer.notes.map((note) => titled(report, answer, noteText(report.axis, note, language), messages)),
  );
  return {
    language,
    title: w.title,
    lead: [
      ...(paired === null ? [] : [w.paired[paired.verdict]]),
      ...answers.map((answer) => titled(report, answer, answerText(report, answer, messages), messages)),
      w.terms(q.share(good), limits[language](slo), q.short(confidence)),
    ],
    sections: [
      section('pairs', w.pairs, paired === null ? [] : [pairsTable(report, paired, messages)]),
      section('curve', w.plot.title, plotsBlock([peakPlot(report, messages)]), 'html'),
      section(
        'loads',
        w.loads,
        answers.map((answer) => loadsTable(report, answer, messages)),
      ),
      section('notes', w.notes, texts(notes)),
    ],
    footer: page.generatedBy(toolVersion),
  };
}

/** The same for programs: `passes` and `fails` are the two ends, null where there is none. */
export function peakDocument(report: PeakReport) {
  const { answers, paired, ...about } = report;
  const documents = answers.map(({ label, notes, ...answer }) => ({
    label,
    ...answer,
    notes: notes.map((note) => ({ ...note, text: noteText(report.axis, note, 'en') })),
  }));
  const [first] = documents;
  return paired === null
    ? { ...about, ...first }
    : { ...about, verdict: paired.verdict, pairs: paired.loads, servers: documents };
}

/** One server needs no name. */
function titled(
  { answers }: PeakReport,
  { label }: LabelledAnswer,
  text: string,
  { peak }: Messages,
): string {
  return answers.length === 1 ? text : peak.server(label, text);
}

function answerText(
  { axis }: PeakReport,
  { outcome, passes, fails }: LabelledAnswer,
  messages: Messages,
): string {
  const { peak: w } = messages;
  const named = (load: number | null): string | null =>
    load === null ? null : loadText(axis, load, messages);
  return w.answer[outcome](named(passes), named(fails));
}

function noteText(axis: Axis, note: PeakNote, language: Language): string {
  const messages = messagesOf(language);
  const said = Object.entries(note).map(([fact, value]) => {
    if (typeof value !== 'number') return [fact, value];
    return [fact, fact === 'goodput' ? messages.quantities.portion(value) : loadText(axis, value, messages)];
  });
  return sentenceOf(peakNotes, Object.fromEntries(said), language);
}

function loadsTable(
  { axis, answers }: PeakReport,
  answer: LabelledAnswer,
  { peak: w, quantities: q }: Messages,
): Block {
  const { header: h } = w;
  return tableBlock(
    {
      caption: answers.length === 1 ? w.loads : answer.label,
      header: [w.axis[axis], h.good, h.curve, h.interval, h.blocks, h.decision],
      left: new Set([5]),
      rows: answer.loads.map(({ load, blocks, goodput, low, high, decision }) => [
        amountText(load),
        q.portion(blocks.reduce((sum, share) => sum + share, 0) / blocks.length),
        q.portion(goodput),
        low === null || high === null ? NONE : `${q.portion(low)} … ${q.portion(high)}`,
        String(blocks.length),
        w.decision[decision],
      ]),
    },
    [w.curveNote],
  );
}

function pairsTable(
  { axis }: PeakReport,
  { loads }: PairedPeak,
  { peak: w, comparison, quantities: q }: Messages,
): Block {
  const { header: h } = w;
  return tableBlock(
    {
      caption: w.pairs,
      header: [w.axis[axis], h.baseline, h.candidate, h.difference, h.interval, h.pairs, h.verdict],
      left: new Set([6]),
      rows: loads.map(({ load, baseline, candidate, difference, low, high, pairs, verdict }) => [
        amountText(load),
        q.portion(baseline),
        q.portion(candidate),
        q.portion(difference),
        `${q.portion(low)} … ${q.portion(high)}`,
        String(pairs),
        comparison.verdicts[verdict],
      ]),
    },
    [w.pairsNote],
  );
}
