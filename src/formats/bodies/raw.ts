import { apiOfBody, usualPath } from '../../chat/apis/table.ts';
import { memberBytes } from '../../chat/requests/json-members.ts';
import { asObject, asString, type JsonObject, parseObject } from '../../model/json.ts';
import { type Decoded, NO_ANSWER } from '../format.ts';
import { createElementScanner } from '../reading/element-scanner.ts';
import { secondsUs } from '../reading/instants.ts';
import { type JsonRecord, jsonFormat } from '../reading/json-reader.ts';
import { countOf } from '../reading/numbers.ts';
import { verbatimRequest } from './rebuilt-body.ts';

/** Members that no API has, which some tools put beside a body. */
const STRAY = ['timestamp', 'output_tokens', 'output_length'] as const;

/**
 * Bodies as clients send them: one a line, or in the member `body` beside a time and headers, as evalscope's
 * `workload_trace` has them, or several in the member `payloads`, as aiperf's `inputs.json` has those of a session. The path
 * follows from the body's members.
 */
export const RAW = jsonFormat(
  ({ body, timestamp, messages, input, prompt, model, payloads }) =>
    (body !== undefined && timestamp !== undefined) ||
    Array.isArray(payloads) ||
    Array.isArray(messages) ||
    input !== undefined ||
    (prompt !== undefined && model !== undefined),
  () => (record) => {
    const { body, payloads } = record.document;
    if (Array.isArray(payloads)) return sessionBodies(record);
    return body === undefined ? plainBody(record) : tracedBody(record);
  },
);

function sessionBodies({ document, bytes }: JsonRecord): readonly Decoded[] {
  const session = asString(document.session_id);
  const scanner = createElementScanner();
  const elements = scanner.push(memberBytes(bytes, 'payloads') ?? new Uint8Array(0));
  if (elements.length === 0) return ['noRequest'];
  return elements.map(({ bytes: own }) => {
    const payload = own === null ? null : parseObject(own.toString());
    if (own === null || payload === null) return 'malformed';
    const decoded = plainBody({ document: payload, bytes: own });
    return typeof decoded === 'string' ? decoded : { ...decoded, session };
  });
}

function plainBody({ document, bytes }: JsonRecord): Decoded {
  const api = apiOfBody(document);
  if (api === null) return 'noRequest';
  const stray = STRAY.find((member) => document[member] !== undefined);
  return {
    arrivedUs: null,
    request: verbatimRequest(usualPath(api), bytes),
    session: asString(document.session_id),
    answer: NO_ANSWER,
    ...(stray === undefined ? {} : { stray }),
  };
}

function tracedBody({ document, bytes }: JsonRecord): Decoded {
  const body = bodyMember(document, bytes, 'body');
  if (body === null) return 'malformed';
  const api = apiOfBody(body.document);
  if (api === null) return 'noRequest';
  return {
    arrivedUs: secondsUs(document.timestamp),
    request: verbatimRequest(usualPath(api), body.bytes, headerPairs(document.headers)),
    session: asString(body.document.session_id),
    answer: { ...NO_ANSWER, completionTokens: countOf(document.completion_tokens) || null },
  };
}

/** A body that is a member of a record, as an object or as its text; null for anything else. */
export function bodyMember(record: JsonObject, bytes: Uint8Array, key: string): JsonRecord | null {
  const value = record[key];
  const text = asString(value);
  const document = text === null ? asObject(value) : parseObject(text);
  const own = text === null ? memberBytes(bytes, key) : new TextEncoder().encode(text);
  return document === null || own === null ? null : { document, bytes: own };
}

/** Headers of an object of names and values, as raw pairs. */
export function headerPairs(headers: unknown): readonly string[] {
  return Object.entries(asObject(headers) ?? {}).flatMap(([name, value]) => {
    return [value].flat().flatMap((one) => (typeof one === 'string' ? [name, one] : []));
  });
}
