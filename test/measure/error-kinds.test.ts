import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createErrorKinds } from '../../src/measure/error-kinds.ts';
import type { Result } from '../../src/model/result.ts';
import { sampleResult } from '../helpers/sample-runs.ts';

function kindsOf(results: readonly Partial<Result>[]) {
  const errors = createErrorKinds();
  for (const result of results) errors.add(sampleResult(result));
  return errors.kinds();
}

test('errors that look alike are counted together, the most frequent first', () => {
  const overloaded = { outcome: 'http_error', status: 503, error: 'overloaded' } as const;
  const cut = { outcome: 'upstream_aborted', status: 200, error: null } as const;
  assert.deepEqual(kindsOf([cut, overloaded, { outcome: 'ok' }, { outcome: 'client_aborted' }, overloaded]), [
    { ...overloaded, count: 2 },
    { ...cut, count: 1 },
  ]);
});

test('the same words under another status are another kind', () => {
  const error = 'busy';
  const kinds = kindsOf([429, 503].map((status) => ({ outcome: 'http_error', status, error })));
  assert.equal(kinds.length, 2);
});

test('ten kinds are kept, of each message its first line, of that the beginning', () => {
  const kinds = kindsOf(
    Array.from({ length: 40 }, (_, i) => ({ outcome: 'stream_error', error: `${i % 20}\nmore ${i}` })),
  );
  assert.equal(kinds.length, 10);
  assert.deepEqual(kinds[0], { outcome: 'stream_error', status: 200, error: '0', count: 2 });
  const [long] = kindsOf([{ outcome: 'timeout', error: 'x'.repeat(500) }]);
  assert.equal(long?.error, `${'x'.repeat(119)}…`);
});

test('messages that are all different do not fill the memory, and those that repeat are still counted', () => {
  const errors = createErrorKinds();
  for (let i = 0; i < 3_000; i++) {
    errors.add(sampleResult({ outcome: 'http_error', error: `request ${i} failed` }));
    errors.add(sampleResult({ outcome: 'http_error', error: 'busy' }));
  }
  assert.deepEqual(errors.kinds()[0]?.count, 3_000);
});
