import { shortPercent } from '../compare/percentages.ts';
import type { Agreement, AnswerAgreement } from '../compare/session/answer-drift.ts';
import type { PairedCell, PairedComparison } from '../compare/session/paired-comparison.ts';
import type { RecordedTiming } from '../compare/session/recorded-timing.ts';
import type { ServerSideRow } from '../compare/session/server-sides.ts';
import { changeRange, type SessionTable } from './comparison-rows.ts';
import { change, duration, rate } from './quantities.ts';

/** How many answers are the same. */
export function answerTable({ answers }: PairedCell): readonly SessionTable[] {
  if (answers === null) return [];
  const { betweenArms, withinBaseline } = answers;
  const row = (name: string, of: (agreement: AnswerAgreement) => Agreement): readonly string[] => [
    name,
    agreed(of(betweenArms)),
    withinBaseline === null ? '–' : agreed(of(withinBaseline)),
  ];
  return [
    {
      title: 'equal answers to the same requests',
      header: ['', 'between the arms', 'baseline with itself'],
      left: new Set([0]),
      rows: [
        row('text', ({ text }) => text),
        row('length', ({ length }) => length),
        row('finish reason', ({ finishReason }) => finishReason),
        row('tools called or not', ({ toolCalls }) => toolCalls),
      ],
      notes: [],
    },
  ];
}

/** What the servers measured of themselves. */
export function serverTable(
  { before, after }: PairedComparison,
  { server }: PairedCell,
): readonly SessionTable[] {
  if (server.length === 0) return [];
  const value = ({ unit }: ServerSideRow, amount: number): string =>
    unit === 'share' ? shortPercent(amount) : unit === 'ms' ? duration(amount) : rate(amount);
  return [
    {
      title: 'the servers’ own figures',
      header: ['', before, after],
      left: new Set([0]),
      rows: server.map((row) => [row.title, value(row, row.baseline), value(row, row.candidate)]),
      notes: [],
    },
  ];
}

/** Replayed against recorded. */
export function recordedTable(
  { before, after }: PairedComparison,
  { recorded }: PairedCell,
): readonly SessionTable[] {
  const { baseline, candidate } = recorded;
  if (baseline.length === 0) return [];
  const told = (timing: RecordedTiming | undefined): readonly string[] =>
    timing === undefined ? ['–', '–'] : [change(timing.ratio), changeRange(timing.low, timing.high)];
  return [
    {
      title: 'replayed against recorded, the very same requests',
      header: ['metric', before, '95 % interval', after, '95 % interval'],
      left: new Set([0]),
      rows: baseline.map((timing) => [
        timing.title,
        ...told(timing),
        ...told(candidate.find(({ key }) => key === timing.key)),
      ]),
      notes: ['a description, no verdict: the recording had other load and another day'],
    },
  ];
}

function agreed({ same, of }: Agreement): string {
  return of === 0 ? '–' : `${same} of ${of} (${shortPercent(same / of)})`;
}
