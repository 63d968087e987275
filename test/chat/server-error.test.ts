import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverErrorMessage } from '../../src/chat/server-error.ts';

test('every shape of an error document gives its message', () => {
  const cases: [Record<string, unknown>, string | null][] = [
    [{ error: { message: 'm', type: 't', code: 400 } }, 'm'],
    [{ error: 'Unauthorized' }, 'Unauthorized'],
    [{ object: 'error', message: 'flat', code: 400 }, 'flat'],
    [{ detail: 'Not Found' }, 'Not Found'],
    [{ error: { code: 5 } }, '{"code":5}'],
    [{ error: null, choices: [] }, null],
    [{ choices: [], detail: 'x' }, null],
    [{ id: 'chatcmpl-1' }, null],
  ];
  for (const [document, message] of cases) assert.equal(serverErrorMessage(document), message);
});
