import { apiOfBody, usualPath } from '../../chat/apis/table.ts';
import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import { bodyMember, headerPairs } from '../bodies/raw.ts';
import { verbatimRequest } from '../bodies/rebuilt-body.ts';
import type { WireAnswer } from '../format.ts';
import { nanosecondsUs } from '../reading/instants.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { countOf } from '../reading/numbers.ts';

/** aiperf's raw export (`--export-level raw`): bodies, answers and the time of every chunk. */
export const AIPERF_RAW = jsonFormat(
  ({ metadata, responses, start_perf_ns: startNs }) =>
    metadata !== undefined && responses !== undefined && startNs !== undefined,
  () =>
    ({ document, bytes }) => {
      const metadata = asObject(document.metadata) ?? {};
      if ((asString(metadata.benchmark_phase) ?? 'profiling') !== 'profiling') return 'warmup';
      const payload = bodyMember(document, bytes, 'payload');
      if (payload === null) return 'noBody';
      const api = apiOfBody(payload.document);
      if (api === null) return 'noRequest';
      const arrivedUs = nanosecondsUs(metadata.request_start_ns);
      if (arrivedUs === null) return 'malformed';
      return {
        arrivedUs,
        request: verbatimRequest(usualPath(api), payload.bytes, headerPairs(document.request_headers)),
        // The conversation's id is that of a template, which is sent again and again.
        session: asString(metadata.x_correlation_id),
        answer: answerOf(document, metadata, arrivedUs),
      };
    },
);

function answerOf(document: JsonObject, metadata: JsonObject, arrivedUs: number): WireAnswer {
  const finishedUs = nanosecondsUs(metadata.request_end_ns);
  const startNs = Number(document.start_perf_ns);
  const pieces = asArray(document.responses).flatMap((response) => {
    const { perf_ns: ns, packets, text } = asObject(response) ?? {};
    const bytes = Buffer.from(Array.isArray(packets) ? eventText(packets) : (asString(text) ?? ''));
    return {
      bytes,
      atUs: Math.round(arrivedUs + (Number(ns) - startNs) / 1e3),
      isEvent: Array.isArray(packets),
    };
  });
  const type = pieces[0]?.isEvent === true ? 'text/event-stream' : contentType(document);
  const status = countOf(document.status) || null;
  const isCut = document.error != null && status !== null && status < 300;
  const isCancelled = metadata.was_cancelled === true;
  const isWhole = !isCut && status !== null;
  return {
    kind: 'wire',
    status,
    headers: type === null ? [] : ['content-type', type],
    body: pieces.length === 0 ? null : Buffer.concat(pieces.map(({ bytes }) => bytes)),
    headersUs: null,
    firstByteUs: pieces[0]?.atUs ?? null,
    finishedUs,
    transport: isCancelled ? 'client_aborted' : isWhole ? 'complete' : 'upstream_aborted',
    reads: readsOf(pieces),
    requestEndUs: null,
  };
}

function contentType(document: JsonObject): string | null {
  return asString(asObject(asArray(document.responses)[0])?.content_type);
}

/** One event as it came over the wire. */
function eventText(packets: readonly unknown[]): string {
  const lines = packets.map((packet) => {
    const { name, value } = asObject(packet) ?? {};
    return `${asString(name) ?? 'data'}: ${asString(value) ?? ''}\n`;
  });
  return `${lines.join('')}\n`;
}

/** Equal stamps are one read. */
function readsOf(pieces: readonly { readonly bytes: Buffer; readonly atUs: number }[]): WireAnswer['reads'] {
  const atUs: number[] = [];
  const bytes: number[] = [];
  for (const piece of pieces) {
    if (!Number.isSafeInteger(piece.atUs)) return null;
    if (atUs.at(-1) === piece.atUs) bytes.push((bytes.pop() ?? 0) + piece.bytes.length);
    else {
      atUs.push(Math.max(piece.atUs, atUs.at(-1) ?? 0));
      bytes.push(piece.bytes.length);
    }
  }
  return { atUs: Float64Array.from(atUs), bytes: Uint32Array.from(bytes) };
}
