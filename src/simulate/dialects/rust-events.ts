import type { OutputPiece } from '../answers/choice-output.ts';
import {
  chunkHead,
  continuousUsage,
  DONE,
  finalUsageAsked,
  idsOf,
  promptOf,
  promptTokens,
} from './answer-parts.ts';
import type { AnswerFacts, AnswerTotals, EventTexts } from './dialect.ts';
import { chatLogprobs, completionLogprobs, RUST_LOGPROBS } from './logprobs-json.ts';
import { finishReason } from './message-parts.ts';
import { promptDetails, toolCallId, type UsedTokens, usageOf } from './rust-body.ts';

/** The engine's death, as a stream that has begun tells it. */
const FAILURE =
  'data: {"error":{"message":"engine-core error: engine core reported fatal failure","type":"server_error",' +
  '"param":null,"code":"server_error"}}\n\n';

export function chatEvents(facts: AnswerFacts): EventTexts {
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

export function completionEvents(facts: AnswerFacts): EventTexts {
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

function finalUsage(facts: AnswerFacts, head: string, totals: AnswerTotals): readonly string[] {
  if (!finalUsageAsked(facts)) return [];
  const used = { totalTokens: totals.completionTokens, reasoningTokens: totals.reasoningTokens };
  const usage = usageOf(promptTokens(facts), used, promptDetails(facts));
  return [`${head}"choices":[],"usage":${JSON.stringify(usage)}}\n\n`];
}
