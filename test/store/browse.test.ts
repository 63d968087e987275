import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DRAWN } from '../../src/measure/metric-table.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { answerFigures, RUN, rawResult } from '../helpers/sample-records.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { writeTape } from '../helpers/written-tape.ts';

const folder = tempFolder();

test('rows are filtered, ordered and cut by the tape itself', () => {
  const path = join(folder, 'exchanges.sqlite');
  writeTape(path, [
    { request: { model: 'a' } },
    { request: { model: 'b' }, status: 503, answer: { outcome: 'http_error' } },
    { request: { model: 'a' }, path: '/v1/completions' },
  ]);
  const tape = openTape(path);
  const ids = (query: Partial<Parameters<typeof tape.exchangePage>[0]>): unknown => {
    const { rows, count } = tape.exchangePage({ where: {}, order: 'begun', offset: 0, limit: 10, ...query });
    return [rows.map(({ id }) => id), count];
  };
  assert.deepEqual(ids({}), [[1, 2, 3], 3]);
  assert.deepEqual(ids({ offset: 1, limit: 1 }), [[2], 3]);
  assert.deepEqual(ids({ where: { model: 'a' } }), [[1, 3], 2]);
  assert.deepEqual(ids({ where: { status: '503', outcome: 'http_error' } }), [[2], 1]);
  assert.deepEqual(ids({ where: { path: "' OR 1=1 --" } }), [[], 0]);
  assert.deepEqual(ids({ fromUs: 1_000_000, toUs: 2_000_000 }), [[2], 1]);
  assert.deepEqual(tape.exchange(3)?.path, '/v1/completions');
  assert.equal(tape.exchange(4), null);
  assert.equal(tape.exchangesOf(1), 3);
  assert.deepEqual(
    tape.exchangesSince(1, 2_000_000).map(({ arrivedUs }) => arrivedUs),
    [2_000_000],
  );
  tape.close();
});

test('results that were written since the last look are read once, in the order of writing', () => {
  const path = join(folder, 'results.sqlite');
  writeTape(path, [{}]);
  const writer = openTapeWriter(path, 'append');
  const [run, other] = [writer.beginRun(RUN), writer.beginRun(RUN)];
  const add = (runId: number, seq: number): void => {
    const raw = rawResult(seq);
    writer.addResult(runId, raw, answerFigures(raw.answer));
  };
  for (const seq of [2, 0]) add(run, seq);
  add(other, 7);
  const tape = openTape(path);
  const since = (id: number): readonly number[] =>
    [...tape.resultsAfter(run, id)].map(({ result }) => result.seq);
  assert.deepEqual(since(0), [2, 0]);
  add(run, 1);
  assert.deepEqual(since(2), [1]);
  const found = tape.result(run, 1);
  assert.equal(found?.chunks.atUs.length, 3);
  assert.equal(tape.result(run, 9), null);
  const longest = tape.resultPage([run], { where: {}, order: 'longest', offset: 0, limit: 2 });
  assert.deepEqual([longest.rows.length, longest.count], [2, 3]);
  tape.close();
  writer.close();
});

test('the requests of a bin of a distribution are those that its metric counts there', () => {
  const tape = openTape(SAMPLE_TAPE);
  for (const { key, of, drawn } of DRAWN) {
    const values = [...tape.results(1)].flatMap(({ result }) => {
      const value = result.outcome === 'ok' ? of(result) : null;
      return value === null ? [] : [{ seq: result.seq, value }];
    });
    const sorted = values.map(({ value }) => value).sort((a, b) => a - b);
    const [least = 0, most = 0] = [sorted[3], sorted[sorted.length - 4]];
    const within = { sql: drawn ?? '', least, most };
    const { rows, count } = tape.resultPage([1], {
      where: {},
      within,
      order: 'begun',
      offset: 0,
      limit: 1e6,
    });
    const expected = values.filter(({ value }) => value > least && value <= most).map(({ seq }) => seq);
    assert.ok(expected.length > 0 && expected.length < values.length, key);
    assert.deepEqual([rows.map(({ seq }) => seq), count], [expected, expected.length], key);
  }
  tape.close();
});
