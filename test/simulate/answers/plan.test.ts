import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceOutput } from '../../../src/simulate/answers/choice-output.ts';
import {
  type PlannedChoice,
  type PlanningRules,
  planChoices,
  writeScript,
} from '../../../src/simulate/answers/plan.ts';
import type { Script, ScriptToken } from '../../../src/simulate/texts/script.ts';
import { accepted } from '../../helpers/simulated-answer.ts';

const RULES = { seed: 1, reasoning: false } as const;

function plan(body: object, api: 'chat' | 'completions' = 'chat', rules: typeof RULES = RULES) {
  return planChoices(accepted(body, 'v0.32', api), rules);
}

const textOf = (choice: PlannedChoice | undefined): string =>
  choice === undefined ? '' : choiceOutput(choice, 0).take(choice.outputTokens).content;

test('a limit is the length; without one equal prompts have equal lengths and a natural end', () => {
  const [limited] = plan({ max_tokens: 40 });
  assert.deepEqual([limited?.outputTokens, limited?.finish.reason], [40, 'length']);
  const [one, other] = [plan({})[0], plan({})[0]];
  assert.deepEqual([one?.outputTokens, one?.finish.reason], [other?.outputTokens, 'stop']);
  assert.equal(textOf(one), textOf(other));
  const lengths = new Set(Array.from({ length: 8 }, (_, seed) => plan({ seed })[0]?.outputTokens));
  assert.ok(lengths.size > 4, `${[...lengths]}`);
});

test('each choice of each prompt has a different text, by the seed of the request or the server', () => {
  const choices = plan({ prompt: ['a', 'b'], n: 2, temperature: 1, max_tokens: 9 }, 'completions');
  assert.deepEqual(
    choices.map(({ index }) => index),
    [0, 1, 2, 3],
  );
  assert.equal(new Set(choices.map(textOf)).size, 4);
  const seeded = textOf(plan({ max_tokens: 9, seed: 5 })[0]);
  assert.equal(textOf(planChoices(accepted({ max_tokens: 9 }), { ...RULES, seed: 5 })[0]), seeded);
  assert.notEqual(textOf(plan({ max_tokens: 9 })[0]), seeded);
});

test('the first stop string ends the answer within the token that completes it', () => {
  const whole = textOf(plan({ max_tokens: 60 })[0]);
  const word = whole.slice(20, 24);
  const at = whole.indexOf(word);
  const [stopped] = plan({ max_tokens: 60, stop: ['never there', word] });
  assert.equal(textOf(stopped), whole.slice(0, at));
  assert.deepEqual(stopped?.finish, { reason: 'stop', stopReason: word });
  const [included] = plan({ max_tokens: 60, stop: word, include_stop_str_in_output: true });
  assert.equal(textOf(included), whole.slice(0, at + word.length));
  assert.equal(included?.outputTokens, stopped?.outputTokens);
  assert.equal(textOf(plan({ max_tokens: 60, stop: 'never there' })[0]), whole);
});

test('before min_tokens nothing stops', () => {
  const [first] = plan({ max_tokens: 60, stop: 'e' });
  const [later] = plan({ max_tokens: 60, stop: 'e', min_tokens: 30 });
  assert.ok((first?.outputTokens ?? 99) < 30);
  assert.ok((later?.outputTokens ?? 0) > 30);
});

test('a token id stops as well', () => {
  const [whole] = plan({ max_tokens: 20 });
  const id = whole?.script.token(7).id ?? 0;
  const [stopped] = plan({ max_tokens: 20, stop_token_ids: [id] });
  assert.deepEqual(stopped?.finish, { reason: 'stop', stopReason: id });
  assert.ok((stopped?.outputTokens ?? 99) <= 8);
});

test('JSON ends where it ends, or is cut by the limit', () => {
  const response_format = { type: 'json_object' };
  const [whole] = plan({ response_format, max_tokens: 900 });
  assert.equal(whole?.finish.reason, 'stop');
  assert.equal(typeof JSON.parse(textOf(whole)), 'object');
  const [cut] = plan({ response_format, max_tokens: 1 });
  assert.deepEqual([cut?.outputTokens, cut?.finish.reason], [1, 'length']);
});

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

test('prose continues up to a limit or with ignore_eos, and ends by itself otherwise', () => {
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
