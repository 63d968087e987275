import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordedColumns } from '../../../src/compare/session/recorded-columns.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { writeTape } from '../../helpers/written-tape.ts';

test('by position of the plan, from arrival; what did not end ok, or is not known, is empty', () => {
  const path = join(tempFolder(), 'tape.sqlite');
  writeTape(path, [{}, { answer: { outcome: 'http_error' } }]);
  const tape = openTape(path);
  const exchanges = new Map([...tape.exchanges()].map((exchange) => [exchange.id, exchange]));
  tape.close();
  const [first] = exchanges.values();
  const { e2elMs } = recordedColumns([2, 1, undefined, 99, 1], exchanges);
  const whole = ((first?.finishedUs ?? 0) - (first?.arrivedUs ?? 0)) / 1e3;
  assert.ok(whole > 0);
  assert.deepEqual([...e2elMs], [Number.NaN, whole, Number.NaN, Number.NaN, whole]);
});
