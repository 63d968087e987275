import { performance } from 'node:perf_hooks';
import type { RawResult, ResultBatchSink, ResultSink } from '../../model/result.ts';

/** How often it is looked whether the event loop has time, ms. */
const LOOK_EVERY_MS = 4;

/** Below this share of the last look's time the loop is idle: between two steps of the server's batch. */
const IDLE_BELOW = 0.25;

/** The longest a result waits for an idle moment, ms: after that it goes, busy or not. */
const PATIENCE_MS = 250;

/** Results handed on at one look: some tens of microseconds each. */
const SLICE = 16;

/** A sink that hands results on while nothing comes in. */
export interface PatientSink extends ResultSink {
  /** Hands on what is left. */
  end(): void;
}

/**
 * To hand a result to the tape's thread takes longer than to read ten tokens, and a batch of streams ends at one instant:
 * done at once, it would make the sender late for the very tokens it measures. So it waits for a moment between bursts.
 * @param utilization share of time that the event loop was busy since it was last asked, 0 to 1
 */
export function createPatientSink(
  sink: ResultBatchSink,
  utilization: () => number = loopUtilization(),
): PatientSink {
  let waiting: RawResult[] = [];
  let looks = 0;
  let timer: NodeJS.Timeout | null = null;

  function look(): void {
    const idle = utilization() < IDLE_BELOW;
    looks = idle ? 0 : looks + 1;
    // Who never idles is no batch: a part of all that waits, so that it does not grow.
    if (idle || looks * LOOK_EVERY_MS >= PATIENCE_MS) handOn(Math.max(SLICE, waiting.length >> 2));
    if (waiting.length === 0) stop();
  }

  function handOn(count: number): void {
    sink.addAll(waiting.splice(0, count));
  }

  function stop(): void {
    if (timer !== null) clearInterval(timer);
    timer = null;
  }

  return {
    add(result) {
      waiting.push(result);
      if (timer !== null) return;
      looks = 0;
      utilization();
      timer = setInterval(look, LOOK_EVERY_MS);
    },
    end() {
      stop();
      const rest = waiting;
      waiting = [];
      sink.addAll(rest);
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
