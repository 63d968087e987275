import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../../src/compare/compare-runs.ts';
import type { CellPairs, Pair } from '../../../src/compare/session/arm-run.ts';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import type { SessionRules } from '../../../src/compare/session/session-rules.ts';
import { chineseNote } from '../../../src/report/messages/chinese-comparison-notes.ts';
import {
  noisyRatios,
  RULES,
  SAID,
  sampleAnswer,
  sampleArmRun,
  sampleCell,
} from '../../helpers/sample-pairs.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';

/** Everything that a session of one cell notes. */
function notesOf(cell: CellPairs, rules: Partial<SessionRules> = {}): readonly string[] {
  const session = judgeSession(
    { baseline: 'a', candidate: 'b' },
    { cells: [cell], ended: true },
    { ...RULES, ...rules },
  );
  return [
    ...session.notes,
    ...session.cells.flatMap(({ notes, invalid }) => [...notes, ...invalid.map(({ message }) => message)]),
  ];
}

const even = noisyRatios(1);
const withCandidate = (change: (pair: Pair) => Partial<Pair['candidate']>): CellPairs =>
  sampleCell(even, (pair) => ({ candidate: { ...pair.candidate, ...change(pair) } }));
const unwell = (pair: Pair, ...reasons: readonly string[]): Partial<Pair> => ({
  candidate: sampleArmRun(1, {
    summary: { id: pair.candidate.summary.id, valid: false, invalidReasons: reasons },
  }),
});
const hits = (prefixCacheHitRate: number) => ({
  prefixCacheHitRate,
  queueMs: null,
  prefillMs: null,
  kvUsage: null,
  preemptions: null,
  iterationTokens: null,
});

const SESSION_NOTES: readonly string[] = [
  ...notesOf(
    withCandidate(({ candidate: { summary } }) => ({ summary: { ...summary, errors: 8 } })),
    { accepted: ['errors'] },
  ),
  ...notesOf(
    withCandidate(() => ({ answers: Array.from({ length: 40 }, () => sampleAnswer({ tokens: 60 })) })),
  ),
  ...notesOf(
    sampleCell(even, ({ baseline, candidate }) => ({
      baseline: { ...baseline, server: hits(0.1) },
      candidate: { ...candidate, server: hits(0.9) },
    })),
  ),
  ...notesOf(sampleCell([1, 1, 1, 1, 1, 1].map((_, k) => 1.05 ** k))),
  ...notesOf(
    sampleCell(even, (_, k) => ({
      baseline: sampleArmRun(1.1 ** k, { summary: { id: 2 * k + 1 } }),
      candidate: sampleArmRun(1.1 ** k, { summary: { id: 2 * k + 2 } }),
    })),
  ),
  ...notesOf(
    withCandidate(() => {
      const models = '{"data":[{"id":"other"}]}';
      return { words: { start: { ...SAID, models }, end: { ...SAID, models } } };
    }),
  ),
  ...notesOf(withCandidate(() => ({ words: { start: SAID, end: { ...SAID, processStartSec: 900 } } }))),
  ...notesOf(
    withCandidate(() => ({ words: { start: SAID, end: { ...SAID, version: '{"version":"0.33.0"}' } } })),
  ),
  ...notesOf(
    withCandidate(() => ({
      words: {
        start: { ...SAID, processStartSec: null },
        end: { ...SAID, processStartSec: null, counters: { 'vllm:generation_tokens_total': 1 } },
      },
    })),
  ),
  ...notesOf(sampleCell(even, (pair, k) => (k > 1 ? unwell(pair, 'no request ended ok') : {}))),
  ...notesOf(
    sampleCell(even, (pair, k) =>
      k === 2 ? unwell(pair, 'no request was sent', 'it was stopped early, after 3.0 s') : {},
    ),
  ),
];

test('every note of a session is said in Chinese, with its figures', () => {
  const kinds = new Set(SESSION_NOTES.map((note) => note.replace(/[\d.]+/g, '0')));
  assert.ok(kinds.size >= 12, [...kinds].join('\n'));
  for (const note of SESSION_NOTES) assertSaid(note);
});

test('every note of a comparison of runs', () => {
  const before = sampleSummaries('before');
  const after = sampleSummaries('after', { firstId: 11, scale: 1.01 });
  const later = after.map((run) => ({ ...run, startedAt: '2027-01-01T00:00:00.000Z' }));
  const notes = [
    compareRuns({ before: 'before', after: 'after' }, before, later),
    compareRuns({ before: 'before', after: 'after' }, before, later, [...before.slice(0, 1)]),
    compareRuns(
      { before: 'before', after: 'after' },
      before,
      after.map((run) => ({ ...run, completionTokens: 2 * run.completionTokens })),
    ),
    compareRuns({ before: 'before', after: 'after' }, before, [
      ...after,
      ...after.slice(0, 1).map((run) => ({ ...run, cell: { threads: 9, connections: 9 } })),
    ]),
    compareRuns({ before: 'before', after: 'after' }, before, [
      ...after,
      ...after
        .slice(0, 1)
        .map((run) => ({ ...run, id: 99, valid: false, invalidReasons: ['no request ended ok'] })),
    ]),
    compareRuns(
      { before: 'before', after: 'after' },
      before,
      after,
      sampleSummaries('before', { firstId: 21, scale: 1.5 }),
    ),
  ].flatMap((comparison) => [...comparison.notes, ...comparison.cells.flatMap((cell) => cell.notes)]);
  assert.ok(new Set(notes.map((note) => note.replace(/[\d.]+/g, '0'))).size >= 6, notes.join('\n'));
  for (const note of notes) assertSaid(note);
});

test('a stopped session, and an open metric', () => {
  assertSaid('stopped after 2 of 6 pairs: what they show is an estimate and no verdict');
  assert.equal(chineseNote('TTFT is not settled: −0.8 to 4.1 %'), 'TTFT 尚未确定：−0.8% 至 4.1%');
  assert.equal(
    chineseNote('tpot cannot be judged here, so E2EL is in its place'),
    '这里无法判断 tpot，改以 E2EL 代替',
  );
  assert.equal(chineseNote('something new'), 'something new');
});

function assertSaid(note: string): void {
  const said = chineseNote(note);
  assert.match(said, /[\u4e00-\u9fff]/, note);
  assert.doesNotMatch(
    said.replace(/vllm:\w+|before|after|tiny|models|other|version/g, ''),
    / %|[a-z]{6}/,
    said,
  );
  for (const figure of note.match(/\d+(\.\d+)?/g) ?? []) {
    assert.ok(said.includes(figure), `${note}: ${said}`);
  }
}
