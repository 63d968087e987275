import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type GenerationRequest,
  type Refusal,
  readGenerationRequest,
} from '../../src/simulate/generation-request.ts';
import { A40, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';

function read(body: unknown, api: 'chat' | 'completions' = 'chat'): GenerationRequest | Refusal {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readGenerationRequest(api, text, A40, 'deepseek-14b', 1);
}

function accepted(body: unknown, api: 'chat' | 'completions' = 'chat'): GenerationRequest {
  const request = read(body, api);
  if ('status' in request) throw new Error(request.message);
  return request;
}

function refused(body: unknown, api: 'chat' | 'completions' = 'chat'): Refusal {
  const refusal = read(body, api);
  assert.ok('status' in refusal, 'it was accepted');
  return refusal;
}

test('the reference request: 13 tokens in, exactly 50 out', () => {
  const request = accepted(REFERENCE_REQUEST);
  assert.deepEqual(
    [request.promptTokens, request.outputTokens, request.finishReason, request.stream],
    [13, 50, 'length', false],
  );
});

test('without a limit the length is drawn for the prompt: equal prompts, equal lengths', () => {
  const ask = (content: string): GenerationRequest => accepted({ messages: [{ role: 'user', content }] });
  assert.equal(ask('a').outputTokens, ask('a').outputTokens);
  assert.equal(ask('a').finishReason, 'stop');
  const lengths = new Set(Array.from({ length: 20 }, (_, i) => ask(`question ${i}`).outputTokens));
  assert.ok(lengths.size > 10);
});

test('max_completion_tokens wins over max_tokens; content parts and tool turns are read', () => {
  const messages = [
    { role: 'user', content: [{ type: 'text', text: 'one two' }] },
    { role: 'assistant', content: null, tool_calls: [] },
  ];
  const request = accepted({ messages, max_tokens: 9, max_completion_tokens: 4 });
  assert.equal(request.outputTokens, 4);
  assert.equal(request.prompt, 'one two\n');
});

test('plain completions take a text or token ids', () => {
  assert.equal(accepted({ prompt: 'one two', max_tokens: 1 }, 'completions').promptTokens, 2);
  assert.equal(accepted({ prompt: [[1, 2, 3]], max_tokens: 1 }, 'completions').promptTokens, 3);
  assert.equal(refused({ prompt: ['a', 'b'] }, 'completions').status, 400);
});

test('refusals: JSON, fields, model, length', () => {
  const messages = REFERENCE_REQUEST.messages;
  assert.equal(refused('{').status, 400);
  assert.equal(refused('[]').status, 400);
  assert.match(refused({}).message, /messages/);
  assert.match(refused({ messages, max_tokens: 0 }).message, /max_tokens must be at least 1, got 0/);
  assert.match(refused({ messages, stream_options: {} }).message, /stream=True/);
  assert.match(refused({ messages, n: 2 }).message, /n must be 1/);
  assert.deepEqual(refused({ messages, model: 'x' }), {
    status: 404,
    type: 'NotFoundError',
    message: 'The model `x` does not exist.',
  });
  assert.match(
    refused({ messages, max_tokens: 40_000 }).message,
    /maximum context length is 32768 tokens\. However, you requested 40013 tokens \(13 in the messages, 40000/,
  );
});
