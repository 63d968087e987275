import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOKEN_SOURCES } from '../../src/model/completion.ts';

test('token sources stand best first', () => {
  assert.deepEqual(TOKEN_SOURCES, ['usage', 'continuous_usage', 'imported', 'chunks', 'none']);
});
