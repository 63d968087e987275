import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEmpty, readUsage, serverErrorMessage } from '../../../src/chat/answers/stream-event.ts';

test('usage of chat completions and of responses, with and without cache details', () => {
  const cases: readonly (readonly [object, readonly (number | null)[]])[] = [
    [{ prompt_tokens: 7, completion_tokens: 6, total_tokens: 13 }, [7, 6, null]],
    [{ prompt_tokens: 7, prompt_tokens_details: { cached_tokens: 4 } }, [7, null, 4]],
    [{ input_tokens: 3, output_tokens: 2, input_tokens_details: { cached_tokens: 1 } }, [3, 2, 1]],
  ];
  for (const [value, counts] of cases) {
    const usage = readUsage(value);
    assert.deepEqual([usage?.promptTokens, usage?.completionTokens, usage?.cachedTokens], counts);
  }
});

test('a count that is not a whole number is dropped alone; a prompt of zero tokens counts as unknown', () => {
  const usage = readUsage({ prompt_tokens: 5.5, completion_tokens: 2 });
  assert.deepEqual([usage?.promptTokens, usage?.completionTokens], [null, 2]);
  assert.equal(readUsage({ prompt_tokens: 0, completion_tokens: 2 })?.promptTokens, null);
  for (const count of [-1, 2.25, 1e300, '3', null]) {
    assert.equal(readUsage({ prompt_tokens: 5, completion_tokens: count })?.completionTokens, null);
  }
});

test('an object without a count is not usage', () => {
  for (const value of [null, undefined, {}, [], { prompt_tokens: 'x' }]) assert.equal(readUsage(value), null);
});

test('every shape of an error document gives its message', () => {
  const cases: readonly (readonly [Record<string, unknown>, string | null])[] = [
    [{ error: { message: 'm', type: 't', code: 400 } }, 'm'],
    [{ error: { details: 'm', code: 400 } }, 'm'],
    [{ error: { message: { message: 'm' } } }, 'm'],
    [{ error: 'Unauthorized' }, 'Unauthorized'],
    [{ error: 'Bad Gateway', message: 'no host', statusCode: 502 }, 'Bad Gateway: no host'],
    [{ object: 'error', message: 'flat', code: 400 }, 'flat'],
    [{ type: 'error', code: 'x', message: 'flat', param: null }, 'flat'],
    [{ detail: 'Not Found' }, 'Not Found'],
    [{ detail: [{ loc: ['body'], msg: 'm' }] }, '[{"loc":["body"],"msg":"m"}]'],
    [{ error: { code: 5 } }, '{"code":5}'],
    [{ error: null, choices: [] }, null],
    [{ error: { message: null, code: null }, choices: [] }, null],
    [{ error: '', choices: [] }, null],
    [{ choices: [], detail: 'x' }, null],
    [{ id: 'chatcmpl-1' }, null],
  ];
  for (const [document, message] of cases) {
    assert.equal(serverErrorMessage(document), message, JSON.stringify(document));
  }
});

test('nothing but nulls is empty, however deep; a number is something', () => {
  for (const value of [null, undefined, '', false, [], {}, [{ a: null }], { a: { b: [''] } }]) {
    assert.equal(isEmpty(value), true, JSON.stringify(value));
  }
  for (const value of ['a', 0, [0], { a: [{ b: 'x' }] }]) assert.equal(isEmpty(value), false);
});
