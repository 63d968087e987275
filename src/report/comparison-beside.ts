import type { Agreement, AnswerAgreement } from '../compare/session/answer-drift.ts';
import type { PairedCell, PairedComparison } from '../compare/session/paired-comparison.ts';
import type { RecordedTiming } from '../compare/session/recorded-timing.ts';
import type { ServerSideRow } from '../compare/session/server-sides.ts';
import { changeRange, type SessionTable } from './comparison-rows.ts';
import type { Messages } from './messages/messages.ts';
import { NONE } from './quantities.ts';

/** How many answers are the same. */
export function answerTable({ answers }: PairedCell, messages: Messages): readonly SessionTable[] {
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
): readonly SessionTable[] {
  if (server.length === 0) return [];
  const value = ({ unit }: ServerSideRow, amount: number): string =>
    unit === 'share' ? q.short(amount) : unit === 'ms' ? q.duration(amount) : q.rate(amount);
  return [
    {
      title: comparison.servers,
      header: [comparison.metric, before, after],
      left: new Set([0]),
      rows: server.map((row) => [metric(row.key), value(row, row.baseline), value(row, row.candidate)]),
      notes: [],
    },
  ];
}

/** Replayed against recorded. */
export function recordedTable(
  { before, after }: PairedComparison,
  { recorded }: PairedCell,
  messages: Messages,
): readonly SessionTable[] {
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
