import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captureOfRow, runOfRow } from '../../src/store/rows.ts';

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
    invalid_reasons: '[{"kind":"noneSucceeded"},"x",null]',
  });
  assert.deepEqual(
    [ended.end?.windowUs, ended.end?.stoppedEarly, ended.end?.invalidReasons],
    [9, true, [{ kind: 'noneSucceeded' }, { kind: '"x"' }, { kind: 'null' }]],
  );
});
