import type { Clock } from '../model/clock.ts';
import { createAlarm } from './alarm.ts';
import { createEngine, type EngineEvent } from './engine.ts';
import type { EngineRequest, Generation } from './engine-request.ts';
import type { LatencyProfile } from './latency-profile.ts';
import type { SchedulerLimits } from './scheduler.ts';
import type { ServerMetrics } from './server-metrics.ts';

/** The engine on the machine's clock: model time runs `timeScale` times as fast as wall time. */
export interface LiveEngine {
  /** Gives a number to abort by; null when the queue's limit (`--max-num-queued-reqs`) refuses the request. */
  submit(request: Omit<EngineRequest, 'id'>, generation: Generation): number | null;
  abort(id: number): void;
  /** Forgets every cached block; false when requests still hold some, and nothing was forgotten. */
  resetPrefixCache(): boolean;
  /** Tokens of one KV-cache block: what `promptBlocks` hashes at a time. */
  readonly blockSize: number;
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
  metrics: ServerMetrics,
): LiveEngine {
  const engine = createEngine(profile, limits, seed);
  const generations = new Map<number, Generation>();
  const startedUs = clock.nowUs();
  const nowUs = (): number => (clock.nowUs() - startedUs) * timeScale;
  const alarm = createAlarm(nowUs, timeScale, catchUp);
  let ids = 0;
  let stopped = false;

  function tell(event: EngineEvent): void {
    metrics.observe(event);
    switch (event.kind) {
      case 'accepted':
        generations.get(event.id)?.accepted();
        return;
      case 'scheduled':
        generations.get(event.id)?.scheduled(event.cachedTokens);
        return;
      case 'tokens':
        for (const { id, choice, count } of event.deliveries)
          generations.get(id)?.tokens(choice, count, event.atUs);
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
    submit(request, generation) {
      const id = ids++;
      const atUs = nowUs();
      engine.advance(atUs, tell);
      generations.set(id, generation);
      metrics.submitted({ ...request, id }, atUs);
      engine.submit({ ...request, id }, atUs);
      rearm();
      return id;
    },
    abort(id) {
      engine.abort(id);
      metrics.aborted(id);
      generations.delete(id);
    },
    resetPrefixCache: () => true,
    blockSize: 16,
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
