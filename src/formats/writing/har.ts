import { isUtf8 } from 'node:buffer';
import { headerValue, pairs, withoutHeaders } from '../../chat/headers.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { Encoder, OutgoingExchange } from './encoder.ts';

const CREATOR = { name: 'reprise', version: '' };

/** Bodies are on the tape as they were before compression and chunking. */
const CODINGS: ReadonlySet<string> = new Set(['content-encoding', 'transfer-encoding', 'content-length']);

/** HTTP archive 1.2. The reads of an answer are in `_sse`, a member that HAR allows and no other tool has. */
export const HAR_ENCODER: Encoder = {
  frame: {
    start: `{"log":{"version":"1.2","creator":${JSON.stringify(CREATOR)},"entries":[\n`,
    between: ',\n',
    end: ']}}\n',
  },
  loses: ['chunkTimesForOthers'],
  encode(outgoing) {
    const { exchange, body, origin, wallUs } = outgoing;
    const { method, path, requestHeaders, responseHeaders, status } = exchange;
    const answer = outgoing.answerBody();
    const { atUs, bytes } = outgoing.chunkTimes();
    const entry = {
      startedDateTime: isoMicroseconds(wallUs),
      ...timesOf(exchange),
      request: {
        method,
        url: origin + path,
        httpVersion: 'HTTP/1.1',
        cookies: [],
        headers: headersOf(requestHeaders),
        queryString: [...new URLSearchParams(path.split('?')[1])].map(([name, value]) => ({ name, value })),
        postData: { mimeType: mimeType(requestHeaders), ...contentOf(body) },
        headersSize: -1,
        bodySize: body.length,
      },
      response: {
        status: status ?? 0,
        statusText: '',
        httpVersion: 'HTTP/1.1',
        cookies: [],
        headers: headersOf(responseHeaders),
        content: {
          size: answer?.length ?? 0,
          mimeType: mimeType(responseHeaders),
          ...(answer === null ? {} : contentOf(answer)),
        },
        redirectURL: '',
        headersSize: -1,
        bodySize: exchange.responseBytes,
      },
      cache: {},
      ...errorOf(exchange),
      ...(atUs.length === 0 ? {} : { _sse: atUs.map((us, i) => sseRead(outgoing, us, bytes[i] ?? 0)) }),
    };
    return Buffer.from(JSON.stringify(entry));
  },
};

function sseRead({ exchange }: OutgoingExchange, us: number, bytes: number) {
  return { t_ms: (us - exchange.arrivedUs) / 1e3, bytes };
}

/** Text, or what is no UTF-8 as base64, which HAR has for answers and several tools write for requests. */
function contentOf(bytes: Uint8Array): { readonly text: string; readonly encoding?: 'base64' } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return isUtf8(buffer)
    ? { text: buffer.toString() }
    : { text: buffer.toString('base64'), encoding: 'base64' };
}

function headersOf(raw: readonly string[]) {
  return pairs(withoutHeaders(raw, CODINGS)).map(([name, value]) => ({ name, value }));
}

function mimeType(raw: readonly string[]): string {
  return headerValue(raw, 'content-type') ?? '';
}

/** Milliseconds; -1 for what is unknown, and no parts where no end is known. */
function timesOf({ arrivedUs, requestEndUs, firstByteUs, finishedUs }: Exchange): object {
  if (finishedUs === null) return { time: -1 };
  const ms = (us: number): number => Math.max(0, us) / 1e3;
  const sentUs = firstByteUs === null ? arrivedUs : Math.min(requestEndUs ?? arrivedUs, firstByteUs);
  const send = ms(sentUs - arrivedUs);
  const wait = firstByteUs === null ? -1 : ms(firstByteUs - sentUs);
  const receive = ms(finishedUs - (firstByteUs ?? arrivedUs));
  return {
    time: send + Math.max(0, wait) + receive,
    timings: { blocked: -1, dns: -1, connect: -1, send, wait, receive },
  };
}

/** Chromium's member for what broke; without it a cut answer would look like a whole one. */
function errorOf({ outcome, error }: Exchange): object {
  const isCut = outcome === 'client_aborted' || outcome === 'upstream_aborted' || outcome === 'timeout';
  return isCut ? { _error: error ?? outcome } : {};
}

/** ISO 8601 with six digits of a second. */
function isoMicroseconds(us: number): string {
  const whole = Math.round(us);
  const seconds = new Date(Math.floor(whole / 1e6) * 1e3).toISOString().slice(0, 19);
  return `${seconds}.${String(whole % 1e6).padStart(6, '0')}Z`;
}
