import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import {
  answerTable,
  recordedTable,
  serverTable,
  sessionNotes,
  sessionTables,
} from '../../../src/report/comparison/session-tables.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { noisyRatios, RULES, sampleArmRun, sampleCell } from '../../helpers/sample-pairs.ts';
import { judged, sampleSession } from '../../helpers/sample-session.ts';

const english = messagesOf('en');

test('tables in reading order; unknown figures have none', () => {
  assert.deepEqual(
    sessionTables(sampleSession(), english).map(({ title }) => title),
    [
      'differences reported by the servers',
      '2x20: regression (6 pairs)',
      'identical answers to the same requests',
      'figures reported by the servers',
      'replayed compared with recorded, same requests',
    ],
  );
  const bare = judged(
    sampleCell(noisyRatios(1), ({ baseline, candidate }) => ({
      baseline: { ...baseline, answers: [] },
      candidate: { ...candidate, answers: [] },
    })),
  );
  assert.equal(sessionTables(bare, english).length, 1);
});

test('more than twelve differences are counted', () => {
  const changes = Array.from({ length: 15 }, (_, i) => ({ name: `n${i}`, baseline: null, candidate: 'x' }));
  const [table] = sessionTables({ ...sampleSession(), changes }, english);
  assert.equal(table?.rows.length, 12);
  assert.deepEqual(table?.notes, ['and 3 more']);
  assert.deepEqual(table?.rows[0], ['n0', '–', 'x']);
});

test('a sequential session says at which look it is, and its intervals have that look’s level', () => {
  const cells = [sampleCell(noisyRatios(1.05))];
  const rules = { ...RULES, looks: [6, 10, 16] };
  const session = judgeSession({ baseline: 'a', candidate: 'b' }, { cells, ended: false }, rules);
  assert.deepEqual(sessionNotes(session, english), [
    'interim analysis 1 of 3, at 6 pairs, significance level 1 %',
  ]);
  assert.equal(sessionTables(session, english)[0]?.header[4], '99 % interval');
});

test('a cell with invalid pairs, and one that is not valid, say so', () => {
  const session = judged(
    sampleCell(noisyRatios(1), ({ candidate: { summary } }, k) =>
      k > 1
        ? {
            candidate: sampleArmRun(1, {
              summary: { id: summary.id, valid: false, invalidReasons: [{ kind: 'noneSucceeded' }] },
            }),
          }
        : {},
    ),
  );
  const [table] = sessionTables(session, english);
  assert.equal(table?.title, '2x20: invalid (2 valid of 6 pairs)');
  assert.match(table?.notes[0] ?? '', /^not valid: 2 of 6 pairs are valid/);
  assert.equal(table?.rows[0]?.[5], '–');
});

const session = sampleSession();
const [cell = assert.fail()] = session.cells;

test('answers: counts and shares, beside what the baseline does to itself', () => {
  const [table] = answerTable(cell, english);
  assert.deepEqual(table?.rows[0], ['text', '180 of 240 (75 %)', '200 of 200 (100 %)']);
  assert.equal(table?.rows.length, 4);
  const answers = cell.answers && { ...cell.answers, withinBaseline: null };
  const [alone] = answerTable({ ...cell, answers }, english);
  assert.equal(alone?.rows[0]?.[2], '–');
  assert.deepEqual(answerTable({ ...cell, answers: null }, english), []);
});

test('the servers’ figures in their units', () => {
  const [table] = serverTable(session, cell, english);
  assert.deepEqual(table?.rows.slice(0, 2), [
    ['prefix-cache hits', '12.5 %', '12.5 %'],
    ['queue time', '400 µs', '210 ms'],
  ]);
  assert.deepEqual(serverTable(session, { ...cell, server: [] }, english), []);
});

test('replayed against recorded: both arms, no verdict', () => {
  const [table] = recordedTable(session, cell, english);
  assert.deepEqual(table?.rows[0]?.slice(0, 2), ['E2EL', '+11 %']);
  assert.match(table?.notes[0] ?? '', /for information only/);
  const half = { ...cell.recorded, candidate: [] };
  assert.deepEqual(recordedTable(session, { ...cell, recorded: half }, english)[0]?.rows[0]?.slice(3), [
    '–',
    '–',
  ]);
});
