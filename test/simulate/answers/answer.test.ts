import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { readAnswer } from '../../../src/chat/answers/read-answer.ts';
import { answerTiming, engineRequest } from '../../../src/simulate/answers/answer.ts';
import { planChoices } from '../../../src/simulate/answers/plan.ts';
import { eventually, httpCall, streamDocuments } from '../../helpers/http-call.ts';
import { rawAnswer } from '../../helpers/http-fixture.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';
import { accepted } from '../../helpers/simulated-answer.ts';

const fast = await quickSimulator();
const slow = await quickSimulator({ timeScale: 2 });
const chat = (base: URL): URL => new URL('/v1/chat/completions', base);
const JSON_POST = { method: 'POST', headers: { 'content-type': 'application/json' } };

async function gauge(base: URL, name: string): Promise<number> {
  const { text } = await httpCall(new URL('/metrics', base));
  return Number(new RegExp(`^${name}\\{[^}]*\\} (.*)$`, 'm').exec(text)?.[1]);
}

test('the reference request is answered with 766 bytes, head and body', async () => {
  const { rawHeaders, text } = await httpCall(chat(fast.url), REFERENCE_REQUEST);
  let head = 'HTTP/1.1 200 OK\r\n\r\n'.length;
  for (let i = 0; i < rawHeaders.length; i += 2) head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`.length;
  assert.equal(head + Buffer.byteLength(text), 766);
});

test('a stream is what our own reader calls a good answer of 50 tokens', async () => {
  const body = { ...REFERENCE_REQUEST, stream: true, stream_options: { include_usage: true } };
  const { status, rawHeaders, reads } = await httpCall(chat(fast.url), body);
  const figures = readAnswer(
    '/v1/chat/completions',
    rawAnswer({ status, headers: rawHeaders, chunks: reads }),
  );
  assert.equal(figures.outcome, 'ok');
  assert.equal(figures.completionTokens, 50);
  assert.equal(figures.tokenSource, 'usage');
  assert.equal(figures.finishReason, 'length');
});

test('streamed and plain answers to one prompt have the same text, and ids honour the header', async () => {
  const options = { headers: { 'X-Request-Id': 'mine' } };
  const plain = JSON.parse((await httpCall(chat(fast.url), REFERENCE_REQUEST, options)).text);
  assert.equal(plain.id, 'chatcmpl-mine');
  const { text } = await httpCall(chat(fast.url), { ...REFERENCE_REQUEST, stream: true });
  const pieces = streamDocuments(text) as { choices: { delta: { content: string } }[] }[];
  assert.equal(
    pieces.map(({ choices }) => choices[0]?.delta.content ?? '').join(''),
    plain.choices[0].message.content,
  );
});

test('all running requests get their token at the same instant', async () => {
  const instants = await Promise.all(
    [1, 2, 3].map(async () => {
      const call = request(chat(slow.url), JSON_POST);
      call.end(JSON.stringify({ ...REFERENCE_REQUEST, stream: true, max_tokens: 20 }));
      const [answer] = (await once(call, 'response')) as [IncomingMessage];
      const times: number[] = [];
      // On a busy machine one read holds several tokens.
      for await (const read of answer) {
        const now = performance.now();
        for (const _event of String(read).match(/^data:/gm) ?? []) times.push(now);
      }
      return times;
    }),
  );
  // They joined the batch one after another, so their n-th tokens differ: each token of the first stream is compared
  // with the nearest one of the others. Without a common step the median would be a quarter of a step.
  const [first = [], ...others] = instants.map((times) => times.slice(5, -2));
  const step = ((first.at(-1) ?? 0) - (first[0] ?? 0)) / (first.length - 1);
  for (const other of others) {
    const apart = first
      .slice(3, -3)
      .map((at) => Math.min(...other.map((time) => Math.abs(time - at))))
      .sort((a, b) => a - b);
    const median = apart[apart.length >> 1] ?? step;
    assert.ok(median < step / 10, `${median} ms apart at steps of ${step} ms`);
  }
});

test('a client that goes in prefill or in mid-stream leaves the batch', async () => {
  const call = (body: object): ReturnType<typeof request> => {
    const sent = request(chat(slow.url), JSON_POST);
    sent.on('error', () => undefined);
    sent.end(JSON.stringify({ ...REFERENCE_REQUEST, ...body, max_tokens: 10_000 }));
    return sent;
  };
  const plain = call({});
  const streamed = call({ stream: true });
  const [answer] = (await once(streamed, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  await once(answer, 'data');
  await eventually(async () => (await gauge(slow.url, 'vllm:num_requests_running')) === 2);
  plain.destroy();
  streamed.destroy();
  await eventually(async () => (await gauge(slow.url, 'vllm:num_requests_running')) === 0);
});

test('the counters agree with what was answered', async () => {
  const { url } = await quickSimulator();
  await httpCall(chat(url), REFERENCE_REQUEST);
  await httpCall(chat(url), { ...REFERENCE_REQUEST, stream: true });
  assert.equal(await gauge(url, 'vllm:prompt_tokens_total'), 26);
  assert.equal(await gauge(url, 'vllm:generation_tokens_total'), 100);
  assert.equal(await gauge(url, 'vllm:time_to_first_token_seconds_count'), 2);
  assert.equal(await gauge(url, 'vllm:e2e_request_latency_seconds_count'), 2);
});

const RULES = { seed: 1, reasoning: false } as const;
const BLOCK = 4;

function submitted(body: object) {
  const request = accepted(body, 'v0.32', 'completions');
  const [prompt] = request.prompts;
  assert.ok(prompt !== undefined);
  return engineRequest(request, prompt, planChoices(request, RULES), BLOCK);
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

test('a salt changes every hash', () => {
  const plain = submitted({ prompt: IDS, max_tokens: 1 }).promptBlocks;
  const salted = submitted({ prompt: IDS, max_tokens: 1, cache_salt: 's' }).promptBlocks;
  assert.equal(new Set([...plain, ...salted]).size, 4);
});

test('times are those of the client’s clock, from the first of each instant to the last token', () => {
  const timing = answerTiming(10);
  timing.note('queued', 1_000);
  timing.note('queued', 9_000);
  timing.note('scheduled', 51_000);
  timing.note('scheduled', 60_000);
  for (const atUs of [251_000, 351_000, 651_000]) timing.note('token', atUs);
  assert.deepEqual(timing.read(), { queueMs: 5, timeToFirstTokenMs: 20, generationMs: 40 });
});

test('what has not come yet takes no time', () => {
  const timing = answerTiming(1);
  timing.note('queued', 1_000);
  assert.deepEqual(timing.read(), { queueMs: 0, timeToFirstTokenMs: 0, generationMs: 0 });
});
