import type { OutputPiece } from '../answers/choice-output.ts';
import {
  chunkHead,
  completionTokens,
  continuousUsage,
  DONE,
  finalUsageAsked,
  isParsed,
  promptOf,
  promptTokens,
  tokenCounts,
} from './answer-parts.ts';
import type { AnswerFacts, AnswerTotals, Dialect, EventTexts } from './dialect.ts';
import { chatLogprobs, completionLogprobs, PYTHON_LOGPROBS, promptLogprobs } from './logprobs-json.ts';
import { modelList, randomHex, toolCallId, wholeCalls } from './python-parts.ts';
import { refusalV085 } from './words-v0.8.5.ts';

/** vLLM 0.8.5: as its source writes it, key order and nulls included. */
export const V085: Dialect = {
  name: 'v0.8.5',
  heads: { server: 'uvicorn', varyOrigin: false, eventStreamType: 'text/event-stream; charset=utf-8' },
  version: '{"version":"0.8.5"}',
  maxBodyBytes: null,
  newId: () => randomHex(32),
  events: (facts) => (facts.request.api === 'chat' ? chatEvents(facts) : completionEvents(facts)),
  body: (facts, pieces) => (facts.request.api === 'chat' ? chatBody : completionBody)(facts, pieces),
  refusal: refusalV085,
  models: (model, maxModelLen, created) => modelList(model, maxModelLen, created, 32),
  tokenized: (tokens, maxModelLen) =>
    JSON.stringify({ count: tokens.length, max_model_len: maxModelLen, tokens }),
};

/** The engine's death within a stream: 400 even so. */
const FAILURE =
  'data: {"error": {"object": "error", "message": "EngineCore encountered an issue. See stack trace (above) for the ' +
  'root cause.", "type": "BadRequestError", "param": null, "code": 400}}\n\n';

function chatEvents(facts: AnswerFacts): EventTexts {
  const { request } = facts;
  const head = chunkHead(facts);
  const prompt = promptTokens(facts);
  const parsed = isParsed(facts);
  const continuous = continuousUsage(facts);
  const chunk = (index: number, delta: string, rest: string, tokens: number): string => {
    const usage = continuous ? `,"usage":${JSON.stringify(tokenCounts(prompt, tokens))}` : '';
    return `${head}"choices":[{"index":${index},"delta":${delta},${rest}}]${usage}}\n\n`;
  };
  const unfinished = '"logprobs":null,"finish_reason":null';
  const choices = Array.from({ length: request.n }, (_, index) => index);
  const named = request.tools?.choice === 'named' ? (request.tools.callable[0]?.name ?? null) : null;

  return {
    opening: () => [],
    first: () => [
      ...choices.map((index) => chunk(index, '{"role":"assistant","content":""}', unfinished, 0)),
      ...(request.echo === '' ? [] : choices).map((index) =>
        chunk(index, `{"content":${JSON.stringify(request.echo)}}`, unfinished, 0),
      ),
    ],
    piece(piece) {
      const said = chatDelta(piece, parsed, named);
      if (said === null && piece.finish === null) return [];
      const logprobs = request.logprobs === null ? 'null' : chatLogprobs(request, piece, PYTHON_LOGPROBS);
      const rest = `"logprobs":${logprobs},${finished(facts, piece)}`;
      return [chunk(piece.index, said ?? '{"content":""}', rest, piece.totalTokens)];
    },
    closing: (totals) => [...finalUsage(facts, head, totals), DONE],
    failure: () => [FAILURE, DONE],
  };
}

/** What a piece says; null when a parser has nothing to tell yet. A named tool's name comes with every piece. */
function chatDelta(piece: OutputPiece, parsed: boolean, named: string | null): string | null {
  const { content, reasoning, calls } = piece;
  if (calls.length > 0) {
    const told = calls.map(({ call, name, arguments: text }) => {
      if (named !== null) return { index: piece.index, function: { name: named, arguments: text } };
      if (name !== null && text === '') {
        return { id: toolCallId(32), type: 'function', index: call, function: { name } };
      }
      const fn = name === null ? { arguments: text } : { name, arguments: text };
      return { type: 'function', index: call, function: fn };
    });
    return JSON.stringify({ tool_calls: told });
  }
  const thought = reasoning === '' ? '' : `"reasoning_content":${JSON.stringify(reasoning)}`;
  if (content !== '') return `{"content":${JSON.stringify(content)}${thought === '' ? '' : `,${thought}`}}`;
  if (thought !== '') return `{${thought}}`;
  return parsed ? null : '{"content":""}';
}

/** Only a call that the model chose freely changes the reason. */
function finishReason({ request }: AnswerFacts, { finish, called }: OutputPiece): string {
  return called && request.tools?.choice === 'auto' ? 'tool_calls' : (finish?.reason ?? 'stop');
}

function finished(facts: AnswerFacts, piece: OutputPiece): string {
  if (piece.finish === null) return '"finish_reason":null';
  return `"finish_reason":"${finishReason(facts, piece)}","stop_reason":${JSON.stringify(piece.finish.stopReason)}`;
}

function completionEvents(facts: AnswerFacts): EventTexts {
  const { request } = facts;
  const head = chunkHead(facts);
  const continuous = continuousUsage(facts);
  const offsets = new Map<number, number>();
  return {
    opening: () => [],
    first: () => [],
    piece(piece) {
      const { index, finish } = piece;
      const { text: words, tokens: ids } = promptOf(facts, index);
      const echoes = request.echo !== '' && !offsets.has(index);
      const offset = offsets.get(index) ?? 0;
      offsets.set(index, offset + piece.content.length);
      const text = echoes ? words + piece.content : piece.content;
      const logprobs = completionLogprobs(request, piece, echoes ? ids : [], offset, PYTHON_LOGPROBS);
      const choice =
        `{"index":${index},"text":${JSON.stringify(text)},"logprobs":${logprobs},` +
        `"finish_reason":${JSON.stringify(finish?.reason ?? null)},"stop_reason":${JSON.stringify(finish?.stopReason ?? null)}}`;
      const usage = continuous
        ? { ...tokenCounts(ids.length, piece.totalTokens), prompt_tokens_details: null }
        : null;
      return [`${head}"choices":[${choice}],"usage":${JSON.stringify(usage)}}\n\n`];
    },
    closing: (totals) => [...finalUsage(facts, head, totals), DONE],
    failure: () => [FAILURE, DONE],
  };
}

function finalUsage(facts: AnswerFacts, head: string, totals: AnswerTotals): readonly string[] {
  if (!finalUsageAsked(facts)) return [];
  const counts = tokenCounts(promptTokens(facts), totals.completionTokens);
  const details = promptDetails(facts);
  const usage = details === null ? counts : { ...counts, prompt_tokens_details: details };
  return [`${head}"choices":[],"usage":${JSON.stringify(usage)}}\n\n`];
}

/** Told for chats alone, and only when the cache had something. */
function promptDetails(facts: AnswerFacts): object | null {
  const cached = facts.cachedTokens();
  const told = facts.flags.promptTokensDetails && facts.request.api === 'chat' && cached > 0;
  return told ? { cached_tokens: cached } : null;
}

function chatBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { id, created, request } = facts;
  const choices = pieces.map((piece) => {
    const message = JSON.stringify({
      role: 'assistant',
      reasoning_content: piece.reasoning === '' ? null : piece.reasoning,
      content: plainContent(facts, piece),
      tool_calls: wholeCalls(piece.calls, () => toolCallId(32)),
    });
    const logprobs = request.logprobs === null ? 'null' : chatLogprobs(request, piece, PYTHON_LOGPROBS);
    return `{"index":${piece.index},"message":${message},"logprobs":${logprobs},${finished(facts, piece)}}`;
  });
  const probabilities = promptProbabilities(facts, 0);
  return (
    `{"id":${JSON.stringify(id)},"object":"chat.completion","created":${created},"model":${JSON.stringify(request.model)},` +
    `"choices":[${choices}],"usage":${usage(facts, pieces)},"prompt_logprobs":${probabilities}}`
  );
}

function plainContent({ request }: AnswerFacts, { content, reasoning, called }: OutputPiece): string | null {
  const silent = content === '' && (reasoning !== '' || (called && request.tools?.choice === 'auto'));
  return silent ? null : request.echo + content;
}

function completionBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { id, created, request } = facts;
  const choices = pieces.map((piece) => {
    const { text, tokens } = promptOf(facts, piece.index);
    const echo = request.echo === '' ? '' : text;
    const logprobs = completionLogprobs(request, piece, echo === '' ? [] : tokens, 0, PYTHON_LOGPROBS);
    return (
      `{"index":${piece.index},"text":${JSON.stringify(echo + piece.content)},"logprobs":${logprobs},` +
      `${finished(facts, piece)},"prompt_logprobs":${promptProbabilities(facts, piece.index)}}`
    );
  });
  return (
    `{"id":${JSON.stringify(id)},"object":"text_completion","created":${created},` +
    `"model":${JSON.stringify(request.model)},"choices":[${choices}],"usage":${usage(facts, pieces)}}`
  );
}

function usage(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const counts = tokenCounts(promptTokens(facts), completionTokens(pieces));
  return JSON.stringify({ ...counts, prompt_tokens_details: promptDetails(facts) });
}

function promptProbabilities(facts: AnswerFacts, index: number): string {
  const { promptLogprobs: top } = facts.request;
  return top === null ? 'null' : promptLogprobs(promptOf(facts, index).tokens, top, PYTHON_LOGPROBS);
}
