import type { ChunkTimes } from '../model/chunk-times.ts';
import type { AnswerFigures, RawAnswer } from '../model/completion.ts';
import { asString, type JsonObject, parseObject } from '../model/json.ts';
import { brokenOutcome, type Outcome } from '../model/outcome.ts';
import { createAnswerStream, type StreamState } from './answer-stream.ts';
import { createAnswerText } from './answer-text.ts';
import type { ApiReading } from './apis/api.ts';
import { apiOfPath } from './apis/table.ts';
import { isStream } from './body-kind.ts';
import { bodyText } from './body-text.ts';
import { readUsage, serverErrorMessage } from './stream-event.ts';

/** The largest body that is turned into text to look for figures, bytes; V8's strings end at 512 MiB. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** Of an API that is not understood only the usual place of a count is looked at. */
const UNKNOWN: Pick<ApiReading, 'readPlain'> = {
  readPlain: ({ usage }) => ({ finishReason: null, usage: readUsage(usage), error: null }),
};

const NO_BYTES = new Uint8Array(0);

/** How an answer ended, with the reason unless it is `ok`. */
interface Ending {
  readonly outcome: Outcome;
  readonly error: string | null;
}

/**
 * Says what an answer's bytes mean: how it ended, its tokens and when they came. Never throws: bytes that cannot be
 * understood are an outcome of their own.
 * @param path of the request: it names the API and with it the stream's end mark
 */
export function readAnswer(path: string, raw: RawAnswer): AnswerFigures {
  const api = apiOfPath(path);
  const failed = isFailure(raw.status);
  const isEvents = api !== null && !failed && isStream(raw.headers, raw.body ?? NO_BYTES);
  return isEvents ? readStream(api, raw) : readPlain(api, raw);
}

function readStream(api: ApiReading, raw: RawAnswer): AnswerFigures {
  const stream = createAnswerStream(api);
  const body = raw.body ?? NO_BYTES;
  let at = 0;
  for (let i = 0; i < raw.readUs.length; i++) {
    // Reads of a body that was cut go on behind its end.
    const end = Math.min(body.length, at + (raw.readBytes[i] ?? 0));
    stream.push(body, raw.readUs[i] ?? raw.finishedUs, at, end);
    at = end;
  }
  stream.finish(raw.transport !== 'complete' || raw.truncated);
  const state = stream.state();
  const ending = streamEnding(state, raw);
  const whole = ending.outcome === 'ok' && !raw.truncated;
  return {
    ...ending,
    firstTokenUs: state.firstTokenUs,
    firstVisibleUs: state.firstVisibleUs,
    lastTokenUs: state.lastTokenUs,
    promptTokens: state.promptTokens,
    completionTokens: state.completionTokens,
    cachedTokens: state.cachedTokens,
    tokenSource: state.tokenSource,
    finishReason: state.finishReason,
    answerHash: whole ? state.answerHash : null,
    streamed: true,
    oddEvents: state.oddEvents,
    chunks: state.chunks,
  };
}

/**
 * A stream that ended cleanly is whole when every choice has a finish reason: not every server writes an end mark. A
 * client that leaves after the end mark had all it asked for (several clients close right there), so the transport is
 * asked only when the mark is missing.
 */
function streamEnding(state: StreamState, raw: RawAnswer): Ending {
  const { error, done, finished, finishReason } = state;
  const odd = state.oddText === null ? null : `an event of the stream is not JSON: ${state.oddText}`;
  if (error !== null) return { outcome: 'stream_error', error };
  if (done && finishReason !== null) return { outcome: 'ok', error: null };
  if (raw.transport !== 'complete') return { outcome: brokenOutcome(raw.transport), error: raw.error ?? odd };
  if (finished || raw.truncated) return { outcome: 'ok', error: null };
  if (odd !== null) return { outcome: 'incomplete', error: odd };
  const missing = finishReason === null ? 'a finish reason' : 'the finish reason of every choice';
  return { outcome: 'incomplete', error: `the stream ended without ${missing}` };
}

function readPlain(api: ApiReading | null, raw: RawAnswer): AnswerFigures {
  const document = jsonBody(raw);
  const text = createAnswerText();
  const answer = document === null ? null : (api ?? UNKNOWN).readPlain(document, text);
  const ending = plainEnding(api, raw, document, answer?.error ?? null);
  const reported = answer?.usage?.completionTokens ?? null;
  // No tokens where there is text: that cannot be true.
  const completionTokens = reported === 0 && !text.empty ? null : reported;
  return {
    ...ending,
    firstTokenUs: null,
    firstVisibleUs: null,
    lastTokenUs: null,
    promptTokens: answer?.usage?.promptTokens ?? null,
    completionTokens,
    cachedTokens: answer?.usage?.cachedTokens ?? null,
    tokenSource: completionTokens === null ? 'none' : 'usage',
    finishReason: answer?.finishReason ?? null,
    answerHash: ending.outcome === 'ok' && answer !== null && !text.empty ? text.hash() : null,
    streamed: false,
    oddEvents: 0,
    chunks: plainReads(raw),
  };
}

function jsonBody(raw: RawAnswer): JsonObject | null {
  if (raw.body === null || raw.truncated || raw.body.length > MAX_JSON_BYTES) return null;
  return parseObject(bodyText(raw.body).replace(/^\uFEFF/, ''));
}

function plainEnding(
  api: ApiReading | null,
  raw: RawAnswer,
  document: JsonObject | null,
  partError: string | null,
): Ending {
  if (raw.transport !== 'complete') return { outcome: brokenOutcome(raw.transport), error: raw.error };
  const message = document === null ? null : (serverErrorMessage(document) ?? partError);
  if (isFailure(raw.status)) {
    return { outcome: 'http_error', error: message ?? asString(document?.message) ?? `HTTP ${raw.status}` };
  }
  if (api === null || raw.body === null || raw.truncated) return { outcome: 'ok', error: null };
  if (document === null) return { outcome: 'incomplete', error: 'the body is not a JSON object' };
  // A body of status 200 that is only an error: some gateways do it.
  return message === null ? { outcome: 'ok', error: null } : { outcome: 'http_error', error: message };
}

/** Every final status but 2xx is one: a redirect has no answer either. */
function isFailure(status: number | null): boolean {
  return status !== null && (status < 200 || status > 299);
}

function plainReads(raw: RawAnswer): ChunkTimes {
  const none = new Array<number>(raw.readUs.length).fill(0);
  return { atUs: [...raw.readUs], bytes: [...raw.readBytes], kinds: none, tokens: none, events: none };
}
