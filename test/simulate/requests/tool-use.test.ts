import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTools } from '../../../src/simulate/requests/tool-use.ts';

const TOOLS = ['a', 'b'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object' } },
}));
const check = (body: object, dialect = 'v0.32') => checkTools(body as Record<string, unknown>, dialect, '');

test('tools may be called unless the request says otherwise', () => {
  assert.deepEqual(check({ tools: TOOLS }), {
    choice: 'auto',
    callable: [
      { name: 'a', parameters: { type: 'object' } },
      { name: 'b', parameters: { type: 'object' } },
    ],
    parallel: true,
    answered: false,
  });
  assert.equal(check({}), null);
  assert.equal(check({ tools: TOOLS, tool_choice: 'none' }), null);
});

test('a named tool is the only one that can be called', () => {
  const use = check({ tools: TOOLS, tool_choice: { function: { name: 'b' } }, parallel_tool_calls: false });
  assert.ok(use !== null && 'choice' in use);
  assert.deepEqual([use.choice, use.callable.map(({ name }) => name), use.parallel], ['named', ['b'], false]);
});

test('after a tool’s result the model has something to say itself', () => {
  const use = check({ tools: TOOLS, messages: [{ role: 'tool', content: '20 °C' }] });
  assert.ok(use !== null && 'choice' in use);
  assert.equal(use.answered, true);
});

test('what cannot be meant', () => {
  const kind = (body: object, dialect?: string): unknown => {
    const found = check(body, dialect);
    return found !== null && 'kind' in found ? found.kind : found;
  };
  assert.equal(kind({ tools: [] }), 'empty tools');
  assert.equal(kind({ tools: [] }, 'rust'), null);
  assert.equal(kind({ tool_choice: 'auto' }), 'tool choice without tools');
  assert.equal(kind({ tools: TOOLS, tool_choice: 'maybe' }), 'unknown tool choice');
  assert.equal(kind({ tools: TOOLS, tool_choice: { function: { name: 'c' } } }), 'unmatched tool choice');
});
