import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVER_STATE_KINDS } from '../../src/model/capture.ts';

test('server states are the closed list that tapes hold', () => {
  assert.deepEqual(SERVER_STATE_KINDS, ['version', 'models', 'metrics', 'server_info']);
});
