import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Output, plainOutput, streamOutput } from '../../../src/simulate/answers/output.ts';
import { planChoices } from '../../../src/simulate/answers/plan.ts';
import { parseFault } from '../../../src/simulate/faults/fault.ts';
import { streamDocuments } from '../../helpers/http-call.ts';
import { bodyOf, chunksOf, promptLater, rawAnswerOf } from '../../helpers/raw-answer.ts';
import { accepted, answerFacts } from '../../helpers/simulated-answer.ts';

const RULES = { seed: 1, reasoning: false } as const;
const CONTINUOUS = { stream: true, stream_options: { include_usage: true, continuous_usage_stats: true } };

interface Streamed {
  readonly answer: string;
  readonly aborted: number;
}

/** A stream that `drive` hands tokens to. */
async function streamed(
  body: object,
  drive: (output: Output) => void,
  more: { readonly fault?: string; readonly streamInterval?: number } = {},
): Promise<Streamed> {
  const request = accepted({ ...CONTINUOUS, max_tokens: 8, ...body });
  const fault = more.fault === undefined ? null : parseFault(more.fault);
  assert.ok(typeof fault !== 'string');
  let aborted = 0;
  const answer = await rawAnswerOf((response) => {
    const output = streamOutput({
      request,
      answerId: 'chatcmpl-1',
      facts: answerFacts(request),
      choices: planChoices(request, RULES),
      response,
      requestIdHeader: null,
      fault,
      streamInterval: more.streamInterval ?? 1,
      abort: () => {
        aborted += 1;
      },
      later: promptLater().later,
    });
    output.accepted();
    assert.equal(response.headersSent, true, 'the head leaves when the request is accepted');
    drive(output);
  });
  return { answer, aborted };
}

function inSteps(count: number, choices = 1): (output: Output) => void {
  return (output) => {
    for (let step = 0; step < count; step++) {
      for (let choice = 0; choice < choices; choice++) output.tokens(choice, 1);
    }
    output.answered();
  };
}

/** Tokens so far, as each event of a choice tells them. */
function totals(answer: string, index = 0): number[] {
  const events = streamDocuments(chunksOf(answer).join('')) as {
    choices: { index: number }[];
    usage: { completion_tokens: number };
  }[];
  return events
    .filter(({ choices }) => choices[0]?.index === index)
    .map(({ usage }) => usage.completion_tokens);
}

test('each token is an event, after the role and before usage and the end mark', async () => {
  const { answer } = await streamed({}, inSteps(8));
  assert.deepEqual(totals(answer), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.match(chunksOf(answer).at(-3) ?? '', /"choices":\[\],"usage":\{.*"completion_tokens":8/);
  assert.deepEqual(chunksOf(answer).slice(-2), ['data: [DONE]\n\n', '']);
});

test('tokens that come together are one event', async () => {
  const { answer } = await streamed({}, (output) => {
    output.tokens(0, 3);
    output.tokens(0, 5);
    output.answered();
  });
  assert.deepEqual(totals(answer), [0, 3, 8]);
});

test('an interval gathers; the first and the last never wait; the longer of server’s and request’s holds', async () => {
  const gathered = async (server: number, request: number) =>
    totals((await streamed({ stream_interval: request }, inSteps(8), { streamInterval: server })).answer);
  assert.deepEqual(await gathered(3, 1), [0, 1, 4, 7, 8]);
  assert.deepEqual(await gathered(1, 3), [0, 1, 4, 7, 8]);
});

test('choices are counted each for itself, and together at the end', async () => {
  const { answer } = await streamed({ n: 2, temperature: 1, max_tokens: 3 }, inSteps(3, 2));
  assert.deepEqual(
    [totals(answer, 0), totals(answer, 1)],
    [
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ],
  );
  assert.match(chunksOf(answer).at(-3) ?? '', /"completion_tokens":6/);
});

test('text that may begin a stop string is held back until it is known not to', async () => {
  const { answer } = await streamed({ stop: 'x'.repeat(500), max_tokens: 8 }, inSteps(8));
  const contents = chunksOf(answer).map((chunk) => /"content":"([^"]*)"/.exec(chunk)?.[1] ?? '');
  assert.deepEqual(
    contents.map((content) => content !== '').indexOf(true),
    contents.length - 4,
    'all of it with the last piece',
  );
});

test('a fault that ends the answer takes the request out of the batch', async () => {
  const cut = await streamed({}, inSteps(8), { fault: 'cut,after=3' });
  assert.ok(cut.aborted >= 1);
  assert.doesNotMatch(cut.answer, /\[DONE\]|"completion_tokens":4/);
  const dead = await streamed({}, inSteps(8), { fault: 'error-event,after=3' });
  assert.equal(dead.aborted, 1);
  assert.match(dead.answer, /"error": \{"message": "EngineCore/);
  const odd = await streamed({}, inSteps(8), { fault: 'content-type' });
  assert.deepEqual([odd.aborted, /content-type: text\/html/.test(odd.answer)], [0, true]);
});

/** A plain answer as sent; a fault is given as `--fault` takes it. */
function answered(fault: string | null, later = promptLater().later): Promise<string> {
  const request = accepted({ max_tokens: 6, n: 2, temperature: 1 });
  const parsed = fault === null ? null : parseFault(fault);
  assert.ok(typeof parsed !== 'string');
  return rawAnswerOf((response) => {
    const output = plainOutput({
      request,
      answerId: 'chatcmpl-1',
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
