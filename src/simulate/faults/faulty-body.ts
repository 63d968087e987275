import type { ServerResponse } from 'node:http';
import { type Head, type HeadStyle, sendBody } from '../http/send.ts';
import type { Fault } from './fault.ts';

/**
 * Sends a whole answer with what a fault makes of it: late (`stall`, `slow-start`), broken off after half of it
 * (`cut`), half of its text (`malformed`), of another type (`content-type`) or byte by byte (`drip`). Other faults leave
 * it as it should be.
 * @param later calls back after some milliseconds of model time
 */
export function sendFaultyBody(
  fault: Fault | null,
  response: ServerResponse,
  style: HeadStyle,
  head: Head,
  text: string,
  later: (ms: number, then: () => void) => void,
): void {
  const send = (sent: Head = head, body = text): void => {
    if (!response.destroyed) sendBody(response, style, sent, body);
  };
  switch (fault?.kind) {
    case 'stall':
    case 'slow-start':
      later(fault.ms, send);
      return;
    case 'malformed':
      send(head, text.slice(0, text.length >> 1));
      return;
    case 'content-type':
      send({ ...head, contentType: WRONG_TYPE });
      return;
    case 'cut':
    case 'drip': {
      const body = Buffer.from(text);
      // The head alone, with the length of what should follow.
      sendBody(response, style, head, text, false);
      if (fault.kind === 'drip') drip(response, body, fault.ms, later);
      else response.write(body.subarray(0, body.length >> 1), () => response.destroy());
      return;
    }
    default:
      send();
  }
}

/** What a proxy's error page says it is. */
export const WRONG_TYPE = 'text/html; charset=utf-8';

function drip(
  response: ServerResponse,
  body: Buffer,
  ms: number,
  later: (ms: number, then: () => void) => void,
): void {
  if (response.destroyed) return;
  if (body.length === 0) {
    response.end();
    return;
  }
  response.write(body.subarray(0, 1));
  later(ms, () => drip(response, body.subarray(1), ms, later));
}
