import type { OutputPiece } from '../answers/choice-output.ts';
import { DIALECTS } from '../dialect.ts';
import {
  type AnswerFacts,
  type AnswerTotals,
  type ApiFormat,
  DONE,
  type EventTexts,
  FAILURES,
  idsOf,
  jsonObject,
  promptOf,
  streamHead,
} from './api-format.ts';
import { lastFingerprint } from './chat.ts';
import { completionLogprobs } from './logprobs.ts';
import { continuousUsage, envelope, usage, usageChunk } from './usage.ts';

/** OpenAI's completions of a plain prompt. */
export const COMPLETIONS: ApiFormat = {
  path: '/v1/completions',
  idPrefix: 'cmpl-',
  frontEnds: DIALECTS,
  chatFields: null,
  events,
  body,
};

function events(facts: AnswerFacts): EventTexts {
  const { dialect } = facts;
  const head = streamHead(facts);
  const opened = dialect === 'rust' ? rustPieces(facts, head) : pythonPieces(facts, head);
  return {
    ...opened,
    first: () => [],
    closing: (totals) => [...usageChunk(facts, head, totals), DONE],
    failure: () => [FAILURES[dialect], DONE],
  };
}

type Pieces = Pick<EventTexts, 'opening' | 'piece'>;

/** The end comes with the last token. */
function pythonPieces(facts: AnswerFacts, head: string): Pieces {
  const { dialect, request } = facts;
  const old = dialect === 'v0.8.5';
  const continuous = continuousUsage(facts);
  /** By choice: characters of the text so far. A choice that has none yet has not begun. */
  const offsets = new Map<number, number>();
  return {
    opening: () => [],
    piece(piece) {
      const { index, finish, content } = piece;
      const ids = promptOf(facts, index).tokens;
      const begins = !offsets.has(index);
      const offset = offsets.get(index) ?? 0;
      offsets.set(index, offset + content.length);
      const choice = jsonObject({
        index: `${index}`,
        text: JSON.stringify(content),
        logprobs: completionLogprobs(request, piece, dialect, offset),
        finish_reason: JSON.stringify(finish?.reason ?? null),
        stop_reason: JSON.stringify(finish?.stopReason ?? null),
        prompt_token_ids: old ? undefined : JSON.stringify(begins && request.returnTokenIds ? ids : null),
        token_ids: old ? undefined : request.returnTokenIds ? idsOf(piece) : 'null',
      });
      const counted = continuous ? usage(facts, 'chunk', ids.length, piece) : old ? 'null' : undefined;
      const rest = { choices: `[${choice}]`, usage: counted, ...lastFingerprint(facts, piece) };
      return [`${head}${jsonObject(rest).slice(1)}\n\n`];
    },
  };
}

/** The prompt's ids come on a chunk of their own, and so does the end. */
function rustPieces(facts: AnswerFacts, head: string): Pieces {
  const { request } = facts;
  const { tokens } = promptOf(facts, 0);
  const continuous = continuousUsage(facts);
  let offset = 0;
  const chunk = (
    text: string,
    totals: AnswerTotals,
    rest: Readonly<Record<string, string | undefined>>,
  ): string => {
    const choice = jsonObject({ index: '0', text: JSON.stringify(text), ...rest });
    const counted = continuous ? usage(facts, 'chunk', tokens.length, totals) : undefined;
    return `${head}${jsonObject({ choices: `[${choice}]`, usage: counted }).slice(1)}\n\n`;
  };
  const ids = (list: string): string | undefined => (request.returnTokenIds ? list : undefined);
  return {
    opening() {
      const none = { totalTokens: 0, reasoningTokens: 0 };
      const rest = { token_ids: '[]', prompt_token_ids: JSON.stringify(tokens) };
      return request.returnTokenIds ? [chunk('', none, rest)] : [];
    },
    piece(piece) {
      const { content, finish } = piece;
      const logprobs =
        request.logprobs === null ? undefined : completionLogprobs(request, piece, 'rust', offset);
      offset += content.length;
      const written = chunk(content, piece, { logprobs, token_ids: ids(idsOf(piece)) });
      if (finish === null) return [written];
      const stop_reason = finish.stopReason === null ? undefined : JSON.stringify(finish.stopReason);
      const end = { finish_reason: JSON.stringify(finish.reason), stop_reason, token_ids: ids('[]') };
      return [written, chunk('', piece, end)];
    },
  };
}

function body(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { dialect, request } = facts;
  const choices = pieces.map((piece) => {
    const token_ids = request.returnTokenIds ? idsOf(piece) : 'null';
    const prompt_token_ids = request.returnTokenIds
      ? JSON.stringify(promptOf(facts, piece.index).tokens)
      : 'null';
    return jsonObject({
      index: `${piece.index}`,
      text: JSON.stringify(piece.content),
      logprobs: completionLogprobs(request, piece, dialect, 0),
      finish_reason: JSON.stringify(piece.finish?.reason ?? null),
      stop_reason: JSON.stringify(piece.finish?.stopReason ?? null),
      ...(dialect === 'v0.32' ? { token_ids } : {}),
      prompt_logprobs: 'null',
      ...(dialect === 'rust' ? { token_ids } : {}),
      ...(dialect === 'v0.8.5' ? {} : { prompt_token_ids }),
      ...(dialect === 'v0.32' ? { routed_experts: 'null' } : {}),
    });
  });
  return envelope(facts, 'text_completion', choices, pieces, {});
}
