import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanningRules } from '../../../src/simulate/answers/write-script.ts';
import { writeScript } from '../../../src/simulate/answers/write-script.ts';
import type { Script, ScriptToken } from '../../../src/simulate/texts/script.ts';
import { accepted } from '../../helpers/simulated-answer.ts';

const RULES: PlanningRules = { seed: 1, reasoning: false, dialect: 'v0.32' };
const tool = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
const TOOLS = [tool('a'), tool('b')];

function written(body: object, seed = 1, rules: Partial<PlanningRules> = {}): Script {
  return writeScript(accepted(body), 'one two', seed, { ...RULES, ...rules });
}

function tokensOf(script: Script): ScriptToken[] {
  return Array.from({ length: script.length ?? 200 }, (_, i) => script.token(i));
}

const calledNames = (script: Script): string[] =>
  tokensOf(script).flatMap(({ part }) => (part.kind === 'call' ? [part.name] : []));

test('prose goes on as far as a limit or ignore_eos wants, and ends by itself otherwise', () => {
  assert.equal(written({ max_tokens: 5 }).length, null);
  assert.equal(written({ ignore_eos: true }).length, null);
  const lengths = Array.from({ length: 400 }, (_, seed) => written({}, seed).length ?? 0);
  const median = lengths.sort((a, b) => a - b)[200] ?? 0;
  assert.ok(median > 150 && median < 215, `${median} tokens`);
  assert.ok((written({ min_tokens: 700 }).length ?? 0) >= 700);
});

test('the language is that of the prompt', () => {
  const script = writeScript(accepted({ max_tokens: 9 }), '写一个', 1, RULES);
  assert.match(script.token(0).text, /\p{Script=Han}/u);
});

test('a model thinks when the server’s does or the request asks for it, chats alone', () => {
  const thinks = (script: Script): boolean => script.token(0).part.kind === 'reasoning';
  const asked = { chat_template_kwargs: { enable_thinking: true } };
  assert.equal(thinks(written({ max_tokens: 90 })), false);
  assert.equal(thinks(written({ max_tokens: 90, ...asked })), true);
  assert.equal(thinks(written({ max_tokens: 90 }, 1, { reasoning: true })), true);
  assert.equal(thinks(written({ max_tokens: 90, reasoning_effort: 'none' }, 1, { reasoning: true })), false);
  const plain = accepted({ max_tokens: 90 }, 'v0.32', 'completions');
  assert.equal(thinks(writeScript(plain, 'x', 1, { ...RULES, reasoning: true })), false);
});

test('thinking leaves room for an answer', () => {
  for (let seed = 0; seed < 50; seed++) {
    const script = written({ max_tokens: 40 }, seed, { reasoning: true });
    const kinds = Array.from({ length: 40 }, (_, i) => script.token(i).part.kind);
    const thought = kinds.filter((kind) => kind === 'reasoning').length;
    assert.ok(thought >= 1 && thought <= 24, `${thought} of 40`);
  }
});

test('tools are called, each of them by some seed, and now and then two', () => {
  const called = Array.from({ length: 60 }, (_, seed) =>
    calledNames(written({ tools: TOOLS, max_tokens: 99 }, seed)),
  );
  const counts = ['a', 'b', 'a,b', 'b,a'].map((names) => called.filter((one) => one.join() === names).length);
  assert.ok(
    counts.every((count) => count > 0),
    `${counts}`,
  );
  const single = Array.from({ length: 60 }, (_, seed) =>
    calledNames(written({ tools: TOOLS, parallel_tool_calls: false }, seed)),
  );
  assert.ok(single.every((names) => names.length === 1));
});

test('after a tool’s result the model speaks, unless it must call', () => {
  const messages = [
    { role: 'user', content: 'x' },
    { role: 'tool', content: '1', tool_call_id: 'a' },
  ];
  assert.deepEqual(calledNames(written({ messages, tools: TOOLS, max_tokens: 50 })), []);
  assert.notDeepEqual(calledNames(written({ messages, tools: TOOLS, tool_choice: 'required' })), []);
});

test('0.8.5 writes forced calls without marks', () => {
  const first = (choice: unknown, dialect: 'v0.8.5' | 'v0.32'): string =>
    writeScript(accepted({ tools: TOOLS, tool_choice: choice }), 'x', 1, { ...RULES, dialect }).token(0).text;
  const named = { type: 'function', function: { name: 'a' } };
  assert.equal(first('auto', 'v0.8.5'), '<tool_call>');
  assert.match(first('required', 'v0.8.5'), /^\[/);
  assert.match(first(named, 'v0.8.5'), /^\{/);
  assert.equal(first(named, 'v0.32'), '<tool_call>');
});
