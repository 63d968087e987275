import type { OutputPiece } from '../answers/choice-output.ts';
import {
  chunkHead,
  continuousUsage,
  DONE,
  finalUsageAsked,
  isParsed,
  promptOf,
  promptTokens,
  tokenCounts,
} from './answer-parts.ts';
import type { AnswerFacts, AnswerTotals, EventTexts } from './dialect.ts';
import { chatLogprobs, completionLogprobs, PYTHON_LOGPROBS } from './logprobs-json.ts';
import { toolCallId } from './message-parts.ts';
import { finished, promptDetails } from './v0.8.5-body.ts';

/** The engine's death within a stream: 400 even so. */
const FAILURE =
  'data: {"error": {"object": "error", "message": "EngineCore encountered an issue. See stack trace (above) for the ' +
  'root cause.", "type": "BadRequestError", "param": null, "code": 400}}\n\n';

export function chatEvents(facts: AnswerFacts): EventTexts {
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

export function completionEvents(facts: AnswerFacts): EventTexts {
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
