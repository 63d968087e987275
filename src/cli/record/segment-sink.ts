import type { ExchangeSink } from '../../model/exchange.ts';
import { openTapeQueue, type TapeConnection, type TapeQueue } from '../../store/writing/tape-queue.ts';

/** The tapes of a recording, one after another, as a thread that proxies sees them. */
export interface SegmentSink {
  /** An exchange ends on the tape on which it began. */
  readonly sink: ExchangeSink;
  /**
   * From now on new exchanges begin on this tape. Resolves when the tape before it was left, if nothing is in flight there.
   * @param number of the tape within the recording
   */
  enter(number: number, captureId: number, tape: TapeConnection): Promise<void>;
  /** Why nothing can be written at the moment, null when all is well. */
  trouble(): string | null;
  /** Resolves when everything is on its tape, or counted as lost. */
  close(): Promise<void>;
}

interface Segment {
  readonly number: number;
  readonly queue: TapeQueue;
  readonly sink: ExchangeSink;
  /** Exchanges that have begun here and not ended. */
  open: number;
}

/**
 * @param numberOf a number that no other thread of the recording gives to an exchange
 * @param left called when everything that this thread had for a tape is on it, or counted as lost
 */
export function createSegmentSink(
  numberOf: (number: number) => number,
  left: (number: number) => void,
): SegmentSink {
  const segmentOf = new Map<number, Segment>();
  let current: Segment | null = null;

  async function leave({ number, queue }: Segment): Promise<void> {
    // What keeps it from being written is reported by the thread that opened the tape.
    await queue.flush().catch(() => undefined);
    queue.close();
    left(number);
  }

  return {
    sink: {
      start(start) {
        if (current === null) return;
        segmentOf.set(start.number, current);
        current.open += 1;
        current.sink.start({ ...start, number: numberOf(start.number) });
      },
      part: (number, part) => segmentOf.get(number)?.sink.part(numberOf(number), part),
      end(end) {
        const segment = segmentOf.get(end.number);
        if (segment === undefined) return;
        segmentOf.delete(end.number);
        segment.open -= 1;
        segment.sink.end({ ...end, number: numberOf(end.number) });
        if (segment !== current && segment.open === 0) void leave(segment);
      },
    },
    async enter(number, captureId, tape) {
      const before = current;
      const queue = openTapeQueue(tape);
      current = { number, queue, sink: queue.exchangeSink(captureId), open: 0 };
      if (before?.open === 0) await leave(before);
    },
    trouble: () => current?.queue.trouble() ?? null,
    async close() {
      const open = new Set(segmentOf.values());
      if (current !== null) open.add(current);
      await Promise.all([...open].map(leave));
    },
  };
}
