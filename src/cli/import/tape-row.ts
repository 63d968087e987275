import { readAnswer } from '../../chat/answers/read-answer.ts';
import { bodyText } from '../../chat/body.ts';
import { type DecodedBody, decodeBody } from '../../chat/content-coding.ts';
import { headerValue } from '../../chat/headers.ts';
import type { CredentialRedaction } from '../../chat/redaction/credentials.ts';
import { editMembers } from '../../chat/requests/json-members.ts';
import { readRequest } from '../../chat/requests/read-request.ts';
import type { ForeignExchange, KnownAnswer, WireAnswer } from '../../formats/format.ts';
import { NO_CHUNKS } from '../../model/chunk-times.ts';
import type { AnswerFigures } from '../../model/completion.ts';
import { parseObject } from '../../model/json.ts';
import type { ImportedExchange } from '../../store/import-writer.ts';

/** A request with its body. */
export interface BodyRequest {
  readonly path: string;
  readonly headers: readonly string[];
  readonly bytes: Uint8Array;
}

/** What an imported exchange is on the tape. */
export interface TapeRowOptions {
  readonly redaction: CredentialRedaction;
  /** For bodies that name no model; null leaves them without. */
  readonly model: string | null;
}

const CONTENT_TYPE = 'content-type';

/** Reads an exchange of another tool's file as the recorder reads one; what the file does not hold stays null. */
export function tapeRow(
  { arrivedUs, session, answer }: ForeignExchange,
  request: BodyRequest,
  { redaction, model }: TapeRowOptions,
): ImportedExchange {
  const { path } = request;
  const isTyped = headerValue(request.headers, CONTENT_TYPE) !== null;
  const headers = isTyped ? request.headers : [...request.headers, CONTENT_TYPE, 'application/json'];
  const sent = decodeBody(headers, request.bytes, [request.bytes.length]);
  const asSent = sent.fault === null ? sent.bytes : request.bytes;
  const asked = readRequest(path, [], asSent);
  const body = asked.model === null && model !== null ? withModel(asSent, model) : asSent;
  return {
    arrivedUs,
    method: 'POST',
    path: redaction.path(path),
    requestHeaders: redaction.requestHeaders(headers),
    ...asked,
    model: asked.model ?? (body === asSent ? null : model),
    sessionKey: session ?? asked.sessionKey,
    requestBytes: request.bytes.length,
    requestTruncated: false,
    sentTwice: false,
    requestBody: body,
    ...(answer.kind === 'wire' ? wireRow(path, answer, arrivedUs, redaction) : knownRow(answer, arrivedUs)),
  };
}

/** The body with a model in it, every other byte as it was; the same where it is no JSON object. */
function withModel(body: Uint8Array, model: string): Uint8Array {
  if (parseObject(bodyText(body)) === null) return body;
  return editMembers(body, new Map([['model', JSON.stringify(model)]])).bytes;
}

/** What of a row its answer decides. */
type AnswerRow = Omit<AnswerFigures, 'chunks'> &
  Pick<
    ImportedExchange,
    | 'status'
    | 'requestEndUs'
    | 'headersUs'
    | 'firstByteUs'
    | 'finishedUs'
    | 'responseBytes'
    | 'responseTruncated'
    | 'responseHeaders'
    | 'responseBody'
    | 'chunks'
  >;

/** Of an answer of which figures are known at most. */
export function knownRow({ kind: _kind, ...known }: KnownAnswer, arrivedUs: number | null): AnswerRow {
  // Some tools write zero for what did not happen.
  const after = (us: number | null): number | null => (us === null || us < (arrivedUs ?? us) ? null : us);
  const finishedUs = after(known.finishedUs);
  const hasEnd = finishedUs !== null || known.status !== null;
  return {
    ...known,
    outcome: known.outcome === 'ok' && !hasEnd ? 'unknown' : known.outcome,
    firstTokenUs: after(known.firstTokenUs),
    finishedUs,
    errorCode: null,
    firstVisibleUs: null,
    lastTokenUs: null,
    tokenSource: known.completionTokens === null ? 'none' : 'imported',
    answerHash: null,
    streamed: known.firstTokenUs !== null,
    oddEvents: 0,
    requestEndUs: null,
    headersUs: null,
    firstByteUs: null,
    responseBytes: 0,
    responseTruncated: false,
    responseHeaders: [],
    responseBody: null,
    chunks: NO_CHUNKS,
  };
}

const NO_BYTES = new Uint8Array(0);

function wireRow(
  path: string,
  answer: WireAnswer,
  arrivedUs: number | null,
  redaction: CredentialRedaction,
): AnswerRow {
  const { status, headers, body, reads, transport, headersUs, firstByteUs, finishedUs, requestEndUs } =
    answer;
  const length = body?.length ?? 0;
  const endUs = finishedUs ?? arrivedUs ?? 0;
  const readBytes = reads?.bytes ?? Uint32Array.of(length);
  const readUs = reads?.atUs ?? Float64Array.of(endUs);
  const decoded: DecodedBody = decodeBody(headers, body ?? NO_BYTES, readBytes);
  const raw = {
    status,
    headers,
    headersUs,
    firstByteUs,
    finishedUs: endUs,
    transport,
    error: null,
    body,
    truncated: false,
    bodyBytes: length,
    readUs,
    readBytes,
  };
  const { chunks, ...read } = readAnswer(path, raw, { decoded });
  // Without the times of its pieces an answer has no first token, whatever its end is.
  const untimed = { firstTokenUs: null, firstVisibleUs: null, lastTokenUs: null };
  // A stream that the file does not hold is not one that broke off.
  const isUnread = body === null && read.outcome === 'incomplete';
  return {
    ...read,
    ...(isUnread ? ({ outcome: 'unknown', errorCode: null, error: null } as const) : {}),
    ...(reads === null ? untimed : {}),
    status,
    requestEndUs,
    headersUs,
    firstByteUs,
    finishedUs,
    responseBytes: length,
    responseTruncated: false,
    responseHeaders: redaction.answerHeaders(headers),
    responseBody: body === null ? null : decoded.fault === null ? decoded.bytes : body,
    chunks: reads === null || body === null ? NO_CHUNKS : chunks,
  };
}
