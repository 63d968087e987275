import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalRust } from '../../../src/simulate/dialects/words-rust.ts';
import type { Problem } from '../../../src/simulate/requests/problem.ts';
import { read } from '../../helpers/simulated-answer.ts';

const errorOf = (problems: readonly Problem[]) => JSON.parse(refusalRust(problems).body).error;

test('of several wrong fields the one that comes first in the text is told', () => {
  const body = '{"stream":"maybe","max_tokens":"x","messages":[{"role":"user","content":"x"}]}';
  const problems = read(body, 'rust') as readonly Problem[];
  assert.equal(problems.length, 2);
  const { message, code, param } = errorOf(problems);
  assert.match(message, /^Failed to deserialize the JSON body into the target type: stream: invalid type/);
  assert.deepEqual([code, param], ['json_parse_error', null]);
});

test('text that is no JSON is told with its path and place', () => {
  assert.equal(
    errorOf([{ kind: 'bad json', text: '{"model":}' }]).message,
    'Failed to parse the request body as JSON: model: expected value at line 1 column 10',
  );
  assert.equal(
    errorOf([{ kind: 'no body' }]).message,
    'Failed to parse the request body as JSON: EOF while parsing a value at line 1 column 0',
  );
});

test('status, type, code and parameter go together', () => {
  const cases: readonly (readonly [Problem, readonly unknown[]])[] = [
    [
      { kind: 'unknown model', model: 'x', served: 'm' },
      [404, 'invalid_request_error', 'model_not_found', 'model'],
    ],
    [{ kind: 'queue full' }, [503, 'server_error', 'server_error', null]],
    [{ kind: 'engine dead', api: 'completions' }, [500, 'server_error', 'server_error', null]],
    [{ kind: 'on demand', status: 429 }, [429, 'invalid_request_error', 'invalid_request_error', null]],
    [{ kind: 'more than one choice' }, [400, 'invalid_request_error', 'invalid_request_error', 'n']],
    [{ kind: 'body too large' }, [400, 'invalid_request_error', 'json_parse_error', null]],
  ];
  for (const [problem, expected] of cases) {
    const { type, code, param } = errorOf([problem]);
    assert.deepEqual([refusalRust([problem]).status, type, code, param], expected, problem.kind);
  }
});

test('without a key the error is a word', () => {
  const { status, body } = refusalRust([{ kind: 'unauthorized' }]);
  assert.deepEqual([status, body], [401, '{"error":"Unauthorized"}']);
});
