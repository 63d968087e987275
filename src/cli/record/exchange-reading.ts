import { createHash, randomBytes } from 'node:crypto';
import { createContext, Script } from 'node:vm';
import { readAnswer } from '../../chat/answers/read-answer.ts';
import { apiOfPath } from '../../chat/apis/table.ts';
import { bodyText } from '../../chat/body.ts';
import { type DecodedBody, decodeBody } from '../../chat/content-coding.ts';
import { headerValue } from '../../chat/headers.ts';
import { createMarks } from '../../chat/redaction/credentials.ts';
import { createBodyRedaction } from '../../chat/redaction/redact-body.ts';
import { redactedHeaders, redactedUrl } from '../../chat/redaction/redact-head.ts';
import { withoutSecretMembers } from '../../chat/redaction/secret-members.ts';
import { conversationKey } from '../../chat/requests/conversations.ts';
import { prefixHashes } from '../../chat/requests/prefix-hashes.ts';
import { readRequest } from '../../chat/requests/read-request.ts';
import type { AnswerFigures, RawAnswer, RequestFigures } from '../../model/completion.ts';
import { type ExchangeReading, type ExchangeStart, withoutQuery } from '../../model/exchange.ts';
import { parseObject } from '../../model/json.ts';
import { jsonPath, type KeepPolicy, redactPattern } from './keep-policy.ts';

/** Replaces words of a server that may contain redacted values. */
const WITHHELD = "the server's words are not kept: redaction cannot read them";

/**
 * How an exchange is read and what of it is stored. Runs on the tape's thread.
 * @throws UserError for text that is not a path or a pattern
 */
export function createExchangeReading(policy: KeepPolicy): ExchangeReading {
  const redaction = createBodyRedaction({
    paths: policy.jsonPaths.map((path) => jsonPath('--redact-json-path', path)),
    patterns: policy.patterns.map((pattern) => redactPattern('--redact-pattern', pattern)),
  });
  const markOf = createMarks(randomBytes(32));
  const quotesOdd = policy.bodies && redaction.idle;

  function isWanted(path: string, sessionKey: string | null, body: Uint8Array): boolean {
    if (policy.sample >= 1) return true;
    const document = sessionKey === null ? parseObject(bodyText(body)) : null;
    const hashes = document === null ? null : prefixHashes(path, document);
    return shareOf(conversationKey({ sessionKey, hashes }, body)) < policy.sample;
  }

  /**
   * The names in the body that redaction leaves there.
   * @param start as it is stored
   */
  function namesKept(start: ExchangeStart, figures: RequestFigures, body: Uint8Array | null): RequestFigures {
    if (redaction.idle) return figures;
    const { model, sessionKey } = readRequest(start.path, start.headers, body);
    const isSame = sessionKey === figures.sessionKey || figures.sessionKey === null;
    return { ...figures, model, sessionKey: isSame ? figures.sessionKey : markOf(figures.sessionKey) };
  }

  /** A server's complaint may quote what it was sent: its words are those that redaction leaves in the body. */
  function wordsKept(
    path: string,
    raw: RawAnswer,
    figures: AnswerFigures,
    body: Uint8Array | null,
  ): AnswerFigures {
    const { error } = figures;
    if (redaction.idle || error === null || error === raw.error?.detail) return figures;
    if (body === null)
      return {
        ...figures,
        error: raw.body === null ? (withinTime(() => redaction.text(error)) ?? WITHHELD) : WITHHELD,
      };
    const decoded = { bytes: body, ends: null, fault: null };
    const said = readAnswer(path, raw, { decoded, quotesOdd }).error ?? WITHHELD;
    return { ...figures, error: withinTime(() => redaction.text(said)) ?? WITHHELD };
  }

  /** Headers and paths have texts too; those whose redaction takes too long are not kept. */
  function stored(start: ExchangeStart): ExchangeStart {
    if (policy.patterns.length === 0) return start;
    const path = withinTime(() => redactedUrl(start.path, redaction.text));
    return { ...start, path: path ?? withoutQuery(start.path), headers: headersKept(start.headers) };
  }

  function headersKept(raw: readonly string[]): readonly string[] {
    if (policy.patterns.length === 0) return raw;
    return withinTime(() => redactedHeaders(raw, redaction.text)) ?? [];
  }

  return {
    stored,
    read(start, end) {
      const { requestBody, answer: raw } = end;
      const { path, headers } = start;
      const sent = decoded(headers, requestBody, [requestBody?.length ?? 0]);
      const answered = decoded(raw.headers, raw.body, raw.readBytes);
      const request = readRequest(path, headers, sent.bytes);
      const answer = readAnswer(path, raw, { decoded: answered, quotesOdd });
      const isRequest = isRequestOf(path, request, end.requestTruncated || sent.fault !== null);
      const traceparent = headerValue(headers, 'traceparent');
      if (!isRequest || !isWanted(path, request.sessionKey, sent.bytes)) {
        return { request, answer, isRequest, kept: null, path, traceparent };
      }
      const begun = stored(start);
      const ofRequest = redacted(sent, requestBody, redaction.request);
      const ofAnswer = redacted(answered, raw.body, (body) => redaction.answer(raw.headers, body));
      const keptRequest = cut(ofRequest, headers, sent, requestBody, end.requestBytes);
      const keptAnswer = cut(ofAnswer, raw.headers, answered, raw.body, raw.bodyBytes);
      return {
        request: namesKept(begun, request, ofRequest),
        isRequest,
        path: begun.path,
        traceparent,
        answer: wordsKept(path, raw, answer, ofAnswer),
        kept: {
          ...end,
          requestBody: keptRequest.body,
          requestTruncated: end.requestTruncated || keptRequest.truncated,
          answer: {
            ...raw,
            headers: headersKept(raw.headers),
            body: keptAnswer.body,
            truncated: raw.truncated || keptAnswer.truncated,
          },
        },
      };
    },
  };

  /** The body as it may be stored, in full: without its content coding, unless it cannot be taken off. */
  function redacted(
    { bytes, fault }: DecodedBody,
    sent: Uint8Array | null,
    redact: (body: Uint8Array) => Uint8Array | null,
  ): Uint8Array | null {
    if (sent === null || fault === 'too large') return null;
    if (fault !== null) return redaction.idle ? sent : null;
    const kept = redaction.idle ? bytes : hasManyParts(bytes) ? null : withinTime(() => redact(bytes));
    return kept === null ? null : withoutSecretMembers(kept);
  }

  /** Its beginning, as much as the first `maxBodyBytes` that were sent came to. */
  function cut(
    body: Uint8Array | null,
    headers: readonly string[],
    { ends, fault }: DecodedBody,
    sent: Uint8Array | null,
    sentBytes: number,
  ): { readonly body: Uint8Array | null; readonly truncated: boolean } {
    const { bodies, maxBodyBytes } = policy;
    if (!bodies || body === null) return { body: null, truncated: fault === 'too large' };
    if (sentBytes <= maxBodyBytes) return { body, truncated: false };
    const start = sent?.subarray(0, maxBodyBytes) ?? null;
    const kept = ends === null ? maxBodyBytes : decoded(headers, start, [maxBodyBytes]).bytes.length;
    return { body: body.subarray(0, kept), truncated: true };
  }
}

/** Of a body that is redacted: more would take the thread's memory. A prompt of a million tokens has fewer. */
const MAX_PARTS = 250_000;

/** Whether a JSON body has very many members or elements. */
function hasManyParts(body: Uint8Array): boolean {
  let parts = 0;
  let inText = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === 0x5c && inText) at += 1;
    else if (byte === 0x22) inText = !inText;
    else if (byte === 0x2c && !inText) parts += 1;
  }
  return parts > MAX_PARTS;
}

/** A body whose redaction takes more CPU time is not kept: a pattern of the user may take for ever, ms. */
const REDACTION_MS = 500;

const TIMED = createContext({ job: () => null as unknown });
const RUN = new Script('job()');

/** @returns null when it takes too long; V8 interrupts also a regular expression */
function withinTime<T>(job: () => T): T | null {
  TIMED.job = job;
  // V8 counts the time of day: on a machine that was busy with others the job has had less of the CPU, and gets more time.
  for (let timeout = REDACTION_MS; ; timeout *= 2) {
    const before = process.cpuUsage();
    try {
      return RUN.runInContext(TIMED, { timeout }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1e3 >= REDACTION_MS) return null;
    }
  }
}

function decoded(
  headers: readonly string[],
  body: Uint8Array | null,
  readBytes: ArrayLike<number>,
): DecodedBody {
  return decodeBody(headers, body ?? new Uint8Array(0), readBytes);
}

/**
 * vLLM serves requests without a model as well. A body that cannot be read whole is given the benefit of the doubt; a path
 * that is no API's was named by the user.
 */
function isRequestOf(path: string, { model, messages }: RequestFigures, isUnreadable: boolean): boolean {
  return model !== null || messages !== null || isUnreadable || apiOfPath(path) === null;
}

/** A number from 0 to 1 that depends on nothing but the key: a conversation is in the sample or out, on every tape. */
function shareOf(key: Uint8Array | string): number {
  return createHash('sha256').update(key).digest().readUInt32BE() / 2 ** 32;
}
