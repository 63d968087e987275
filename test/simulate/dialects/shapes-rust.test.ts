import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ShapeProblem, shapeMessage } from '../../../src/simulate/dialects/shapes-rust.ts';
import { read } from '../../helpers/simulated-answer.ts';

/** serde's words for a body of the wrong shape. */
function shape(text: string): string {
  const [problem] = read(text, 'rust') as readonly ShapeProblem[];
  assert.ok(problem !== undefined);
  return shapeMessage(problem);
}

const MESSAGES = '"messages":[{"role":"user","content":"x"}]';

test('what was found and what was expected, at the place where reading it ended', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{"max_tokens":"x"}', 'max_tokens: invalid type: string "x", expected u32 at line 1 column 17'],
    [
      '{"stream_interval":0}',
      'stream_interval: invalid value: integer `0`, expected a nonzero u32 at line 1 column 20',
    ],
    [
      '{"max_tokens":1.5}',
      'max_tokens: invalid type: floating point `1.5`, expected u32 at line 1 column 17',
    ],
    ['{"stream":7}', 'stream: invalid type: integer `7`, expected a boolean at line 1 column 11'],
    [
      '{"stop":{}}',
      'stop: data did not match any variant of untagged enum StringOrArray at line 1 column 10',
    ],
  ];
  for (const [text, message] of cases) {
    const filled = text.replace(/\}$/, `,${MESSAGES}}`);
    assert.equal(shape(filled), message);
  }
});

test('bodies that are no objects', () => {
  assert.equal(
    shape('[1,2]'),
    'invalid length 2, expected struct ChatCompletionRequest with 63 elements at line 1 column 5',
  );
  assert.equal(
    shape('7'),
    'invalid type: integer `7`, expected struct ChatCompletionRequest at line 1 column 1',
  );
});

test('a missing field, an unknown variant, a tool choice that is none, no schema', () => {
  assert.equal(shape('{}'), 'missing field `messages` at line 1 column 2');
  assert.match(
    shape(`{${MESSAGES},"response_format":{"type":"xml"}}`),
    /^response_format.*: unknown variant `xml`, expected one of `\w+`(, `\w+`)+ at line 1 column \d+$/,
  );
  assert.match(
    shape(`{${MESSAGES},"tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":"maybe"}`),
    /^tool_choice: data did not match any variant of untagged enum ToolChoice at line 1 column \d+$/,
  );
  assert.match(
    shape(`{${MESSAGES},"response_format":{"type":"json_schema"}}`),
    /^response_format: missing field `json_schema` at line 1 column \d+$/,
  );
});
