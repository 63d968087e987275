import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DamagedValueError } from '../../src/store/damaged-value-error.ts';
import { captureOfRow, type Row, runOfRow, stateOfRow } from '../../src/store/rows.ts';
import { RUN, RUN_END } from '../helpers/sample-records.ts';

const CAPTURE_ROW: Row = {
  id: 1,
  started_at_ms: 5,
  started_us: 0,
  ended_at_ms: null,
  upstream: 'http://127.0.0.1:8000',
  tool_version: '0.1.0',
  clean_close: 1,
  settings: '{"a":1}',
  redaction: '{}',
  ignored: 0,
  drops_queue_full: 0,
  drops_write_failed: 3,
};

const RUN_ROW: Row = {
  id: 1,
  label: 'a',
  target: 'http://127.0.0.1:8000',
  threads: 1,
  connections: 2,
  rate_per_sec: null,
  repeat: 1,
  started_at_ms: 5,
  started_us: 0,
  settings: JSON.stringify(RUN.settings),
  tool_version: '0.1.0',
  window_us: null,
};

const ENDED_ROW: Row = {
  ...RUN_ROW,
  window_us: 9,
  ended_us: 10,
  stopped_early: 1,
  health: JSON.stringify(RUN_END.health),
  invalid_reasons: '[{"kind":"noneSucceeded"},"x",null]',
};

test('columns become fields, flags become booleans, JSON is parsed', () => {
  const capture = captureOfRow(CAPTURE_ROW);
  assert.deepEqual(
    [capture.startedAtMs, capture.cleanClose, capture.settings, capture.drops],
    [5, true, { a: 1 }, { write_failed: 3 }],
  );
});

test('a run without a window has not ended', () => {
  assert.equal(runOfRow(RUN_ROW).end, null);
  const { end } = runOfRow(ENDED_ROW);
  assert.deepEqual(
    [end?.windowUs, end?.stoppedEarly, end?.invalidReasons],
    [9, true, [{ kind: 'noneSucceeded' }, { kind: '"x"' }, { kind: 'null' }]],
  );
});

test('settings that older runs do not have are what they then were', () => {
  const { select, limit, model, stream, usage, ...older } = RUN.settings;
  const { settings } = runOfRow({ ...RUN_ROW, settings: JSON.stringify(older) });
  assert.deepEqual([settings.select, settings.limit, settings.stream], [[], null, 'keep']);
});

test('a value that no tape of ours has is refused with its name', () => {
  const cases: readonly (readonly [Row, RegExp])[] = [
    [{ connections: 2 ** 31 - 1 }, /^connections of a run is 2147483647$/],
    [{ threads: 0 }, /^threads of a run/],
    [{ label: null }, /^label of a run is null$/],
    [{ started_at_ms: 9e18 }, /^started_at_ms of a run/],
    [{ settings: '{' }, /"\{" is no JSON/],
    [{ settings: 'null' }, /^settings is null$/],
    [
      { settings: JSON.stringify({ ...RUN.settings, load: { kind: 'half' } }) },
      /^load of settings is \{"kind":"half"\}$/,
    ],
    [{ health: JSON.stringify({ ...RUN_END.health, drainMs: 'x' }) }, /^drainMs of health is "x"$/],
    [{ ended_us: null }, /^ended_us of a run is null$/],
  ];
  for (const [change, words] of cases) {
    assert.throws(
      () => runOfRow({ ...ENDED_ROW, ...change }),
      (error) => error instanceof DamagedValueError && words.test(error.message),
    );
  }
  assert.throws(
    () => captureOfRow({ ...CAPTURE_ROW, ignored: -1 }),
    /^DamagedValueError: ignored of a capture is -1$/,
  );
  const state = { edge: 'start', kind: 'version', taken_at_ms: 1, status: null, body_id: 1 };
  assert.equal(stateOfRow(state).bodyId, 1);
  assert.throws(
    () => stateOfRow({ ...state, body_id: 'x' }),
    /^DamagedValueError: body_id of a state is "x"$/,
  );
});
