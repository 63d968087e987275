import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../../../src/replay/engine/retry-after.ts';

test('Retry-After: seconds or a date after the answer’s own, of a 429 or 503 only', () => {
  const of = (status: number, value: string, date = 'Fri, 27 Nov 2026 10:00:00 GMT') =>
    retryAfterMs({ status, headers: ['Retry-After', value, 'Date', date] });
  assert.deepEqual([of(429, '3'), of(503, ' 0 '), of(200, '3'), of(500, '3')], [3_000, 0, null, null]);
  assert.equal(of(503, 'Fri, 27 Nov 2026 10:00:07 GMT'), 7_000);
  assert.equal(of(503, 'Fri, 27 Nov 2026 09:59:00 GMT'), 0);
  assert.deepEqual(
    ['soon', '-1', '1.5', ''].map((value) => of(429, value, 'x')),
    [null, null, null, null],
  );
  assert.equal(retryAfterMs({ status: 503, headers: [] }), null);
});
