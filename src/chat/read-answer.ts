import type { ChunkTimes } from '../model/chunk-times.ts';
import type { AnswerFigures, RawAnswer } from '../model/completion.ts';
import { asArray, asCount, asObject, asString, type JsonObject, parseObject } from '../model/json.ts';
import type { Outcome } from '../model/outcome.ts';
import { createAnswerStream, type StreamState } from './answer-stream.ts';
import { createAnswerText } from './answer-text.ts';
import { type Api, apiOfPath } from './api.ts';
import { bodyText } from './body-text.ts';
import { isEventStream } from './headers.ts';
import { serverErrorMessage } from './server-error.ts';
import { readUsage } from './usage.ts';

/** The largest body that is turned into text to look for figures, bytes; V8's strings end at 512 MiB. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/**
 * Says what an answer's bytes mean: how it ended, its tokens and when they came. Never throws: bytes that cannot be
 * understood are an outcome of their own.
 * @param path of the request: it names the API and with it the stream's end mark
 */
export function readAnswer(path: string, raw: RawAnswer): AnswerFigures {
  const api = apiOfPath(path);
  const failed = raw.status !== null && raw.status >= 400;
  if (api !== null && !failed && isEventStream(raw.headers)) return readStream(api, raw);
  return readPlain(api, raw);
}

function readStream(api: Api, raw: RawAnswer): AnswerFigures {
  const stream = createAnswerStream(api);
  const body = raw.body ?? new Uint8Array(0);
  let at = 0;
  for (let i = 0; i < raw.readUs.length; i++) {
    // Reads of a body that was cut go on behind its end.
    const end = Math.min(body.length, at + (raw.readBytes[i] ?? 0));
    stream.push(body, raw.readUs[i] ?? raw.finishedUs, at, end);
    at = end;
  }
  const state = stream.state();
  const { done: _done, error: _error, ...figures } = state;
  const outcome = streamOutcome(state, raw);
  const whole = outcome.outcome === 'ok' && !raw.truncated;
  return { ...figures, ...outcome, answerHash: whole ? figures.answerHash : null, streamed: true };
}

/**
 * Success wants a finish reason, the end mark and no error event. A client that leaves after the end mark had all it
 * asked for (several clients close right there), so the transport is asked only when the mark is missing.
 */
function streamOutcome(state: StreamState, raw: RawAnswer): { outcome: Outcome; error: string | null } {
  if (state.error !== null) return { outcome: 'stream_error', error: state.error };
  if (state.done && state.finishReason !== null) return { outcome: 'ok', error: null };
  if (raw.transport !== 'complete') return { outcome: raw.transport, error: raw.error };
  if (raw.truncated) return { outcome: 'ok', error: null };
  const missing = state.done ? 'a finish reason' : 'its end mark';
  return { outcome: 'incomplete', error: `the stream ended without ${missing}` };
}

function readPlain(api: Api | null, raw: RawAnswer): AnswerFigures {
  const document = jsonBody(raw);
  const usage = readUsage(document?.usage);
  const outcome = plainOutcome(api, raw, document);
  return {
    ...outcome,
    firstTokenUs: null,
    lastTokenUs: null,
    promptTokens: usage?.promptTokens ?? null,
    completionTokens: usage?.completionTokens ?? null,
    cachedTokens: usage?.cachedTokens ?? null,
    tokenSource: usage?.completionTokens == null ? 'none' : 'usage',
    finishReason: document === null ? null : plainFinish(document),
    answerHash: outcome.outcome === 'ok' && document !== null ? plainHash(document) : null,
    streamed: false,
    chunks: plainReads(raw),
  };
}

function jsonBody(raw: RawAnswer): JsonObject | null {
  if (raw.body === null || raw.truncated || raw.body.length > MAX_JSON_BYTES) return null;
  return parseObject(bodyText(raw.body));
}

function plainOutcome(
  api: Api | null,
  raw: RawAnswer,
  document: JsonObject | null,
): { outcome: Outcome; error: string | null } {
  if (raw.transport !== 'complete') return { outcome: raw.transport, error: raw.error };
  const message = document === null ? null : serverErrorMessage(document);
  if (raw.status !== null && raw.status >= 400) {
    return { outcome: 'http_error', error: message ?? `HTTP ${raw.status}` };
  }
  if (api === null || raw.body === null || raw.truncated) return { outcome: 'ok', error: null };
  if (document === null) return { outcome: 'incomplete', error: 'the body is not a JSON object' };
  // A body of status 200 that is only an error: some gateways do it.
  return message === null ? { outcome: 'ok', error: null } : { outcome: 'http_error', error: message };
}

function plainFinish(document: JsonObject): string | null {
  const choice = asObject(asArray(document.choices)[0]);
  return asString(choice?.finish_reason) ?? asString(document.stop_reason) ?? asString(document.status);
}

/** Null for the APIs whose answers have no choices. */
function plainHash(document: JsonObject): string | null {
  const choices = asArray(document.choices);
  if (choices.length === 0) return null;
  const text = createAnswerText();
  for (const [at, item] of choices.entries()) {
    const choice = asObject(item) ?? {};
    const number = asCount(choice.index) ?? at;
    const message = asObject(choice.message);
    if (message !== null) text.addMessage(number, message);
    else text.add(number, 'content', asString(choice.text) ?? '');
  }
  return text.hash();
}

function plainReads(raw: RawAnswer): ChunkTimes {
  const none = new Array<number>(raw.readUs.length).fill(0);
  return { atUs: [...raw.readUs], bytes: [...raw.readBytes], kinds: none, tokens: none, events: none };
}
