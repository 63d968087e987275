import type { SpannedExchange } from '../../formats/writing/otlp-spans.ts';
import type { Timers } from '../../model/timers.ts';
import { CollectorError } from '../collector.ts';

/** What comes of spans; called on the thread that sends. */
export interface SpanEvents {
  /** So many are with the collector. */
  sent(spans: number): void;
  /** So many are given up. */
  lost(spans: number, why: string): void;
  /** The same ones are sent again after a pause. */
  failed(why: string): void;
}

/** Sends spans in the order in which they came. Whoever adds them bounds how many wait. */
export interface SpanQueue {
  add(exchanges: readonly SpannedExchange[]): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}

/** Spans in one request. */
const BATCH = 500;

/** Between two tries, ms: doubles up to the second. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** @param send gives how many spans the collector rejected */
export function createSpanQueue(
  send: (exchanges: readonly SpannedExchange[]) => Promise<number>,
  timers: Timers,
  events: SpanEvents,
): SpanQueue {
  const waiting: SpannedExchange[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        const rejected = await send(batch);
        events.sent(batch.length - rejected);
        if (rejected > 0) events.lost(rejected, 'the collector rejected them');
      } catch (error) {
        const why = (error as Error).message;
        if (error instanceof CollectorError && error.isPassing) {
          events.failed(why);
          const wait = Promise.withResolvers<void>();
          timers.after(pauseMs, wait.resolve);
          await wait.promise;
          pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
          continue;
        }
        events.lost(batch.length, why);
      }
      waiting.splice(0, batch.length);
      pauseMs = FIRST_PAUSE_MS;
    }
    running = null;
  }

  return {
    add(exchanges) {
      waiting.push(...exchanges);
      running ??= run();
    },
    async idle() {
      while (running !== null) await running;
    },
  };
}
