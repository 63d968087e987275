import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planChoices } from '../../../src/simulate/answers/plan.ts';
import { submissionOf } from '../../../src/simulate/answers/submission.ts';
import { accepted } from '../../helpers/simulated-answer.ts';

const RULES = { seed: 1, reasoning: false, dialect: 'v0.32' } as const;
const BLOCK = 4;

function submitted(body: object) {
  const request = accepted(body, 'v0.32', 'completions');
  const [prompt] = request.prompts;
  assert.ok(prompt !== undefined);
  return submissionOf(request, prompt, planChoices(request, RULES), BLOCK);
}

const IDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

test('only whole blocks are hashed: those of the prompt, then those that the answer fills', () => {
  const { promptTokens, promptBlocks, choices, maxTokens } = submitted({ prompt: IDS, max_tokens: 7 });
  assert.deepEqual([promptTokens, promptBlocks.length, maxTokens], [10, 2, 7]);
  assert.deepEqual(
    choices.map(({ outputTokens, finishReason, outputBlocks }) => [
      outputTokens,
      finishReason,
      outputBlocks?.length,
    ]),
    [[7, 'length', 2]],
  );
});

test('the answer’s blocks are those of a prompt that repeats it', () => {
  const body = { prompt: IDS, max_tokens: 6 };
  const request = accepted(body, 'v0.32', 'completions');
  const [choice] = planChoices(request, RULES);
  const answer = Array.from({ length: 6 }, (_, i) => choice?.script.token(i).id);
  const next = submitted({ prompt: [...IDS, ...answer], max_tokens: 1 });
  const first = submitted(body);
  assert.deepEqual(next.promptBlocks, [...first.promptBlocks, ...(first.choices[0]?.outputBlocks ?? [])]);
});

test('a salt changes every hash; probabilities of the prompt keep out of the cache', () => {
  const plain = submitted({ prompt: IDS, max_tokens: 1 }).promptBlocks;
  const salted = submitted({ prompt: IDS, max_tokens: 1, cache_salt: 's' }).promptBlocks;
  assert.equal(new Set([...plain, ...salted]).size, 4);
  assert.deepEqual(submitted({ prompt: IDS, max_tokens: 1, prompt_logprobs: 1 }).promptBlocks, []);
});
