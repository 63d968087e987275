import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenOutcome, isError, OUTCOMES, TRANSPORT_ENDS } from '../../src/model/outcome.ts';

test('only success and an abort by the client are no errors', () => {
  assert.deepEqual(
    OUTCOMES.filter((outcome) => !isError(outcome)),
    ['ok', 'client_aborted'],
  );
});

test('a way in which a connection can end has its outcome', () => {
  const failed = TRANSPORT_ENDS.filter((end) => end !== 'complete').map(brokenOutcome);
  assert.deepEqual(failed, ['client_aborted', 'upstream_aborted', 'unreachable', 'timeout', 'incomplete']);
});
