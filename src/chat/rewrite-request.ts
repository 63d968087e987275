import { parseExact } from './json.ts';
import { isRedacted } from './redact.ts';

/** A request ready to be sent again, and what was changed in it. */
export interface ReplayRequest {
  /** Raw header pairs. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  /** Names of the changes, e.g. `body: request_id removed`; header hygiene that every replay needs is not listed. */
  readonly changes: readonly string[];
}

/**
 * Headers of the recorded connection, not of the request: they describe the hop, the client's transport or a credential
 * that the tape does not have.
 */
const DROPPED_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'accept-encoding',
  'authorization',
  'proxy-authorization',
  'cookie',
  // A second request in flight with the same id is refused by vLLM before 0.14, and replays repeat exchanges.
  'x-request-id',
]);

/** Body fields that belong to the one recorded request: its id, and block addresses of a KV transfer that is over. */
const DROPPED_FIELDS = ['request_id', 'kv_transfer_params', 'ec_transfer_params'] as const;

/**
 * Prepares a recorded request for replay. The body stays byte for byte as recorded unless it holds a field that must
 * not be repeated; then only those fields go and numbers keep every digit (a seed may exceed 2^53). Headers whose value
 * was redacted are dropped: there is nothing true to send.
 */
export function rewriteRequest(headers: readonly string[], body: Uint8Array): ReplayRequest {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    if (!isRedacted(value) && !DROPPED_HEADERS.has(name.toLowerCase())) kept.push(name, value);
  }
  return { headers: kept, ...dropFields(body) };
}

function dropFields(body: Uint8Array): { body: Uint8Array; changes: readonly string[] } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  if (!DROPPED_FIELDS.some((field) => bytes.includes(`"${field}"`))) return { body, changes: [] };
  const document = parseExact(bytes.toString('utf8'));
  if (document === null) return { body, changes: [] };
  const dropped = DROPPED_FIELDS.filter((field) => field in document);
  if (dropped.length === 0) return { body, changes: [] };
  const rest = Object.fromEntries(
    Object.entries(document).filter(([key]) => !dropped.some((field) => field === key)),
  );
  return {
    body: new TextEncoder().encode(JSON.stringify(rest)),
    changes: dropped.map((field) => `body: ${field} removed`),
  };
}
