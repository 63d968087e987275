import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTable, recordedTable, serverTable } from '../../src/report/comparison-beside.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { sampleSession } from '../helpers/sample-session.ts';

const english = messagesOf('en');

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
  assert.deepEqual(table?.rows[0]?.slice(0, 2), ['E2EL', '+11.1 %']);
  assert.match(table?.notes[0] ?? '', /for information only/);
  const half = { ...cell.recorded, candidate: [] };
  assert.deepEqual(recordedTable(session, { ...cell, recorded: half }, english)[0]?.rows[0]?.slice(3), [
    '–',
    '–',
  ]);
});
