import type { SpannedExchange } from '../../formats/writing/otlp-spans.ts';
import type { Timers } from '../../model/timers.ts';
import { CollectorError } from '../collector.ts';
import { createRetryPause } from './retry-pause.ts';

/** What comes of spans; called on the thread that sends. */
export interface SpanEvents {
  /** The collector has accepted them. */
  sent(spans: number): void;
  /** They are given up. */
  lost(spans: number, why: string): void;
  /** The same ones are sent again after a pause. */
  failed(why: string): void;
}

/** Spans in one request. */
const BATCH = 500;

/** Between two tries, ms. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Sends spans in the order in which they came. Its caller bounds how many wait.
 * @param send gives how many spans the collector rejected
 */
export function createSpanQueue(
  send: (exchanges: readonly SpannedExchange[]) => Promise<number>,
  timers: Timers,
  events: SpanEvents,
) {
  const waiting: SpannedExchange[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    const pause = createRetryPause(timers, LONGEST_PAUSE_MS);
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
          await pause.wait();
          continue;
        }
        events.lost(batch.length, why);
      }
      waiting.splice(0, batch.length);
      pause.reset();
    }
    running = null;
  }

  return {
    add(exchanges: readonly SpannedExchange[]): void {
      waiting.push(...exchanges);
      running ??= run();
    },
    /** Resolves when nothing waits. */
    async idle(): Promise<void> {
      while (running !== null) await running;
    },
  };
}

export type SpanQueue = ReturnType<typeof createSpanQueue>;
