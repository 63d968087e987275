import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceOutput } from '../../../src/simulate/answers/choice-output.ts';
import { type PlannedChoice, planChoices } from '../../../src/simulate/answers/plan.ts';
import { accepted } from '../../helpers/simulated-answer.ts';

const RULES = { seed: 1, reasoning: false, dialect: 'v0.32' } as const;

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

test('each choice of each prompt says something of its own, the seed being the request’s or the server’s', () => {
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

test('an echo alone takes one token that is not told', () => {
  const [choice] = plan({ echo: true, max_tokens: 0 }, 'completions');
  assert.deepEqual([choice?.outputTokens, choice?.finish.reason, textOf(choice)], [1, 'length', '']);
});
