import { performance } from 'node:perf_hooks';
import { memoryOfResult, type RawResult, type ResultBatchSink, type ResultSink } from '../../model/result.ts';
import type { Timer, Timers } from '../../model/timers.ts';

/** How often the event loop's utilization is looked at, ms. */
const LOOK_EVERY_MS = 4;

/** Below this share of the time since the last look the loop is idle: it is between two steps of the server's batch. */
const IDLE_BELOW = 0.25;

/** The longest a result waits for an idle moment, ms: after that it is handed on, busy or not. */
const PATIENCE_MS = 250;

/** Results handed on at one look; each takes some tens of microseconds. */
const SLICE = 16;

/** The most that waits here, bytes of bodies and reads: beyond it memory matters more than the instant. */
const MOST_BYTES = 32 * 1024 * 1024;

/** A sink that hands results on while nothing comes in. */
export interface DeferredSink extends ResultSink {
  /** Hands on everything that is left. */
  end(): void;
}

/**
 * Handing a result to the tape's thread takes longer than reading ten tokens, and a batch of streams ends at one instant.
 * Done at once, it would make the sender late for the very tokens that it measures. So results wait for a moment between
 * two bursts of reads.
 * @param utilization share of the time since the last call that the event loop was busy, 0 to 1
 * @param mostBytes when bodies and reads of more than this wait, the oldest are handed on with each that comes
 */
export function createDeferredSink(
  sink: ResultBatchSink,
  timers: Timers,
  utilization: () => number = loopUtilization(),
  mostBytes = MOST_BYTES,
): DeferredSink {
  const waiting: RawResult[] = [];
  let waitingBytes = 0;
  let looks = 0;
  let timer: Timer | null = null;

  function look(): void {
    timer = null;
    const idle = utilization() < IDLE_BELOW;
    looks = idle ? 0 : looks + 1;
    // A loop that is never idle hands on a part of what waits, in proportion, so that the number waiting stays bounded.
    if (idle || looks * LOOK_EVERY_MS >= PATIENCE_MS) handOn(Math.max(SLICE, waiting.length >> 2));
    if (waiting.length > 0) lookLater();
  }

  function lookLater(): void {
    timer = timers.after(LOOK_EVERY_MS, look);
  }

  function handOn(count: number): void {
    const batch = waiting.splice(0, count);
    for (const result of batch) waitingBytes -= memoryOfResult(result);
    sink.addAll(batch);
  }

  return {
    add(result) {
      waiting.push(result);
      waitingBytes += memoryOfResult(result);
      if (waitingBytes > mostBytes) handOn(SLICE);
      if (timer !== null) return;
      looks = 0;
      utilization();
      lookLater();
    },
    end() {
      if (timer !== null) timers.cancel(timer);
      timer = null;
      handOn(waiting.length);
    },
  };
}

function loopUtilization(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
