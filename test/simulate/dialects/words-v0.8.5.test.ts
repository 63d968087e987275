import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalV085 } from '../../../src/simulate/dialects/words-v0.8.5.ts';
import type { Problem, RangedField } from '../../../src/simulate/requests/problem.ts';
import { read } from '../../helpers/simulated-answer.ts';

const documentOf = (problems: readonly Problem[]) => JSON.parse(refusalV085(problems).body);

test('errors are flat', () => {
  assert.deepEqual(documentOf([{ kind: 'unknown model', model: 'x', served: 'm' }]), {
    object: 'error',
    message: 'The model `x` does not exist.',
    type: 'NotFoundError',
    param: null,
    code: 404,
  });
});

test('pydantic’s list is printed as Python prints it, places as tuples', () => {
  const problems = read({ max_tokens: 'x' }, 'v0.8.5') as readonly Problem[];
  assert.equal(
    documentOf(problems).message,
    "[{'type': 'int_parsing', 'loc': ('body', 'max_tokens'), 'msg': 'Input should be a valid integer, " +
      "unable to parse string as an integer', 'input': 'x'}]",
  );
  assert.equal(
    documentOf([{ kind: 'no body' }]).message,
    "[{'type': 'missing', 'loc': ('body',), 'msg': 'Field required', 'input': None}]",
  );
  assert.match(
    documentOf([{ kind: 'bad json', text: '{' }]).message,
    /'ctx': \{'error': 'Expecting property name/,
  );
});

test('a length that does not fit is told with its parts', () => {
  const tooLong = (maxTokens: number | null): string =>
    documentOf([{ kind: 'too long', promptTokens: 90, maxTokens, maxModelLen: 100 }]).message;
  assert.equal(
    tooLong(20),
    "This model's maximum context length is 100 tokens. However, you requested 110 tokens (90 in the messages, " +
      '20 in the completion). Please reduce the length of the messages or completion.',
  );
  assert.match(tooLong(null), /However, you requested 90 tokens in the messages, Please reduce/);
});

test('bounds are checked where the parameters are made; those of probabilities in the body’s own validator', () => {
  const message = (field: RangedField, value: number): string =>
    documentOf([{ kind: 'out of range', field, value }]).message;
  assert.equal(message('temperature', -1), 'temperature must be non-negative, got -1.0.');
  assert.equal(message('top_k', 0), 'top_k must be -1 (disable), or at least 1, got 0.');
  assert.equal(message('max_completion_tokens', 0), 'max_tokens must be at least 1, got 0.');
  assert.match(
    message('top_logprobs', -2),
    /^\[\{'type': 'value_error', 'loc': \('body',\), 'msg': 'Value error, `top_logprobs` must be a positive value\.'/,
  );
});

test('statuses', () => {
  const problems: readonly Problem[] = [
    { kind: 'unauthorized' },
    { kind: 'media type' },
    { kind: 'engine dead', api: 'chat' },
    { kind: 'queue full' },
    { kind: 'on demand', status: 502 },
    { kind: 'id under way', answerId: 'a' },
  ];
  assert.deepEqual(
    problems.map((problem) => refusalV085([problem]).status),
    [401, 415, 500, 503, 502, 400],
  );
  assert.equal(refusalV085([{ kind: 'engine dead', api: 'chat' }]).contentType, null);
  assert.equal(documentOf([{ kind: 'on demand', status: 502 }]).type, 'BadGateway');
});
