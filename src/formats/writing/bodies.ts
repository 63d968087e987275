import type { JsonObject } from '../../model/json.ts';
import { ownerOf } from '../table.ts';
import { type Encoder, jsonBody, LINES, type OutgoingExchange } from './encoder.ts';

/**
 * Bodies one a line. One that would be read as something else there is the member `body` of a record: of several lines, or
 * with members by which another format is told.
 */
export const RAW_ENCODER: Encoder = {
  frame: LINES,
  loses: ['times', 'headers', 'paths', 'answers'],
  encode({ body }) {
    const json = jsonBody(body);
    if (json === null) return 'notJson';
    const isPlain =
      fitsIntoLine(json.text) && json.document.body === undefined && ownerOf(json.document) === 'raw';
    return isPlain ? body : record({ timestamp: null }, 'body', body, json.text);
  },
};

/** Input of OpenAI's batch API; the id names the exchange on the tape. */
export const OPENAI_BATCH_ENCODER: Encoder = {
  frame: LINES,
  loses: ['times', 'headers', 'answers'],
  encode({ exchange: { id, path }, body }) {
    const json = jsonBody(body);
    if (json === null) return 'notJson';
    return record({ custom_id: `request-${id}`, method: 'POST', url: path }, 'body', body, json.text);
  },
};

/** aiperf's rows of whole bodies with times in milliseconds, output lengths and sessions. */
export const MOONCAKE_ENCODER: Encoder = {
  frame: LINES,
  loses: ['headers', 'paths', 'answers'],
  encode({ exchange, body, sinceStartUs }: OutgoingExchange) {
    const json = jsonBody(body);
    if (json === null) return 'notJson';
    const members = {
      timestamp: sinceStartUs === null ? undefined : sinceStartUs / 1e3,
      session_id: exchange.sessionKey ?? undefined,
      output_length: exchange.completionTokens || undefined,
    };
    return record(members, 'payload', body, json.text);
  },
};

/** Bytes that stay the same as a line, or as a value in one. */
function fitsIntoLine(text: string): boolean {
  return text.startsWith('{') && text.endsWith('}') && !/[\r\n]/.test(text);
}

const CLOSE = Buffer.of(0x7d);

/** A line with a body as its last member: the very bytes, or their text where they do not fit into a line. */
function record(members: JsonObject, key: string, body: Uint8Array, text: string): Uint8Array {
  const before = JSON.stringify(members).slice(0, -1);
  const comma = before === '{' ? '' : ',';
  const value = fitsIntoLine(text) ? body : Buffer.from(JSON.stringify(text));
  return Buffer.concat([Buffer.from(`${before}${comma}"${key}":`), value, CLOSE]);
}
