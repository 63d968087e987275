import type { CallDelta, OutputPiece } from '../answers/choice-output.ts';
import { DIALECTS, type Dialect } from '../dialect.ts';
import { MARKS } from '../texts/tokens.ts';
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
  promptTokens,
  randomHex,
  streamHead,
} from './api-format.ts';
import { chatLogprobs } from './logprobs.ts';
import { continuousUsage, envelope, hasReasoningParser, usage, usageChunk } from './usage.ts';

/** OpenAI's chat completions. */
export const CHAT: ApiFormat = {
  path: '/v1/chat/completions',
  idPrefix: 'chatcmpl-',
  frontEnds: DIALECTS,
  chatFields: null,
  events,
  body,
};

const NOTHING: AnswerTotals = { totalTokens: 0, reasoningTokens: 0 };

function events(facts: AnswerFacts): EventTexts {
  const { dialect, request } = facts;
  const rust = dialect === 'rust';
  const head = streamHead(facts);
  const prompt = promptTokens(facts);
  const parsed = isParsed(facts);
  const continuous = continuousUsage(facts);
  // With a parser of 0.32 whose thinking is not to be seen, nothing else of the tokens is.
  const hidden = dialect === 'v0.32' && parsed && !request.includeReasoning;
  const logprobs = request.logprobs !== null && !hidden;
  const tokenIds = request.returnTokenIds && !hidden;
  const indices = Array.from({ length: request.n }, (_, index) => index);

  /** What Python has as null, Rust leaves out. */
  const none = rust ? undefined : 'null';
  type Fields = Readonly<Record<string, string | undefined>>;
  const chunk = (choice: Fields, totals: AnswerTotals, after: Fields = {}): string => {
    const counted = continuous ? usage(facts, 'chunk', prompt, totals) : undefined;
    return `${head}${jsonObject({ choices: `[${jsonObject(choice)}]`, usage: counted, ...after }).slice(1)}\n\n`;
  };
  const begun = (index: number, delta: string, after: Fields = {}): string =>
    chunk({ index: `${index}`, delta, logprobs: none, finish_reason: none }, NOTHING, after);

  function begin(): readonly string[] {
    const ids = request.returnTokenIds ? JSON.stringify(promptOf(facts, 0).tokens) : none;
    const role = rust ? '{"role":"assistant"}' : '{"role":"assistant","content":""}';
    const after = { prompt_token_ids: ids, prompt_text: none };
    return indices.map((index) => begun(index, role, dialect === 'v0.8.5' ? {} : after));
  }

  function piece(piece: OutputPiece): readonly string[] {
    const { index, finish } = piece;
    const delta = deltaOf(facts, piece, parsed);
    const ends = finish === null ? undefined : JSON.stringify(finishReason(facts, piece));
    const stop = finish === null ? undefined : JSON.stringify(finish.stopReason);
    const shown = delta !== null || (dialect !== 'v0.8.5' && (logprobs || tokenIds));
    const choice = {
      index: `${index}`,
      delta: delta ?? (dialect === 'v0.8.5' ? '{"content":""}' : '{}'),
      logprobs: logprobs ? chatLogprobs(request, piece, dialect) : none,
    };
    const ids = dialect === 'v0.8.5' ? undefined : tokenIds ? idsOf(piece) : none;
    if (rust) {
      const last = {
        index: '0',
        delta: '{}',
        finish_reason: ends,
        stop_reason: stop === 'null' ? undefined : stop,
      };
      return [
        ...(shown ? [chunk({ ...choice, token_ids: ids }, piece)] : []),
        ...(finish === null ? [] : [chunk(last, piece)]),
      ];
    }
    if (!shown && finish === null) return [];
    const whole = { ...choice, finish_reason: ends ?? 'null', stop_reason: stop, token_ids: ids };
    return [chunk(whole, piece, lastFingerprint(facts, piece))];
  }

  return {
    opening: () => (rust ? begin() : []),
    first: () => (rust ? [] : begin()),
    piece,
    closing: (totals) => [...usageChunk(facts, head, totals), DONE],
    failure: () => [FAILURES[dialect], DONE],
  };
}

/** Whether a parser reads this answer: a token that adds no text is then silent. */
function isParsed(facts: AnswerFacts): boolean {
  return facts.flags.toolCallParser || facts.request.tools !== null || hasReasoningParser(facts);
}

/** On the last chunk of a choice of 0.32, unless a usage chunk will be the last of all. */
export function lastFingerprint(facts: AnswerFacts, { finish }: OutputPiece): Record<string, string> {
  const { dialect, request, flags, fingerprint } = facts;
  const last = dialect === 'v0.32' && finish !== null && !request.includeUsage && !flags.forceIncludeUsage;
  return last ? { system_fingerprint: JSON.stringify(fingerprint) } : {};
}

/** What a piece brings; null when it brings nothing, be it that a parser waits or that a character is not whole. */
function deltaOf(facts: AnswerFacts, piece: OutputPiece, parsed: boolean): string | null {
  const { dialect, request } = facts;
  const { content, reasoning, calls } = piece;
  const reasoningKey = dialect === 'v0.8.5' ? 'reasoning_content' : 'reasoning';
  const thought = reasoning === '' || (dialect !== 'v0.8.5' && !request.includeReasoning) ? '' : reasoning;
  if (calls.length > 0 && dialect !== 'rust') {
    const deltas = calls.map((call) => callDelta(dialect, call));
    return JSON.stringify({
      ...(dialect === 'v0.32' ? { content: content === '' ? null : content } : {}),
      tool_calls: deltas,
    });
  }
  const text = jsonObject({
    content: content === '' ? undefined : JSON.stringify(content),
    [reasoningKey]: thought === '' ? undefined : JSON.stringify(thought),
    tool_calls:
      calls.length === 0 ? undefined : JSON.stringify(calls.map((call) => callDelta(dialect, call))),
  });
  if (text !== '{}') return text;
  return parsed || dialect === 'rust' ? null : '{"content":""}';
}

/** Id, type and name come with the first news of a call. */
function callDelta(dialect: Dialect, { call, name, arguments: text }: CallDelta) {
  if (name === null) return { index: call, function: { arguments: text } };
  const id = toolCallId(dialect);
  return dialect === 'rust'
    ? { index: call, id, type: 'function', function: { name } }
    : { id, type: 'function', index: call, function: { name } };
}

const TOOL_CALL_IDS: Readonly<Record<Dialect, readonly [prefix: string, digits: number]>> = {
  'v0.8.5': ['chatcmpl-tool-', 32],
  'v0.32': ['chatcmpl-tool-', 16],
  rust: ['call_', 24],
};

export function toolCallId(dialect: Dialect): string {
  const [prefix, digits] = TOOL_CALL_IDS[dialect];
  return `${prefix}${randomHex(digits)}`;
}

/** Calls that the model chose freely have a reason of their own, from 0.32 on also those that it was made to choose among. */
export function finishReason({ dialect, request }: AnswerFacts, { finish, called }: OutputPiece): string {
  const reason = finish?.reason ?? 'stop';
  const choice = request.tools?.choice;
  const own = dialect === 'v0.8.5' ? choice === 'auto' : choice !== 'named' && reason === 'stop';
  return called && own ? 'tool_calls' : reason;
}

function body(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { dialect, request } = facts;
  const old = dialect === 'v0.8.5';
  const choices = pieces.map((piece) => {
    const cut = dialect === 'rust' ? null : cutNotation(piece);
    // In 0.8.5 a call that was cut does not change the reason, later it is no "stop" anyway.
    const ended = old && cut !== null ? { ...piece, called: false } : piece;
    return jsonObject({
      index: `${piece.index}`,
      message: JSON.stringify(messageOf(facts, piece)),
      logprobs: chatLogprobs(request, piece, dialect),
      finish_reason: JSON.stringify(finishReason(facts, ended)),
      stop_reason: JSON.stringify(piece.finish?.stopReason ?? null),
      token_ids: old ? undefined : request.returnTokenIds ? idsOf(piece) : 'null',
      routed_experts: dialect === 'v0.32' ? 'null' : undefined,
    });
  });
  const { tokens } = promptOf(facts, 0);
  return envelope(facts, 'chat.completion', choices, pieces, {
    prompt_logprobs: 'null',
    prompt_token_ids: old ? undefined : request.returnTokenIds ? JSON.stringify(tokens) : 'null',
    prompt_text: dialect === 'v0.32' ? 'null' : undefined,
  });
}

/**
 * The notation of calls in an answer that ended within it: to the parsers of the Python front ends that is no call but
 * content. Null when there is none.
 */
function cutNotation({ tokens, finish }: OutputPiece): string | null {
  const begin = finish?.reason === 'length' ? tokens.findIndex(({ id }) => id === MARKS.toolCall.id) : -1;
  if (begin === -1) return null;
  return tokens
    .slice(begin)
    .map(({ text }) => text)
    .join('');
}

/** A whole message's text, what was thought before it, and its calls; one that was cut is text to the Python front ends. */
export function wholeMessage({ dialect, request }: AnswerFacts, piece: OutputPiece) {
  const { content, reasoning } = piece;
  const cut = dialect === 'rust' ? null : cutNotation(piece);
  const thought = reasoning === '' || (dialect !== 'v0.8.5' && !request.includeReasoning) ? null : reasoning;
  const calls = cut === null ? wholeCalls(piece.calls, dialect) : [];
  return { cut, text: cut ?? content, thought, calls };
}

/** A choice's message. Its content is null beside calls or thinking, by rules that differ. */
function messageOf(facts: AnswerFacts, piece: OutputPiece): object {
  const { dialect, request } = facts;
  const { cut, text, thought, calls } = wholeMessage(facts, piece);
  const choice = request.tools?.choice ?? 'auto';
  const tool_calls = calls.length === 0 ? undefined : calls;
  const empty = piece.content === '' && cut === null;
  switch (dialect) {
    case 'v0.8.5': {
      const silent = empty && (thought !== null || (piece.called && choice === 'auto'));
      const content = silent ? null : text;
      return { role: 'assistant', reasoning_content: thought, content, tool_calls: calls };
    }
    case 'v0.32': {
      const silent = text === '' && choice === 'auto' && (thought !== null || calls.length > 0);
      const rest = { refusal: null, annotations: null, audio: null, function_call: null };
      return { role: 'assistant', content: silent ? null : text, ...rest, tool_calls, reasoning: thought };
    }
    case 'rust': {
      const content = empty && calls.length > 0 ? null : text;
      return { role: 'assistant', content, tool_calls, reasoning: thought };
    }
  }
}

/** Each call with its arguments put together. */
function wholeCalls(deltas: readonly CallDelta[], dialect: Dialect) {
  const whole = new Map<number, { name: string; arguments: string }>();
  for (const { call, name, arguments: text } of deltas) {
    const known = whole.get(call) ?? { name: '', arguments: '' };
    whole.set(call, { name: name ?? known.name, arguments: known.arguments + text });
  }
  return [...whole.values()].map((call) => ({ id: toolCallId(dialect), type: 'function', function: call }));
}
