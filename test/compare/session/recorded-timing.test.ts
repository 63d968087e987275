import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedTiming } from '../../../src/compare/session/recorded-timing.ts';
import { sampleColumns } from '../../helpers/sample-pairs.ts';

test('the median request against itself on the tape, over runs', () => {
  const recorded = sampleColumns();
  recorded.ttftMs.fill(Number.NaN, 0, 10);
  const timing = recordedTiming(
    recorded,
    [1.9, 2, 2.1].map((scale) => sampleColumns(scale)),
  );
  assert.deepEqual(
    timing.map(({ key, requests, runs }) => [key, requests, runs]),
    [
      ['e2el', 40, 3],
      ['ttft', 30, 3],
      ['tpot', 40, 3],
    ],
  );
  const [{ ratio, low, high } = assert.fail()] = timing;
  assert.ok(Math.abs(ratio - Math.cbrt(1.9 * 2 * 2.1)) < 1e-9);
  assert.ok(low !== null && high !== null && low < 1.9 && high > 2.1);
});

test('below three runs no interval; what the tape does not have is left out', () => {
  const recorded = sampleColumns();
  recorded.tpotMs.fill(Number.NaN);
  const timing = recordedTiming(recorded, [sampleColumns(1.5)]);
  assert.deepEqual(
    timing.map(({ key, low }) => [key, low]),
    [
      ['e2el', null],
      ['ttft', null],
    ],
  );
  assert.deepEqual(recordedTiming(recorded, []), []);
});
