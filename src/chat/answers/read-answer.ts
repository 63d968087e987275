import type { ChunkTimes } from '../../model/chunk-times.ts';
import type { AnswerFigures, RawAnswer } from '../../model/completion.ts';
import { asString, type JsonObject, parseObject } from '../../model/json.ts';
import { type AnswerError, brokenOutcome, type ErrorCode, type TransportEnd } from '../../model/outcome.ts';
import type { ApiReading } from '../apis/api.ts';
import { apiOfPath } from '../apis/table.ts';
import { bodyText, isStream } from '../body.ts';
import { type DecodedBody, decodeBody, readEnds } from '../content-coding.ts';
import { AnswerStream, type StreamState } from './answer-stream.ts';
import { createAnswerText } from './answer-text.ts';
import { listedError, readUsage, serverErrorMessage } from './stream-event.ts';

/** Of an API that is not understood only the usual place of a count is looked at. */
const UNKNOWN: Pick<ApiReading, 'readPlain'> = {
  readPlain: ({ usage }) => ({ finishReason: null, usage: readUsage(usage), error: null }),
};

const NO_BYTES = new Uint8Array(0);

/** How an answer ended, with the reason unless it is `ok`. */
type Ending = Pick<AnswerFigures, 'outcome' | 'errorCode' | 'error'>;

const OK: Ending = { outcome: 'ok', errorCode: null, error: null };

export interface AnswerReading {
  /** The body without its content coding; by default it is decoded here. */
  readonly decoded?: DecodedBody;
  /** Whether the start of what is not JSON may be quoted, as the reason why an answer failed or is incomplete. */
  readonly quotesOdd?: boolean;
}

/**
 * Says what an answer's bytes mean: how it ended, its tokens and when they came. Never throws: bytes that cannot be
 * understood are an outcome of their own.
 * @param path of the request: it names the API and with it the stream's end mark
 */
export function readAnswer(path: string, raw: RawAnswer, reading: AnswerReading = {}): AnswerFigures {
  const api = apiOfPath(path);
  const { quotesOdd = true } = reading;
  const decoded = reading.decoded ?? decodeBody(raw.headers, raw.body ?? NO_BYTES, raw.readBytes);
  const isEvents = api !== null && isStream(raw.headers, decoded.bytes);
  return isEvents ? readStream(api, raw, decoded, quotesOdd) : readPlain(api, raw, decoded, quotesOdd);
}

/** Any final status but 2xx; a redirect is no answer to the request either. */
function hasFailed({ status }: RawAnswer): boolean {
  return status !== null && (status < 200 || status > 299);
}

/** Bytes are missing at the body's end, or cannot be known since they come to too much. */
function isCut(raw: RawAnswer, { fault }: DecodedBody): boolean {
  return raw.truncated || fault === 'too large';
}

function readStream(
  api: ApiReading,
  raw: RawAnswer,
  decoded: DecodedBody,
  quotesOdd: boolean,
): AnswerFigures {
  const stream = new AnswerStream(api);
  let from = 0;
  const ends = readEnds(decoded, raw.readBytes);
  for (let i = 0; i < ends.length; i++) {
    const to = ends[i] ?? from;
    stream.push(decoded.bytes, raw.readUs[i] ?? raw.finishedUs, from, to);
    from = to;
  }
  const cut = isCut(raw, decoded);
  stream.finish(raw.transport !== 'complete' || cut);
  const state = stream.state();
  const ending = streamEnding(quotesOdd ? state : { ...state, oddText: null }, raw, decoded);
  const whole = ending.outcome === 'ok' && !cut;
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
    // What was sent, coded or not.
    chunks: { ...state.chunks, bytes: listOf(raw.readBytes) },
  };
}

/**
 * A stream that ended cleanly is whole when every choice has a finish reason: not every server writes an end mark. A
 * client that leaves after the end mark had all it asked for (several clients close right there), so the transport is
 * asked only when the mark is missing.
 */
function streamEnding(state: StreamState, raw: RawAnswer, decoded: DecodedBody): Ending {
  const { error, done, finished, finishReason, oddText } = state;
  if (hasFailed(raw) && raw.transport === 'complete')
    return { outcome: 'http_error', errorCode: null, error };
  if (error !== null) return { outcome: 'stream_error', errorCode: null, error };
  if (done && finishReason !== null) return OK;
  if (raw.transport !== 'complete') return broken(raw.transport, raw.error, oddText);
  if (finished || isCut(raw, decoded)) return OK;
  if (decoded.fault !== null) return incomplete('undecodable', decoded.fault);
  if (oddText !== null) return incomplete('event_not_json', oddText);
  return incomplete(finishReason === null ? 'no_finish_reason' : 'choice_unfinished');
}

/** @param oddText the beginning of an event that is not JSON, if there was one: better than no reason */
function broken(
  transport: Exclude<TransportEnd, 'complete'>,
  error: AnswerError | null,
  oddText: string | null = null,
): Ending {
  const outcome = brokenOutcome(transport);
  if (error !== null) return { outcome, errorCode: error.code, error: error.detail };
  return { outcome, errorCode: oddText === null ? null : 'event_not_json', error: oddText };
}

function incomplete(errorCode: ErrorCode, error: string | null = null): Ending {
  return { outcome: 'incomplete', errorCode, error };
}

function readPlain(
  api: ApiReading | null,
  raw: RawAnswer,
  decoded: DecodedBody,
  quotesOdd: boolean,
): AnswerFigures {
  const body = isCut(raw, decoded) ? '' : bodyText(decoded.bytes);
  const document = parseObject(body) ?? listedError(body);
  const text = createAnswerText();
  const answer = document === null ? null : (api ?? UNKNOWN).readPlain(document, text);
  const words = document === null ? (quotesOdd ? plainWords(body) : null) : (answer?.error ?? null);
  const ending = plainEnding(api, raw, decoded, document, words);
  const reported = answer?.usage?.completionTokens ?? null;
  // No tokens where there is text: that cannot be true.
  const completionTokens = reported === 0 && !text.isEmpty() ? null : reported;
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
    answerHash: ending.outcome === 'ok' && answer !== null && !text.isEmpty() ? text.hash() : null,
    streamed: false,
    oddEvents: 0,
    chunks: plainReads(raw),
  };
}

function plainEnding(
  api: ApiReading | null,
  raw: RawAnswer,
  decoded: DecodedBody,
  document: JsonObject | null,
  otherWords: string | null,
): Ending {
  if (raw.transport !== 'complete') return broken(raw.transport, raw.error);
  const message = document === null ? null : (serverErrorMessage(document) ?? otherWords);
  if (hasFailed(raw)) {
    const error = message ?? asString(document?.message) ?? otherWords;
    return { outcome: 'http_error', errorCode: null, error };
  }
  if (api === null || raw.body === null || isCut(raw, decoded)) return OK;
  if (decoded.fault !== null) return incomplete('undecodable', decoded.fault);
  if (document === null) return incomplete('body_not_json');
  // A body of status 200 that is only an error: some gateways do it.
  return message === null ? OK : { outcome: 'http_error', errorCode: null, error: message };
}

/** Characters of plain words that are quoted. */
const MOST_WORDS = 200;

/** The first line of a text that is no page: frameworks and gateways refuse in plain words, such as `no healthy upstream`. */
function plainWords(text: string): string | null {
  const [line = ''] = text.trim().split(/[\r\n]/, 1);
  return line === '' || /^<|[\0\ufffd]/.test(line) ? null : line.slice(0, MOST_WORDS);
}

function plainReads(raw: RawAnswer): ChunkTimes {
  const none = new Array<number>(raw.readUs.length).fill(0);
  return { atUs: listOf(raw.readUs), bytes: listOf(raw.readBytes), kinds: none, tokens: none, events: none };
}

/** A fifth of the time that Array.from takes. */
function listOf(numbers: ArrayLike<number>): readonly number[] {
  const list: number[] = [];
  for (let i = 0; i < numbers.length; i++) list.push(numbers[i] ?? 0);
  return list;
}

/** The end of an answer that is looked at: a stream names it again with its last events. */
const TAIL_BYTES = 4_096;
const FIELD = /"system_fingerprint":\s*"((?:[^"\\]|\\.)+)"/;

/**
 * The `system_fingerprint` of an answer, streamed or plain: vLLM makes it of its version and settings. Null where the
 * answer has none, or null.
 */
export function systemFingerprint(body: Uint8Array): string | null {
  const text = (part: Uint8Array): string => Buffer.from(part).toString('latin1');
  const found =
    FIELD.exec(text(body.subarray(0, TAIL_BYTES))) ?? FIELD.exec(text(body.subarray(-TAIL_BYTES)));
  return found?.[1] ?? null;
}
