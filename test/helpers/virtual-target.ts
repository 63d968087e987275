import type { TransportEnd } from '../../src/model/outcome.ts';
import type { Connection, SentRequest } from '../../src/replay/engine/connection.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a virtual target does about one request. */
export interface VirtualAnswer {
  /** From the sending to the answer's end, microseconds; null for never. */
  readonly afterUs: number | null;
  /** How it ends. */
  readonly transport?: TransportEnd;
  /** From the answer's end until the sender hears of it: its thread was busy. */
  readonly heardAfterUs?: number;
  /** 200 where it is absent. */
  readonly status?: number;
  readonly headers?: readonly string[];
  /** Reads of its body, each so many microseconds after the sending. */
  readonly pieces?: readonly { readonly afterUs: number; readonly text: string }[];
}

export interface VirtualTarget {
  /** A connection that is open. */
  connect(): Connection;
  /** The body of each request that was sent, and when, on the target's clock. */
  readonly asked: readonly { readonly body: string; readonly atUs: number }[];
  /** Requests in flight at one instant, at the most. */
  readonly peak: number;
}

/**
 * Connections as the engine knows them, with nothing behind them but a test's clock.
 * @param answer of the n-th request, from 0
 */
export function virtualTarget(
  time: VirtualTime,
  answer: (n: number, body: string) => VirtualAnswer,
): VirtualTarget {
  const asked: { body: string; atUs: number }[] = [];
  let inFlight = 0;
  let peak = 0;

  function connect(): Connection {
    let end: ((transport: TransportEnd, heardAfterUs: number) => void) | null = null;
    return {
      isOpen: () => true,
      close: () => undefined,
      cancel: (cause) => end?.(cause, 0),
      send(request, epochUs, onEnd, watch) {
        const atUs = time.nowUs();
        const body = Buffer.from(request.body ?? []).toString();
        const {
          afterUs,
          transport = 'complete',
          heardAfterUs = 0,
          pieces = [],
          ...head
        } = answer(asked.length, body);
        const { status = 200, headers = [] } = head;
        asked.push({ body, atUs });
        peak = Math.max(peak, ++inFlight);
        end = (how, lateUs) => {
          end = null;
          inFlight -= 1;
          const finishedUs = time.nowUs() - epochUs;
          const sent: SentRequest = {
            sentUs: how === 'unreachable' ? null : atUs - epochUs,
            wireBytes: 0,
            retried: false,
            answer: { ...NO_BODY, status, headers, finishedUs, transport: how, error: null },
          };
          // Never from within `send` or `cancel`.
          time.at(time.nowUs() + lateUs, () => onEnd(sent));
        };
        const mine = end;
        for (const piece of pieces)
          time.at(atUs + piece.afterUs, () => {
            if (end === mine) watch?.(Buffer.from(piece.text), time.nowUs() - epochUs);
          });
        if (afterUs === null) return;
        time.at(atUs + afterUs, () => {
          if (end === mine) mine(transport, heardAfterUs);
        });
      },
    };
  }

  return {
    connect,
    asked,
    get peak() {
      return peak;
    },
  };
}

const NO_BODY = {
  headers: [],
  headersUs: null,
  firstByteUs: null,
  body: null,
  truncated: false,
  bodyBytes: 0,
  readUs: new Float64Array(0),
  readBytes: new Uint32Array(0),
};
