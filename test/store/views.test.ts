import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  REQUEST,
  RUN,
  RUN_END,
  rawResult,
} from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const path = join(tempFolder(), 'views.sqlite');
const writer = openTapeWriter(path, 'create');
const captureId = writer.beginCapture(CAPTURE);
for (const number of [1, 2]) {
  writer.startExchange(captureId, exchangeStart(number));
  const end = exchangeEnd(number);
  if (number === 1) writer.endExchange(captureId, end, REQUEST, answerFigures(end.answer));
}
writer.endCapture(captureId, CAPTURE.startedAtMs + 2_000, {});
const runId = writer.beginRun(RUN);
// Service times 31 ms each; the last of 26 ends after the window of 1 s.
for (let seq = 0; seq < 26; seq++) {
  const raw = rawResult(seq);
  const failed = seq === 3;
  writer.addResult(runId, raw, answerFigures(raw.answer, failed ? { outcome: 'stream_error' } : {}));
}
writer.endRun(runId, RUN_END);
writer.close();

const db = new Database(path, { readonly: true });
const one = (sql: string): Record<string, unknown> => db.prepare(sql).get() as Record<string, unknown>;

test('exchange_view speaks in milliseconds from arrival', () => {
  const row = one('SELECT * FROM exchange_view WHERE number = 1');
  assert.deepEqual(
    [row.arrived_at, row.headers_ms, row.ttft_ms, row.tpot_ms, row.e2el_ms, row.outcome],
    ['2026-11-24T12:00:00.001Z', 5, 10, 10, 31, 'ok'],
  );
});

test('capture_view counts outcomes', () => {
  const row = one('SELECT * FROM capture_view');
  assert.deepEqual(
    [row.duration_s, row.exchanges, row.ok, row.errors, row.completion_tokens, row.drops_queue_full],
    [2, 2, 1, 1, 3, 0],
  );
});

test('result_view separates service time from response time and the window from the drain', () => {
  const row = one('SELECT * FROM result_view WHERE seq = 25');
  assert.deepEqual(
    [row.ttft_ms, row.e2el_ms, row.response_ms, row.in_window, row.label],
    [10, 31, 31.1, 0, 'before'],
  );
});

test('run_view: counts, rates inside the window, latencies of what succeeded', () => {
  const row = one('SELECT * FROM run_view');
  assert.deepEqual(
    [
      row.requests,
      row.errors,
      row.requests_per_sec,
      row.bytes_per_sec,
      row.e2el_mean_ms,
      row.e2el_p99_ms,
      row.valid,
    ],
    [26, 1, 25, 10_000, 31, 31, 1],
  );
  assert.deepEqual([row.ttft_mean_ms, row.tpot_mean_ms, row.window_s], [10, 10, 1]);
});

const cli = spawnSync('sqlite3', ['--version']);
test('every view opens in the sqlite3 command line', {
  skip: cli.error !== undefined && 'sqlite3 is not installed',
}, () => {
  for (const view of ['exchange_view', 'capture_view', 'result_view', 'run_view']) {
    const out = execFileSync('sqlite3', ['-json', path, `SELECT * FROM ${view} LIMIT 1`], {
      encoding: 'utf8',
    });
    assert.equal((JSON.parse(out) as unknown[]).length, 1, view);
  }
});
