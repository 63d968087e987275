import type { OutputPiece } from '../answers/choice-output.ts';
import { completionTokens, promptOf, promptTokens, tokenCounts } from './answer-parts.ts';
import type { AnswerFacts } from './dialect.ts';
import { chatLogprobs, completionLogprobs, PYTHON_LOGPROBS, promptLogprobs } from './logprobs-json.ts';
import { cutNotation, toolCallId, wholeCalls } from './message-parts.ts';

/** Only a call that the model chose freely changes the reason. */
function finishReason({ request }: AnswerFacts, { finish, called }: OutputPiece): string {
  return called && request.tools?.choice === 'auto' ? 'tool_calls' : (finish?.reason ?? 'stop');
}

/** The fields of a chat choice's end. */
export function finished(facts: AnswerFacts, piece: OutputPiece): string {
  if (piece.finish === null) return '"finish_reason":null';
  return `"finish_reason":"${finishReason(facts, piece)}","stop_reason":${JSON.stringify(piece.finish.stopReason)}`;
}

/** `prompt_tokens_details`: told for chats alone, and only when the cache had something. */
export function promptDetails(facts: AnswerFacts): object | null {
  const cached = facts.cachedTokens();
  const told = facts.flags.promptTokensDetails && facts.request.api === 'chat' && cached > 0;
  return told ? { cached_tokens: cached } : null;
}

/** The body of a plain chat answer, from one piece for each choice. */
export function chatBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
  const { id, created, request } = facts;
  const choices = pieces.map((piece) => {
    const cut = cutNotation(piece);
    const message = JSON.stringify({
      role: 'assistant',
      reasoning_content: piece.reasoning === '' ? null : piece.reasoning,
      content: cut ?? plainContent(facts, piece),
      tool_calls: cut === null ? wholeCalls(piece.calls, () => toolCallId(32)) : [],
    });
    const logprobs = request.logprobs === null ? 'null' : chatLogprobs(request, piece, PYTHON_LOGPROBS);
    const end = finished(facts, cut === null ? piece : { ...piece, called: false });
    return `{"index":${piece.index},"message":${message},"logprobs":${logprobs},${end}}`;
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

/** The body of a plain completion's answer. */
export function completionBody(facts: AnswerFacts, pieces: readonly OutputPiece[]): string {
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
