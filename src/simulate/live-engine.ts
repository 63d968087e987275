import { createAlarm } from '../model/alarm.ts';
import type { Clock } from '../model/clock.ts';
import { createEngine, type EngineEvent, type EngineRequest } from './engine.ts';
import type { LatencyProfile } from './latency-profile.ts';
import type { SchedulerLimits } from './scheduler.ts';

/** What a request's owner is told. Instants are microseconds of model time. */
export interface Generation {
  accepted(): void;
  /** One more token. */
  token(atUs: number): void;
  answered(atUs: number): void;
}

/** The engine on the machine's clock: model time runs `timeScale` times as fast as wall time. */
export interface LiveEngine {
  /** Gives a number to abort by. */
  submit(tokens: Omit<EngineRequest, 'id'>, generation: Generation): number;
  abort(id: number): void;
  /** Model time, microseconds since the start. */
  nowUs(): number;
  readonly running: number;
  readonly waiting: number;
  stop(): void;
}

export function startLiveEngine(
  profile: LatencyProfile,
  limits: SchedulerLimits,
  timeScale: number,
  seed: number,
  clock: Clock,
): LiveEngine {
  const engine = createEngine(profile, limits, seed);
  const generations = new Map<number, Generation>();
  const startedUs = clock.nowUs();
  const nowUs = (): number => (clock.nowUs() - startedUs) * timeScale;
  const alarm = createAlarm(nowUs, timeScale, catchUp);
  let ids = 0;
  let stopped = false;

  function tell(event: EngineEvent): void {
    switch (event.kind) {
      case 'accepted':
        generations.get(event.id)?.accepted();
        return;
      case 'tokens':
        for (const id of event.ids) generations.get(id)?.token(event.atUs);
        return;
      case 'answered':
        generations.get(event.id)?.answered(event.atUs);
        generations.delete(event.id);
    }
  }

  function catchUp(): void {
    engine.advance(nowUs(), tell);
    rearm();
  }

  function rearm(): void {
    if (!stopped) alarm.set(engine.nextDueUs());
  }

  return {
    submit(tokens, generation) {
      const id = ids++;
      const atUs = nowUs();
      engine.advance(atUs, tell);
      generations.set(id, generation);
      engine.submit({ ...tokens, id }, atUs);
      rearm();
      return id;
    },
    abort(id) {
      engine.abort(id);
      generations.delete(id);
    },
    nowUs,
    get running() {
      return engine.running;
    },
    get waiting() {
      return engine.waiting;
    },
    stop() {
      stopped = true;
      alarm.set(null);
    },
  };
}
