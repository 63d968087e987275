import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellKey, cellName, isOpenCell, isValid, type Run } from '../../src/model/run.ts';
import { RUN_END as END, RUN as START } from '../helpers/sample-records.ts';

const RUN: Run = { ...START, id: 1, end: END };

test('a run that never ended, or with a reason against it, is not valid', () => {
  assert.equal(isValid(RUN), true);
  assert.equal(isValid({ ...RUN, end: null }), false);
  assert.equal(isValid({ ...RUN, end: { ...END, invalidReasons: [{ kind: 'noneSucceeded' }] } }), false);
});

test('a cell has a distinct name', () => {
  assert.equal(cellName({ threads: 10, connections: 20 }), '10x20');
  assert.equal(cellName({ threads: 1, connections: 8, ratePerSec: 3.20004 }), 'open 3.2/s');
  assert.equal(cellName({ threads: 1, connections: 8, ratePerSec: 0.012345 }), 'open 0.01235/s');
});

test('cells differ by all digits of their figures, even where their names are equal', () => {
  const open = (ratePerSec: number, connections = 8) => ({ threads: 1, connections, ratePerSec });
  assert.equal(cellName(open(1234.4)), cellName(open(1234.3)));
  assert.notEqual(cellKey(open(1234.4)), cellKey(open(1234.3)));
  assert.equal(cellKey(open(1234.4)), cellKey(open(1234.4, 9)));
  assert.notEqual(cellKey({ threads: 1, connections: 8 }), cellKey(open(8)));
});

test('a cell with a rate is of an open loop', () => {
  const closed = { threads: 1, connections: 2 };
  assert.deepEqual([closed, { ...closed, ratePerSec: 3 }].map(isOpenCell), [false, true]);
});
