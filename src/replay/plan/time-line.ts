import type { Capture } from '../../model/capture.ts';
import type { Exchange } from '../../model/exchange.ts';

/** When an exchange was recorded: wall time, and time on the tape's one time line. */
export interface RecordedTime {
  /** Of the arrival, ms since 1970. */
  readonly wallMs: number;
  /** Microseconds since the tape's first arrival. */
  readonly arrivedUs: number;
  /** The same as `arrivedUs` where no end is known. */
  readonly finishedUs: number;
}

/**
 * Puts the captures of a tape one after another, without the time between them, be it an hour or a week. A capture's
 * first arrival is moved to the instant when the last answer of the captures before it ended.
 * @returns the time of an exchange; call it for each, in order of capture and arrival
 */
export function createTimeLine(captures: readonly Capture[]): (exchange: Exchange) => RecordedTime {
  const startedAtMs = new Map(captures.map((capture) => [capture.id, capture.startedAtMs]));
  let captureId: number | null = null;
  let shiftUs = 0;
  let endUs = 0;
  return (exchange) => {
    if (exchange.captureId !== captureId) {
      captureId = exchange.captureId;
      shiftUs = endUs - exchange.arrivedUs;
    }
    const finishedUs = Math.max(exchange.arrivedUs, exchange.finishedUs ?? 0) + shiftUs;
    endUs = Math.max(endUs, finishedUs);
    return {
      wallMs: (startedAtMs.get(captureId) ?? 0) + exchange.arrivedUs / 1e3,
      arrivedUs: exchange.arrivedUs + shiftUs,
      finishedUs,
    };
  };
}
