import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { createPart } from '../../../src/store/merge/create-part.ts';
import { openMergeWriter } from '../../../src/store/merge/merge-writer.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { SAMPLE_TAPE, sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const at = (name: string): string => join(folder, name);

/** Merges the captures of tapes. */
function merged(name: string, paths: readonly string[]): string {
  const writer = openMergeWriter(at(name));
  for (const path of paths) writer.addTape(path, []);
  writer.settle();
  writer.commit();
  return at(name);
}

/** All rows of a query, as arrays. */
function rowsOf(path: string, sql: string): unknown[] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare(sql).raw().all();
  } finally {
    db.close();
  }
}

const CONTENT = `SELECT e.number, e.arrived_us, e.path, e.request_headers, hex(b.sha256), e.first_token_us, e.completion_tokens
  FROM exchanges e LEFT JOIN bodies b ON b.id = e.request_body_id ORDER BY e.number`;

test('a part has the rows of the requests under their ids, without headers and bodies', () => {
  createPart(at('part.sqlite'), SAMPLE_TAPE, new Set([3, 5]));
  assert.deepEqual(
    rowsOf(at('part.sqlite'), 'SELECT id, request_headers, response_headers, request_body_id FROM exchanges'),
    [
      [3, '[]', '[]', null],
      [5, '[]', '[]', null],
    ],
  );
  const times = 'SELECT arrived_us, first_token_us, model FROM exchanges WHERE id IN (3, 5)';
  assert.deepEqual(rowsOf(at('part.sqlite'), times), rowsOf(SAMPLE_TAPE, times));
  assert.equal(existsSync(`${at('part.sqlite')}-wal`), false);
  assert.throws(() => createPart(at('part.sqlite'), SAMPLE_TAPE, new Set()), { message: /exists already/ });
});

test('a capture that a part has without its content is whole where another tape has that, in any order', () => {
  createPart(at('stub.sqlite'), SAMPLE_TAPE, new Set([1, 2, 3]));
  for (const [i, paths] of [
    [at('stub.sqlite'), SAMPLE_TAPE],
    [SAMPLE_TAPE, at('stub.sqlite')],
  ].entries()) {
    const path = merged(`whole-${i}.sqlite`, paths);
    assert.deepEqual(rowsOf(path, CONTENT), rowsOf(SAMPLE_TAPE, CONTENT));
    assert.deepEqual(
      rowsOf(path, 'SELECT count(*), count(DISTINCT capture_id) FROM exchanges'),
      rowsOf(SAMPLE_TAPE, 'SELECT count(*), count(DISTINCT capture_id) FROM exchanges'),
    );
    const chunks = 'SELECT count(*), sum(reads), sum(length(packed)) FROM chunk_times';
    assert.deepEqual(rowsOf(path, chunks), rowsOf(SAMPLE_TAPE, chunks));
  }
});

/** A copy of the sample whose capture began so much later, at another upstream. */
function shifted(name: string, ms: number): string {
  const path = sampleTape(folder, name);
  const db = new Database(path);
  db.prepare(
    "UPDATE captures SET started_at_ms = started_at_ms + ?, ended_at_ms = ended_at_ms + ?, upstream = 'http://b', started_us = started_us + 77",
  ).run(ms, ms);
  db.close();
  return path;
}

test('recorders that ran at the same time become one capture, on one clock and in order of arrival', () => {
  const path = merged('both.sqlite', [SAMPLE_TAPE, shifted('b.sqlite', 200)]);
  const tape = openTape(path);
  const [capture, ...others] = tape.captures();
  const exchanges = [...tape.exchanges()];
  tape.close();
  assert.equal(others.length, 0);
  assert.match(capture?.upstream ?? '', /, http:\/\/b$/);
  const before = rowsOf(SAMPLE_TAPE, 'SELECT arrived_us, finished_us FROM exchanges') as [number, number][];
  const instants = (byUs: number) =>
    before.map(([arrived, finished]) => `${arrived + byUs} ${finished + byUs}`);
  assert.deepEqual(
    exchanges.map(({ arrivedUs, finishedUs }) => `${arrivedUs} ${finishedUs}`).sort(),
    [...instants(0), ...instants(200_000)].sort(),
  );
  const arrivals = exchanges.map(({ arrivedUs }) => arrivedUs);
  assert.deepEqual(
    arrivals,
    arrivals.toSorted((a, b) => a - b),
  );
  const numbers = rowsOf(path, 'SELECT number FROM exchanges ORDER BY arrived_us, number').flat();
  assert.deepEqual(
    numbers,
    Array.from(numbers, (_, i) => i + 1),
  );
});

test('captures one after the other stay apart', () => {
  const path = merged('later.sqlite', [SAMPLE_TAPE, shifted('c.sqlite', 3_600_000)]);
  assert.deepEqual(rowsOf(path, 'SELECT count(*) FROM captures'), [[2]]);
});

test('a tape that contradicts another, or is damaged, is named, and nothing is left behind', () => {
  const other = sampleTape(folder, 'other.sqlite');
  const db = new Database(other);
  db.exec('UPDATE exchanges SET arrived_us = arrived_us + 1 WHERE id = 2');
  db.close();
  const writer = openMergeWriter(at('never.sqlite'));
  writer.addTape(SAMPLE_TAPE, []);
  assert.throws(() => writer.addTape(other, []), {
    name: 'UserError',
    message:
      /^request 2 of .*other.sqlite differs from the same request of another tape: merge parts of one run/,
  });
  writer.discard();
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('never')),
    [],
  );
});
