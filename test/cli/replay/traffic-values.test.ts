import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  arrivalShape,
  cellsOf,
  connectionCounts,
  matrixCells,
  modelNames,
  ratesPerSec,
  seed,
  think,
  warmup,
  workers,
} from '../../../src/cli/replay/traffic-values.ts';
import { UserError } from '../../../src/model/user-error.ts';

function refuses(words: readonly string[], parse: (word: string) => unknown): void {
  for (const word of words) {
    assert.throws(
      () => parse(word),
      (error) => error instanceof UserError && error.message.includes(word) && !error.message.includes('\n'),
      word,
    );
  }
}

test('arrivals', () => {
  assert.deepEqual(arrivalShape('--arrivals', 'poisson'), { kind: 'poisson' });
  assert.deepEqual(arrivalShape('--arrivals', 'gamma:2.5'), { kind: 'gamma', cv: 2.5 });
  refuses(['gamma', 'uniform', ''], (word) => arrivalShape('--arrivals', word));
  assert.throws(
    () => arrivalShape('--arrivals', 'gamma:0'),
    /--arrivals gamma: 0 is not a number above zero/,
  );
});

test('rates count per second unless they say otherwise', () => {
  assert.deepEqual(ratesPerSec('--rate', '10/s'), [10]);
  assert.deepEqual(ratesPerSec('--rate', '0.5, 90/m,7200/h'), [0.5, 1.5, 2]);
  refuses(['0', '10/d', '-1', 'fast', '10,', '', '1e3'], (word) => ratesPerSec('--rate', word));
});

test('think times and warm-ups', () => {
  assert.deepEqual(
    ['none', 'recorded', '2s', '500ms'].map((word) => think('--think', word)),
    [{ kind: 'none' }, { kind: 'recorded' }, { kind: 'fixed', us: 2e6 }, { kind: 'fixed', us: 5e5 }],
  );
  refuses(['long', '0s', ''], (word) => think('--think', word));
  assert.deepEqual(warmup('--warmup', '20'), { requests: 20 });
  assert.deepEqual(warmup('--warmup', '30s'), { us: 3e7 });
  refuses(['0', '0s', 'some', ''], (word) => warmup('--warmup', word));
});

test('models: one name for all, or a map, or a map and a name for the rest', () => {
  const names = (words: readonly string[]) => {
    const { renamed, others } = modelNames('--model', words);
    return [[...renamed], others];
  };
  assert.deepEqual(names([]), [[], null]);
  assert.deepEqual(names(['org/m-7b']), [[], 'org/m-7b']);
  assert.deepEqual(names(['a=b', 'c', 'd=e']), [
    [
      ['a', 'b'],
      ['d', 'e'],
    ],
    'c',
  ]);
  for (const words of [['a='], ['=b'], [''], ['a=b', 'a=c'], ['x', 'y']]) {
    assert.throws(() => modelNames('--model', words), UserError, words.join());
  }
});

test('workers and seeds', () => {
  assert.deepEqual([workers('--workers', 'auto'), workers('--workers', '2')], [null, 2]);
  refuses(['0', 'many'], (word) => workers('--workers', word));
  assert.deepEqual([seed('--seed', '0'), seed('--seed', '4294967295')], [0, 0xffffffff]);
  refuses(['-1', '1.5', '4294967296'], (word) => seed('--seed', word));
});

test('cells', () => {
  assert.deepEqual(matrixCells('--matrix', '10x20, 100X200'), [
    { threads: 10, connections: 20 },
    { threads: 100, connections: 200 },
  ]);
  assert.deepEqual(cellsOf(10, connectionCounts('--connections', '20, 100'), true), [
    { threads: 10, connections: 20 },
    { threads: 10, connections: 100 },
  ]);
  assert.deepEqual(cellsOf(10, [1, 4, 20], false), [
    { threads: 1, connections: 1 },
    { threads: 4, connections: 4 },
    { threads: 10, connections: 20 },
  ]);
  refuses(['10', '10x', '100x20', '0x5'], (word) => matrixCells('--matrix', word));
  assert.throws(
    () => cellsOf(10, [20, 5], true),
    /^UserError: --connections 5 is less than --threads 10: every thread/,
  );
  assert.throws(() => matrixCells('--matrix', '100x20'), /--matrix 100x20 is 20 connections for 100 threads/);
});
