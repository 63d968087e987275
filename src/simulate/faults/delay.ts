import type { ServerResponse } from 'node:http';
import { type Alarm, createAlarm } from '../../model/alarm.ts';
import { systemTimers } from '../../model/clock.ts';

/** Calls back after some milliseconds of model time, unless the client has gone by then; one call at a time. */
export type Delay = (ms: number, then: () => void) => void;

/**
 * What a spoiled answer waits by. Whole milliseconds, as timers count them, would be too coarse where the model's time
 * runs faster than the wall's.
 * @param nowUs model time, microseconds
 * @param timeScale model time per wall time
 */
export function createDelay(response: ServerResponse, nowUs: () => number, timeScale: number): Delay {
  let next = (): void => undefined;
  // Few answers ever wait.
  let alarm: Alarm | null = null;

  function createIt(): Alarm {
    const created = createAlarm({ ...systemTimers, nowUs }, () => next(), timeScale);
    response.once('close', () => created.set(null));
    return created;
  }

  return (ms, then) => {
    if (response.destroyed) return;
    alarm ??= createIt();
    next = then;
    alarm.set(nowUs() + ms * 1e3);
  };
}
