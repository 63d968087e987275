import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isError, OUTCOMES, TRANSPORT_ENDS } from '../../src/model/outcome.ts';

test('only success and an abort by the client are no errors', () => {
  assert.deepEqual(
    OUTCOMES.filter((outcome) => !isError(outcome)),
    ['ok', 'client_aborted'],
  );
});

test('every way a transport can fail is an outcome of its own', () => {
  const words: readonly string[] = OUTCOMES;
  assert.deepEqual(
    TRANSPORT_ENDS.filter((end) => end !== 'complete' && !words.includes(end)),
    [],
  );
});
