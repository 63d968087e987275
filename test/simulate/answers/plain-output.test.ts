import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainOutput } from '../../../src/simulate/answers/plain-output.ts';
import { planChoices } from '../../../src/simulate/answers/plan.ts';
import { V032 } from '../../../src/simulate/dialects/v0.32.ts';
import { parseFault } from '../../../src/simulate/faults/fault.ts';
import { bodyOf, promptLater, rawAnswerOf } from '../../helpers/raw-answer.ts';
import { accepted, answerFacts } from '../../helpers/simulated-answer.ts';

const request = accepted({ max_tokens: 6, n: 2, temperature: 1 });
const RULES = { seed: 1, reasoning: false, dialect: 'v0.32' } as const;

/** The answer as sent; a fault is given as `--fault` takes it. */
function answered(fault: string | null, later = promptLater().later): Promise<string> {
  const parsed = fault === null ? null : parseFault(fault);
  assert.ok(typeof parsed !== 'string');
  return rawAnswerOf((response) => {
    const output = plainOutput({
      dialect: V032,
      facts: answerFacts(request),
      choices: planChoices(request, RULES),
      response,
      requestIdHeader: 'mine',
      fault: parsed,
      streamInterval: 1,
      abort: () => undefined,
      later,
    });
    output.accepted();
    output.tokens(0, 6);
    output.tokens(1, 6);
    assert.equal(response.headersSent, false, 'nothing leaves before the end');
    output.answered();
  });
}

test('the answer leaves at the end, all choices in it', async () => {
  const answer = await answered(null);
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*x-request-id: mine\r\n/);
  const { choices, usage } = JSON.parse(bodyOf(answer));
  assert.deepEqual([choices.length, usage.completion_tokens], [2, 12]);
});

test('the engine’s death is a 500', async () => {
  const answer = await answered('error-event');
  assert.match(answer, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
  assert.match(JSON.parse(bodyOf(answer)).error.message, /^EngineCore encountered an issue/);
});

test('other faults are made of the good answer', async () => {
  const { delays, later } = promptLater();
  const late = await answered('stall,ms=70', later);
  assert.deepEqual(delays, [70]);
  assert.equal(JSON.parse(bodyOf(late)).choices.length, 2);
  assert.match(await answered('content-type'), /content-type: text\/html/);
});
