import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordingFilter } from '../../src/record/recording-filter.ts';

test('POSTs to the named paths are recorded, their query ignored; nothing else is', () => {
  const recorded = recordingFilter(['/v1/chat/completions', '/v1/messages']);
  for (const path of ['/v1/chat/completions', '/v1/messages?beta=true'])
    assert.equal(recorded('POST', path), true, path);
  for (const [method, path] of [
    ['GET', '/v1/chat/completions'],
    ['POST', '/v1/chat/completions/1'],
    ['POST', '/v1/completions'],
    ['POST', '/x?/v1/messages'],
    ['OPTIONS', '*'],
  ] as const) {
    assert.equal(recorded(method, path), false, `${method} ${path}`);
  }
});
