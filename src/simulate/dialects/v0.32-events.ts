import type { OutputPiece } from '../answers/choice-output.ts';
import {
  chunkHead,
  continuousUsage,
  DONE,
  finalUsageAsked,
  idsOf,
  isParsed,
  promptOf,
  promptTokens,
  tokenCounts,
} from './answer-parts.ts';
import type { AnswerFacts, AnswerTotals, EventTexts } from './dialect.ts';
import { chatLogprobs, completionLogprobs, PYTHON_LOGPROBS } from './logprobs-json.ts';
import { finishReason, toolCallId } from './message-parts.ts';
import { promptDetails, promptText, thoughtDetails, timingFields } from './v0.32-body.ts';

/** The engine's death, as a stream that has begun tells it: Python's JSON, with spaces. */
const FAILURE =
  'data: {"error": {"message": "EngineCore encountered an issue. See stack trace (above) for the root cause.", ' +
  '"type": "InternalServerError", "param": null, "code": 500}}\n\n';

export function chatEvents(facts: AnswerFacts): EventTexts {
  const { request } = facts;
  const head = chunkHead(facts);
  const prompt = promptTokens(facts);
  const parsed = isParsed(facts);
  const hidden = parsed && !request.includeReasoning;
  const logprobs = request.logprobs !== null && !hidden;
  const tokenIds = request.returnTokenIds && !hidden;
  const continuous = continuousUsage(facts);
  const usage = (completion: number, reasoning: number): string => {
    if (!continuous) return '';
    const details = { completion_tokens_details: thoughtDetails(facts, reasoning) };
    return `,"usage":${JSON.stringify({ ...tokenCounts(prompt, completion), ...details })}`;
  };
  const choices = Array.from({ length: request.n }, (_, index) => index);
  const first = (index: number, delta: string, end: string): string =>
    `${head}"choices":[{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":null}]${usage(0, 0)}${end}}\n\n`;

  return {
    opening: () => [],
    first() {
      const ids = request.returnTokenIds ? JSON.stringify(promptOf(facts, 0).tokens) : 'null';
      const text = request.returnPromptText ? JSON.stringify(promptText(facts)) : 'null';
      const role = '{"role":"assistant","content":""}';
      const echo = `{"content":${JSON.stringify(request.echo)}}`;
      return [
        ...choices.map((index) => first(index, role, `,"prompt_token_ids":${ids},"prompt_text":${text}`)),
        ...(request.echo === '' ? [] : choices.map((index) => first(index, echo, ''))),
      ];
    },
    piece(piece) {
      const said = chatDelta(piece, parsed, request.includeReasoning);
      if (said === null && piece.finish === null && !logprobs && !tokenIds) return [];
      const choice =
        `{"index":${piece.index},"delta":${said ?? '{}'},` +
        `"logprobs":${logprobs ? chatLogprobs(request, piece, PYTHON_LOGPROBS) : 'null'},` +
        `${finished(facts, piece)},"token_ids":${tokenIds ? idsOf(piece) : 'null'}}`;
      const counts = usage(piece.totalTokens, piece.reasoningTokens);
      return [`${head}"choices":[${choice}]${counts}${fingerprint(facts, piece)}}\n\n`];
    },
    closing: (totals) => [...finalUsage(facts, head, totals), DONE],
    failure: () => [FAILURE, DONE],
  };
}

/** What a piece says; null when a parser has nothing to tell yet. */
function chatDelta(piece: OutputPiece, parsed: boolean, withReasoning: boolean): string | null {
  const { content, reasoning, calls } = piece;
  if (calls.length > 0) {
    const told = calls.map(({ call, name, arguments: text }) =>
      name === null
        ? { index: call, function: { arguments: text } }
        : { id: toolCallId(16), type: 'function', index: call, function: { name } },
    );
    return JSON.stringify({ content: content === '' ? null : content, tool_calls: told });
  }
  const thought = withReasoning && reasoning !== '' ? `"reasoning":${JSON.stringify(reasoning)}` : '';
  if (content !== '') return `{"content":${JSON.stringify(content)}${thought === '' ? '' : `,${thought}`}}`;
  if (thought !== '') return `{${thought}}`;
  return parsed ? null : '{"content":""}';
}

function finished({ request }: AnswerFacts, piece: OutputPiece): string {
  if (piece.finish === null) return '"finish_reason":null';
  const reason = finishReason(piece, request.tools?.choice ?? null);
  return `"finish_reason":"${reason}","stop_reason":${JSON.stringify(piece.finish.stopReason)}`;
}

/** On the last chunk of a choice, unless a usage chunk will be the last of all. */
function fingerprint(facts: AnswerFacts, { finish }: OutputPiece): string {
  return finish === null || finalUsageAsked(facts)
    ? ''
    : `,"system_fingerprint":${JSON.stringify(facts.fingerprint)}`;
}

export function completionEvents(facts: AnswerFacts): EventTexts {
  const { request } = facts;
  const head = chunkHead(facts);
  const continuous = continuousUsage(facts);
  /** By choice: characters of the text so far. A choice that has none yet has not begun. */
  const offsets = new Map<number, number>();
  return {
    opening: () => [],
    first: () => [],
    piece(piece) {
      const { index, finish } = piece;
      const { text: promptWords, tokens: ids } = promptOf(facts, index);
      const begins = !offsets.has(index);
      const echoes = begins && request.echo !== '';
      const text = (echoes && !request.returnTokenIds ? promptWords : '') + piece.content;
      const offset = offsets.get(index) ?? 0;
      offsets.set(index, offset + text.length);
      const logprobs = completionLogprobs(request, piece, echoes ? ids : [], offset, PYTHON_LOGPROBS);
      const promptIds = begins && (request.returnTokenIds || echoes) ? JSON.stringify(ids) : 'null';
      const choice =
        `{"index":${index},"text":${JSON.stringify(text)},"logprobs":${logprobs},` +
        `"finish_reason":${JSON.stringify(finish?.reason ?? null)},` +
        `"stop_reason":${JSON.stringify(finish?.stopReason ?? null)},"prompt_token_ids":${promptIds},` +
        `"token_ids":${request.returnTokenIds ? idsOf(piece) : 'null'}}`;
      const usage = continuous
        ? `,"usage":${JSON.stringify(tokenCounts(ids.length, piece.totalTokens))}`
        : '';
      return [`${head}"choices":[${choice}]${usage}${fingerprint(facts, piece)}}\n\n`];
    },
    closing: (totals) => [...finalUsage(facts, head, totals), DONE],
    failure: () => [FAILURE, DONE],
  };
}

/** The usage chunk leaves out what is null. */
function finalUsage(facts: AnswerFacts, head: string, totals: AnswerTotals): readonly string[] {
  if (!finalUsageAsked(facts)) return [];
  const { request } = facts;
  const chat = request.api === 'chat';
  const prompt = promptDetails(facts);
  const thought = chat ? thoughtDetails(facts, totals.reasoningTokens) : null;
  const usage = {
    ...tokenCounts(promptTokens(facts), totals.completionTokens),
    ...(prompt === null ? {} : { prompt_tokens_details: prompt }),
    ...(thought === null ? {} : { completion_tokens_details: thought }),
  };
  const metrics = timingFields(facts, totals.completionTokens);
  const end = metrics === null ? '' : `,"metrics":${JSON.stringify(metrics)}`;
  const fields = `"usage":${JSON.stringify(usage)},"system_fingerprint":${JSON.stringify(facts.fingerprint)}`;
  return [`${head}"choices":[],${fields}${end}}\n\n`];
}
