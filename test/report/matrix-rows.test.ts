import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matricesOf } from '../../src/report/matrix-rows.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const [a, b, c] = sampleSummaries('before');
assert.ok(a !== undefined && b !== undefined && c !== undefined);

const column = (
  matrix: { header: readonly string[]; rows: readonly (readonly string[])[] } | undefined,
  name: string,
) => matrix?.rows.map((row) => row[matrix.header.indexOf(name)]);

test('one matrix per label and target, one row per cell', () => {
  const other = { ...b, cell: { threads: 1, connections: 9 } };
  const [first, second, ...more] = matricesOf([a, other, { ...c, label: 'after' }]);
  assert.equal(more.length, 0);
  assert.deepEqual(column(first, 'conns'), ['4', '9']);
  assert.deepEqual(column(first, 'test'), ['1', '2']);
  assert.equal(second?.title, `after: ${c.target}`);
});

test('several runs of a cell: medians of the valid ones, sums of counts', () => {
  const rates = [10, 30, 20].map((requestsPerSec, i) => ({ ...a, id: i, requestsPerSec, errors: 1 }));
  const ill = { ...a, id: 9, requestsPerSec: 1000, valid: false, invalidReasons: ['so'] };
  const [matrix] = matricesOf([...rates, ill]);
  assert.deepEqual(column(matrix, 'req/s'), ['20.00']);
  assert.deepEqual(column(matrix, 'errors'), ['3']);
  assert.deepEqual(column(matrix, 'valid'), ['3/4']);
  assert.ok(matrix?.notes.includes('Run 9 (2x4) is not valid: so.'));
  assert.deepEqual(column(matricesOf([ill])[0], 'valid'), ['NO']);
});

test('small samples and counted chunks are said', () => {
  const [matrix] = matricesOf([{ ...a, tokenSources: { chunks: 3 } }]);
  assert.match(matrix?.notes.join('\n') ?? '', /dash[\s\S]*counted chunks/);
  assert.deepEqual([column(matrix, 'p99'), column(matrix, 'TTFT p99')], [['–'], ['–']]);
  assert.match(column(matrix, 'p50')?.[0] ?? '', /^[\d.]+ ms$/);
});

test('in Chinese, with the reasons of the tape', () => {
  const ill = { ...a, id: 9, valid: false, invalidReasons: ['only 3 of 4 connections were open'] };
  const [matrix] = matricesOf([ill], 'zh');
  assert.deepEqual(column(matrix, '有效'), ['否']);
  assert.ok(matrix?.notes.includes('第 9 号运行（2x4）无效：4 个连接中只打开了 3 个。'));
});
