import type { PairedComparison } from '../../compare/session/judge-session.ts';
import type { PairedCell, PairedMetricComparison } from '../../compare/session/paired-cell.ts';
import type { Agreement, AnswerAgreement, RecordedTiming } from '../../compare/session/supplementary.ts';
import { cellName } from '../../model/run.ts';
import type { Messages } from '../messages/messages.ts';
import { NONE } from '../quantities.ts';
import { type ComparisonTable, changeRange, figureCells, verdictCell } from './comparison-tables.ts';

/** More differences than these are only counted. */
const DIFFERENCES_TOLD = 12;

/** What is said below the sentence. */
export function sessionNotes(
  { look, level, noise, notes }: PairedComparison,
  { comparison: w, note, noise: ofNoise, quantities: q }: Messages,
): readonly string[] {
  const told = [...(noise === null ? [] : [ofNoise(noise)]), ...notes.map(note)];
  if (look === null || look.of === 1) return told;
  const { number, of, pairs } = look;
  return [w.look(number, of, pairs, q.short(1 - level)), ...told];
}

/** All tables of a session, in the order in which they are read. */
export function sessionTables(session: PairedComparison, messages: Messages): readonly ComparisonTable[] {
  return [
    ...differences(session, messages),
    ...session.cells.flatMap((cell, i) => [
      metricTable(session, cell, i === 0 ? [messages.comparison.inParentheses] : [], messages),
      ...answerTable(cell, messages),
      ...serverTable(session, cell, messages),
      ...recordedTable(session, cell, messages),
    ]),
  ];
}

function differences(
  { changes, before, after }: PairedComparison,
  { comparison: w }: Messages,
): readonly ComparisonTable[] {
  if (changes.length === 0) return [];
  const more = changes.length - DIFFERENCES_TOLD;
  return [
    {
      title: w.differences,
      header: [w.setting, before, after],
      left: new Set([0, 1, 2]),
      rows: changes
        .slice(0, DIFFERENCES_TOLD)
        .map(({ name, baseline, candidate }) => [name, baseline ?? NONE, candidate ?? NONE]),
      notes: more > 0 ? [w.more(String(more))] : [],
    },
  ];
}

function metricTable(
  { before, after, level }: PairedComparison,
  cell: PairedCell,
  first: readonly string[],
  messages: Messages,
): ComparisonTable {
  const { comparison: w, note, invalidity, quantities: q } = messages;
  const [pairs, valid] = [cell.before.runs.length, cell.before.valid];
  const made = valid === pairs ? w.pairs(pairs) : w.validPairs(valid, pairs);
  return {
    title: w.cell(cellName(cell.cell), w.verdicts[cell.verdict], made),
    header: [w.metric, before, after, w.change, w.interval(q.short(level)), w.p, w.signFlipP, w.verdict],
    left: new Set([0, 7]),
    rows: Object.values(cell.metrics).map((metric) => metricRow(metric, messages)),
    notes: [
      ...cell.invalid.map((found) => w.notValid(invalidity(found))),
      ...cell.notes.map(note),
      ...pairNotes(cell, messages),
      ...outlierNotes(cell, messages),
      ...first,
    ],
  };
}

function metricRow(metric: PairedMetricComparison, messages: Messages): readonly string[] {
  return [
    ...figureCells(metric, messages),
    probability(metric.p),
    probability(metric.signFlipP),
    verdictCell(metric, messages),
  ];
}

/** The primary metric pair by pair: the sample of the interval. */
function pairNotes({ metrics, primary }: PairedCell, messages: Messages): readonly string[] {
  const metric = primary === null ? undefined : metrics[primary];
  if (metric === undefined) return [];
  const changes = metric.pairs.map(messages.quantities.change).join(messages.comma);
  return [messages.comparison.pairByPair(messages.metric(metric.key), changes)];
}

/** Estimates that an outlier changes little, beside the usual ones. */
function outlierNotes({ metrics }: PairedCell, messages: Messages): readonly string[] {
  const { comparison: w, comma, quantities: q } = messages;
  const outlying = Object.values(metrics).filter(({ gating, robustRatio }) => gating && robustRatio !== null);
  const byPairs = Map.groupBy(outlying, ({ outlyingPairs }) => outlyingPairs.join(comma));
  return [...byPairs].map(([pairs, same]) => {
    const estimates = same.map(({ key, robustRatio }) => `${messages.metric(key)} ${q.change(robustRatio)}`);
    return w.outlying(pairs, estimates.join(comma));
  });
}

function probability(p: number | null): string {
  if (p === null) return NONE;
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** How many answers are the same. */
export function answerTable({ answers }: PairedCell, messages: Messages): readonly ComparisonTable[] {
  if (answers === null) return [];
  const w = messages.comparison.answers;
  const { betweenArms, withinBaseline } = answers;
  const row = (name: string, of: (agreement: AnswerAgreement) => Agreement): readonly string[] => [
    name,
    agreed(of(betweenArms), messages),
    withinBaseline === null ? NONE : agreed(of(withinBaseline), messages),
  ];
  return [
    {
      title: w.title,
      header: [w.what, w.betweenArms, w.withinBaseline],
      left: new Set([0]),
      rows: [
        row(w.text, ({ text }) => text),
        row(w.length, ({ length }) => length),
        row(w.finishReason, ({ finishReason }) => finishReason),
        row(w.toolCalls, ({ toolCalls }) => toolCalls),
      ],
      notes: [],
    },
  ];
}

/** What the servers measured of themselves. */
export function serverTable(
  { before, after }: PairedComparison,
  { server }: PairedCell,
  { comparison, metric, quantities: q }: Messages,
): readonly ComparisonTable[] {
  if (server.length === 0) return [];
  return [
    {
      title: comparison.servers,
      header: [comparison.metric, before, after],
      left: new Set([0]),
      rows: server.map(({ key, unit, baseline, candidate }) => [
        metric(key),
        q.figure(unit, baseline),
        q.figure(unit, candidate),
      ]),
      notes: [],
    },
  ];
}

/** Replayed against recorded. */
export function recordedTable(
  { before, after }: PairedComparison,
  { recorded }: PairedCell,
  messages: Messages,
): readonly ComparisonTable[] {
  const { comparison: w, quantities: q } = messages;
  const { baseline, candidate } = recorded;
  if (baseline.length === 0) return [];
  const told = (timing: RecordedTiming | undefined): readonly string[] =>
    timing === undefined
      ? [NONE, NONE]
      : [q.change(timing.ratio), changeRange(timing.low, timing.high, messages)];
  const interval = w.interval(q.short(0.95));
  return [
    {
      title: w.recorded.title,
      header: [w.metric, before, interval, after, interval],
      left: new Set([0]),
      rows: baseline.map((timing) => [
        messages.metric(timing.key),
        ...told(timing),
        ...told(candidate.find(({ key }) => key === timing.key)),
      ]),
      notes: [w.recorded.note],
    },
  ];
}

function agreed({ same, of }: Agreement, { comparison, quantities: q }: Messages): string {
  return of === 0 ? NONE : comparison.answers.agreed(String(same), String(of), q.short(same / of));
}
