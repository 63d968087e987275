import assert from 'node:assert/strict';
import { choiceOutput, type OutputPiece } from '../../src/simulate/answers/choice-output.ts';
import { planChoices } from '../../src/simulate/answers/plan.ts';
import type { AnswerFacts } from '../../src/simulate/apis/api-format.ts';
import { FORMATS } from '../../src/simulate/apis/formats.ts';
import { DEFAULT_FLAGS, type Dialect } from '../../src/simulate/dialect.ts';
import type { Api, GenerationRequest, Problem } from '../../src/simulate/requests/generation-request.ts';
import { readGenerationRequest } from '../../src/simulate/requests/read-request.ts';

/** A server for tests: a small context, a model called `m`. */
export function readingRules(dialect: Dialect) {
  return { model: 'm', maxModelLen: 1_000, dialect, toolCallParser: true };
}

const MESSAGES = [{ role: 'user', content: 'one two' }];

/** What a body of each API has at least. */
const FILLED: Readonly<Record<Api, object>> = {
  chat: { messages: MESSAGES },
  completions: { prompt: 'one two' },
  responses: { input: 'one two' },
  messages: { messages: MESSAGES, max_tokens: 20 },
};

/** What a body is read as, what it needs filled in; a text is read as it is. */
export function read(
  body: object | string,
  dialect: Dialect = 'v0.32',
  api: Api = 'chat',
): GenerationRequest | Problem {
  const filled = FILLED[api];
  const text = typeof body === 'string' ? body : JSON.stringify({ ...filled, ...body });
  return readGenerationRequest(api, text, readingRules(dialect));
}

export function accepted(body: object, dialect: Dialect = 'v0.32', api: Api = 'chat'): GenerationRequest {
  const request = read(body, dialect, api);
  assert.ok('api' in request, `refused: ${JSON.stringify(request)}`);
  return request;
}

/** Why a body is refused. */
export function refused(body: object | string, dialect: Dialect = 'v0.32', api: Api = 'chat'): Problem {
  const problem = read(body, dialect, api);
  assert.ok(!('api' in problem), 'it was accepted');
  return problem;
}

/** Status, field at fault, and whether parsing found it. */
export function refusedParam(...asked: Parameters<typeof refused>): unknown {
  const { status, param, parsing } = refused(...asked);
  return [status, param, parsing];
}

export function answerFacts(request: GenerationRequest, changes: Partial<AnswerFacts> = {}): AnswerFacts {
  return {
    dialect: 'v0.32',
    id: `${FORMATS[request.api].idPrefix}1`,
    created: 1_745_900_000,
    request,
    flags: DEFAULT_FLAGS,
    fingerprint: 'vllm-0.32.0-00000001',
    blockSize: 16,
    cachedTokens: () => 0,
    timing: () => ({ timeToFirstTokenMs: 10, generationMs: 20, queueMs: 1 }),
    ...changes,
  };
}

/** Each choice of an answer as one piece. */
export function wholePieces(request: GenerationRequest, reasoning = false): readonly OutputPiece[] {
  const choices = planChoices(request, { seed: 1, reasoning });
  return choices.map((choice) => choiceOutput(choice, 0).take(choice.outputTokens));
}

/** The plain answer to a body, parsed. */
export function plainAnswer(
  body: object,
  dialect: Dialect,
  api: Api = 'chat',
  changes: Partial<AnswerFacts> = {},
  reasoning = false,
) {
  const request = accepted(body, dialect, api);
  const facts = answerFacts(request, { dialect, ...changes });
  return JSON.parse(FORMATS[api].body(facts, wholePieces(request, reasoning)));
}

/** All events of an answer that comes token by token, as they are written. */
export function streamedTexts(facts: AnswerFacts): readonly string[] {
  const { request, flags } = facts;
  const rules = { seed: 1, reasoning: flags.reasoningParser };
  const events = FORMATS[request.api].events(facts);
  const texts = [...events.opening(), ...events.first()];
  let totalTokens = 0;
  let reasoningTokens = 0;
  for (const choice of planChoices(request, rules)) {
    const output = choiceOutput(choice, 0);
    for (let i = 0; i < choice.outputTokens; i++) {
      const piece = output.take(1);
      texts.push(...events.piece(piece));
      totalTokens += 1;
      if (piece.finish !== null) reasoningTokens += piece.reasoningTokens;
    }
  }
  texts.push(...events.closing({ totalTokens, reasoningTokens }));
  return texts;
}

/** The same for chats and plain completions, `data: ` and the line ends taken off. */
export function streamedEvents(facts: AnswerFacts): readonly string[] {
  return streamedTexts(facts).map((text) => {
    assert.match(text, /^data: [^\n]+\n\n$/);
    return text.slice('data: '.length, -2);
  });
}
