import { createAlarm } from '../../model/alarm.ts';
import { type Clock, systemTimers } from '../../model/clock.ts';
import { createEngine } from './create-engine.ts';
import type { EngineEvent, EngineState } from './engine.ts';
import type { EngineSettings } from './engine-options.ts';
import type { EngineRequest, Generation } from './engine-request.ts';
import { createLateness, type LatenessSummary } from './lateness.ts';
import type { Speed } from './step-time.ts';

/** What the live engine needs beside the engine's own settings. */
export interface LiveEngineOptions {
  readonly server: EngineSettings;
  /** Model time per wall time: 10 is ten times as fast as the real card. */
  readonly timeScale: number;
  /** `--max-num-queued-reqs`: choices that may be under way, running or not; null for no limit. */
  readonly maxNumQueuedReqs: number | null;
  readonly clock: Clock;
  /** Hears of everything after the requests' owners did. */
  readonly observer: EngineObserver;
}

/** Somebody who counts. */
export interface EngineObserver {
  submitted(request: EngineRequest): void;
  observe(event: EngineEvent): void;
  /** The client has gone before the answer's end. */
  aborted(id: number, atUs: number): void;
  /** The queue's limit. */
  refused(): void;
}

/** The engine on the machine's clock. */
export interface LiveEngine extends EngineState {
  /** Gives a number to abort by; null when the queue's limit (`--max-num-queued-reqs`) refuses the request. */
  submit(request: Omit<EngineRequest, 'id'>, generation: Generation): number | null;
  abort(id: number): void;
  /** Forgets every cached block; false when requests still hold some, and nothing was forgotten. */
  resetPrefixCache(): boolean;
  /** Changes the server's times from the next step on; gives what is in force then. */
  setSpeed(change: Partial<Speed>): Speed;
  /** Tokens of one KV-cache block: what `promptBlocks` hashes at a time. */
  readonly blockSize: number;
  /** Model time, microseconds since the start. */
  nowUs(): number;
  /** How late the steps' tokens were handed out, in wall time. */
  lateness(): LatenessSummary;
  stop(): void;
}

/** Fixed profiles have no cache; their blocks are hashed in vain. */
const USUAL_BLOCK_SIZE = 16;

/**
 * Runs an engine by an alarm that is set to its next event.
 * @throws UserError when the card's memory does not hold one request of the longest kind
 */
export function startLiveEngine(options: LiveEngineOptions): LiveEngine {
  const { timeScale, maxNumQueuedReqs, clock, observer } = options;
  const { profile } = options.server;
  const engine = createEngine(options.server);
  const flights = new Map<number, { readonly generation: Generation; readonly choices: number }>();
  const lateness = createLateness();
  const startedUs = clock.nowUs();
  const nowUs = (): number => (clock.nowUs() - startedUs) * timeScale;
  const alarm = createAlarm({ ...systemTimers, nowUs }, catchUp, timeScale);
  let ids = 0;
  let underWay = 0;
  let stopped = false;

  function tell(event: EngineEvent): void {
    tellOwner(event);
    // After the clients: counting may cost them no time.
    observer.observe(event);
  }

  function tellOwner(event: EngineEvent): void {
    switch (event.kind) {
      case 'accepted':
        flights.get(event.id)?.generation.accepted();
        return;
      case 'scheduled':
        if (event.choice === 0 && !event.resumed)
          flights.get(event.id)?.generation.scheduled(event.cachedTokens);
        return;
      case 'tokens':
        lateness.add((nowUs() - event.atUs) / timeScale / 1e3);
        for (const { id, choice, count } of event.deliveries)
          flights.get(id)?.generation.tokens(choice, count, event.atUs);
        return;
      case 'answered':
        flights.get(event.id)?.generation.answered(event.atUs);
        forget(event.id);
    }
  }

  function forget(id: number): void {
    underWay -= flights.get(id)?.choices ?? 0;
    flights.delete(id);
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
      const choices = request.choices.length;
      if (maxNumQueuedReqs !== null && underWay + choices > maxNumQueuedReqs) {
        observer.refused();
        return null;
      }
      const id = ids++;
      const atUs = nowUs();
      engine.advance(atUs, tell);
      flights.set(id, { generation, choices });
      underWay += choices;
      observer.submitted({ ...request, id });
      engine.submit({ ...request, id }, atUs);
      rearm();
      return id;
    },
    abort(id) {
      engine.abort(id);
      observer.aborted(id, nowUs());
      forget(id);
    },
    resetPrefixCache: () => engine.resetPrefixCache(),
    setSpeed: (speed) => engine.setSpeed(speed),
    blockSize: profile.kind === 'stepped' ? profile.memory.blockSize : USUAL_BLOCK_SIZE,
    nowUs,
    lateness: lateness.summary,
    get running() {
      return engine.running;
    },
    get waiting() {
      return engine.waiting;
    },
    get kvUsage() {
      return engine.kvUsage;
    },
    stop() {
      stopped = true;
      alarm.set(null);
    },
  };
}
