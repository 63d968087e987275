import type { OutputPiece } from '../answers/choice-output.ts';
import {
  chunkHead,
  completionTokens,
  continuousUsage,
  DONE,
  finalUsageAsked,
  promptOf,
  promptTokens,
  tokenCounts,
} from './answer-parts.ts';
import type { AnswerFacts, AnswerTotals, Dialect, EventTexts } from './dialect.ts';
import { chatLogprobs, completionLogprobs, promptLogprobs, RUST_LOGPROBS } from './logprobs-json.ts';
import { finishReason, randomHex, wholeCalls } from './python-parts.ts';
import { refusalRust } from './words-rust.ts';

/** vLLM 0.32's Rust front end: no nulls in a stream, the role when the request begins, the finish on a chunk of its own. */
export const RUST: Dialect = {
  name: 'rust',
  heads: { server: 'hyper', varyOrigin: false, eventStreamType: 'text/event-stream' },
  version: '{"version":"0.32.0","rust_frontend_version":"0.32.0"}',
  maxBodyBytes: 32 * 2 ** 20,
  newId: () => randomHex(8),
  events: (facts) => (facts.request.api === 'chat' ? chatEvents(facts) : completionEvents(facts)),
  body: (facts, pieces) => (facts.request.api === 'chat' ? chatBody : completionBody)(facts, pieces),
  refusal: refusalRust,
  models(model, maxModelLen, created) {
    const card = {
      id: model,
      object: 'model',
      created,
      owned_by: 'vllm-frontend-rs',
      root: model,
      parent: null,
    };
    return JSON.stringify({ object: 'list', data: [{ ...card, max_model_len: maxModelLen }] });
  },
  tokenized: (tokens, maxModelLen, strings) =>
    JSON.stringify({ count: tokens.length, max_model_len: maxModelLen, tokens, token_strs: strings }),
};

const FAILURE =
  'data: {"error":{"message":"engine-core error: engine core reported fatal failure","type":"server_error",' +
  '"param":null,"code":"server_error"}}\n\n';

const toolCallId = (): string => `call_${randomHex(24)}`;

function chatEvents(facts: AnswerFacts): EventTexts {
  const { request } = facts;
  const head = chunkHead(facts);
  const prompt = promptTokens(facts);
  const continuous = continuousUsage(facts);
  const chunk = (delta: string, rest: string, piece: UsedTokens, after = ''): string => {
    const usage = continuous ? `,"usage":${JSON.stringify(usageOf(prompt, piece, null))}` : '';
    return `${head}"choices":[{"index":0,"delta":${delta}${rest}}]${usage}${after}}\n\n`;
  };
  const none = { totalTokens: 0, reasoningTokens: 0 };

  return {
    opening() {
      const ids = request.returnTokenIds
        ? `,"prompt_token_ids":${JSON.stringify(promptOf(facts, 0).tokens)}`
        : '';
      const role = chunk('{"role":"assistant"}', '', none, ids);
      return request.echo === ''
        ? [role]
        : [role, chunk(`{"content":${JSON.stringify(request.echo)}}`, '', none)];
    },
    first: () => [],
    piece(piece) {
      const delta = chatDelta(piece, request.includeReasoning);
      const shown = delta !== null || request.logprobs !== null || request.returnTokenIds;
      const logprobs =
        request.logprobs === null ? '' : `,"logprobs":${chatLogprobs(request, piece, RUST_LOGPROBS)}`;
      const ids = request.returnTokenIds ? `,"token_ids":${idsOf(piece)}` : '';
      return [
        ...(shown ? [chunk(delta ?? '{}', `${logprobs}${ids}`, piece)] : []),
        ...(piece.finish === null ? [] : [chunk('{}', finished(facts, piece), piece)]),
      ];
    },
    closing: (totals) => [...finalUsage(facts, head, totals), DONE],
    failure: () => [FAILURE, DONE],
  };
}

/** What a piece says; null when it says nothing, be it half a character. */
function chatDelta(piece: OutputPiece, withReasoning: boolean): string | null {
  const { content, reasoning, calls } = piece;
  const parts = [
    ...(content === '' ? [] : [`"content":${JSON.stringify(content)}`]),
    ...(reasoning === '' || !withReasoning ? [] : [`"reasoning":${JSON.stringify(reasoning)}`]),
    ...(calls.length === 0 ? [] : [`"tool_calls":${JSON.stringify(calls.map(callDelta))}`]),
  ];
  return parts.length === 0 ? null : `{${parts}}`;
}

function callDelta({ call, name, arguments: text }: OutputPiece['calls'][number]): object {
  return name === null
    ? { index: call, function: { arguments: text } }
    : { index: call, id: toolCallId(), type: 'function', function: { name } };
}

function finished({ request }: AnswerFacts, piece: OutputPiece): string {
  const stop = piece.finish?.stopReason ?? null;
  const reason = finishReason(piece, request.tools?.choice ?? null);
  return `,"finish_reason":"${reason}"${stop === null ? '' : `,"stop_reason":${JSON.stringify(stop)}`}`;
}

function completionEvents(facts: AnswerFacts): EventTexts {
  const { request } = facts;
  const head = chunkHead(facts);
  const prompt = promptOf(facts, 0);
  const continuous = continuousUsage(facts);
  let offset = request.echo.length;
  const chunk = (text: string, rest: string, piece: UsedTokens): string => {
    const usage = continuous ? `,"usage":${JSON.stringify(usageOf(prompt.tokens.length, piece, null))}` : '';
    return `${head}"choices":[{"index":0,"text":${JSON.stringify(text)}${rest}}]${usage}}\n\n`;
  };
  const ids = (list: string): string => (request.returnTokenIds ? `,"token_ids":${list}` : '');

  return {
    opening() {
      const promptIds = request.returnTokenIds ? `,"prompt_token_ids":${JSON.stringify(prompt.tokens)}` : '';
      if (promptIds === '' && request.echo === '') return [];
      return [chunk(request.echo, `${ids('[]')}${promptIds}`, { totalTokens: 0, reasoningTokens: 0 })];
    },
    first: () => [],
    piece(piece) {
      const logprobs =
        request.logprobs === null
          ? ''
          : `,"logprobs":${completionLogprobs(request, piece, [], offset, RUST_LOGPROBS)}`;
      offset += piece.content.length;
      return [
        chunk(piece.content, `${logprobs}${ids(idsOf(piece))}`, piece),
        ...(piece.finish === null ? [] : [chunk('', `${finished(facts, piece)}${ids('[]')}`, piece)]),
      ];
    },
    closing: (totals) => [...finalUsage(facts, head, totals), DONE],
    failure: () => [FAILURE, DONE],
  };
}

interface UsedTokens {
  readonly totalTokens: number;
  readonly reasoningTokens: number;
}

function usageOf(
  prompt: number,
  { totalTokens, reasoningTokens }: UsedTokens,
  details: object | null,
): object {
  return {
    ...tokenCounts(prompt, totalTokens),
    prompt_tokens_details: details,
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

function finalUsage(facts: AnswerFacts, head: string, totals: AnswerTotals): readonly string[] {
  if (!finalUsageAsked(facts)) return [];
  const used = { totalTokens: totals.completionTokens, reasoningTokens: totals.reasoningTokens };
  const usage = usageOf(promptTokens(facts), used, promptDetails(facts));
  return [`${head}"choices":[],"usage":${JSON.stringify(usage)}}\n\n`];
}

/** Told only when the cache had something. */
function promptDetails(facts: AnswerFacts): object | null {
  const cached = facts.cachedTokens();
  return facts.flags.promptTokensDetails && cached > 0 ? { cached_tokens: cached } : null;
}

function idsOf({ tokens }: OutputPiece): string {
  return `[${tokens.map(({ id }) => id)}]`;
}

function chatBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { request } = facts;
  const choices = pieces.map((piece) => {
    const calls = wholeCalls(piece.calls, toolCallId);
    const message = JSON.stringify({
      role: 'assistant',
      content: piece.content === '' && calls.length > 0 ? null : request.echo + piece.content,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      reasoning: piece.reasoning === '' || !request.includeReasoning ? null : piece.reasoning,
    });
    const logprobs = request.logprobs === null ? 'null' : chatLogprobs(request, piece, RUST_LOGPROBS);
    const reason = finishReason(piece, request.tools?.choice ?? null);
    return (
      `{"index":${piece.index},"message":${message},"logprobs":${logprobs},"finish_reason":"${reason}",` +
      `"stop_reason":${JSON.stringify(piece.finish?.stopReason ?? null)},"token_ids":${idsOrNull(facts, piece)}}`
    );
  });
  const { tokens } = promptOf(facts, 0);
  const after =
    `,"prompt_logprobs":${promptProbabilities(facts, 0)},` +
    `"prompt_token_ids":${request.returnTokenIds ? JSON.stringify(tokens) : 'null'}`;
  return whole(facts, 'chat.completion', choices, pieces, after);
}

function completionBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { request } = facts;
  const choices = pieces.map((piece) => {
    const { tokens } = promptOf(facts, piece.index);
    const echoed = request.echo === '' ? [] : tokens;
    const logprobs = completionLogprobs(request, piece, echoed, 0, RUST_LOGPROBS);
    return (
      `{"index":${piece.index},"text":${JSON.stringify(request.echo + piece.content)},"logprobs":${logprobs},` +
      `"finish_reason":"${piece.finish?.reason}","stop_reason":${JSON.stringify(piece.finish?.stopReason ?? null)},` +
      `"prompt_logprobs":${promptProbabilities(facts, piece.index)},"token_ids":${idsOrNull(facts, piece)},` +
      `"prompt_token_ids":${request.returnTokenIds ? JSON.stringify(tokens) : 'null'}}`
    );
  });
  return whole(facts, 'text_completion', choices, pieces, '');
}

function whole(
  facts: AnswerFacts,
  object: string,
  choices: readonly string[],
  pieces: readonly OutputPiece[],
  after: string,
): string {
  const reasoningTokens = pieces.reduce((sum, piece) => sum + piece.reasoningTokens, 0);
  const used = { totalTokens: completionTokens(pieces), reasoningTokens };
  const usage = usageOf(promptTokens(facts), used, promptDetails(facts));
  return (
    `{"id":${JSON.stringify(facts.id)},"object":"${object}","created":${facts.created},` +
    `"model":${JSON.stringify(facts.request.model)},"choices":[${choices}],"usage":${JSON.stringify(usage)},` +
    `"system_fingerprint":null${after},"kv_transfer_params":null,"ec_transfer_params":null}`
  );
}

function idsOrNull({ request }: AnswerFacts, piece: OutputPiece): string {
  return request.returnTokenIds ? idsOf(piece) : 'null';
}

function promptProbabilities(facts: AnswerFacts, index: number): string {
  const { promptLogprobs: top } = facts.request;
  return top === null ? 'null' : promptLogprobs(promptOf(facts, index).tokens, top, RUST_LOGPROBS);
}
