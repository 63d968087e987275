import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captureOfRow, exchangeOfRow, runOfRow } from '../../src/store/rows.ts';
import { sampleExchange } from '../helpers/sample-exchange.ts';

test('columns become fields, flags become booleans, JSON is parsed', () => {
  const capture = captureOfRow({
    id: 1,
    started_at_ms: 5,
    clean_close: 1,
    settings: '{"a":1}',
    redaction: '{}',
    drops_queue_full: 0,
    drops_write_failed: 3,
  });
  assert.deepEqual(
    [capture.startedAtMs, capture.cleanClose, capture.settings, capture.drops],
    [5, true, { a: 1 }, { write_failed: 3 }],
  );
  const exchange = exchangeOfRow({
    first_token_us: 7,
    stream: 1,
    streamed: 0,
    request_headers: '["a","b"]',
    response_headers: '[]',
  });
  assert.deepEqual(
    [exchange.firstTokenUs, exchange.stream, exchange.streamed, exchange.requestHeaders],
    [7, true, false, ['a', 'b']],
  );
});

test('an exchange names all its columns', () => {
  const columns = Object.keys(sampleExchange());
  const exchange = exchangeOfRow({ request_headers: '[]', response_headers: '[]' });
  assert.deepEqual(Object.keys(exchange).sort(), columns.sort());
});

test('a run without a window has not ended', () => {
  const row = { id: 1, threads: 1, connections: 2, settings: '{}', window_us: null };
  assert.equal(runOfRow(row).end, null);
  const ended = runOfRow({
    ...row,
    window_us: 9,
    ended_us: 10,
    stopped_early: 1,
    health: '{}',
    invalid_reasons: '["x"]',
  });
  assert.deepEqual(
    [ended.end?.windowUs, ended.end?.stoppedEarly, ended.end?.invalidReasons],
    [9, true, ['x']],
  );
});
