import { type Clock, systemTimers } from '../../model/clock.ts';
import { createAlarm } from '../../model/timers.ts';
import { createEngine } from './create-engine.ts';
import type { Engine, EngineEvent, EngineRequest, EngineSettings, EngineState } from './engine.ts';

/** What the live engine needs beside the engine's own settings. */
export interface LiveEngineSettings extends EngineSettings {
  /** Model time per wall time: 10 is ten times as fast as the real card. */
  readonly timeScale: number;
  /** `--max-num-queued-reqs`: choices that may be running or waiting; null for no limit. */
  readonly maxNumQueuedReqs: number | null;
}

/** Counts what happens; called after the requests' owners, since counting may cost them no time. */
export interface EngineObserver {
  submitted(request: EngineRequest): void;
  observe(event: EngineEvent): void;
  /** The client has gone before the answer's end. */
  aborted(id: number, atUs: number): void;
  /** The queue's limit refused a request. */
  refused(): void;
}

/** What a request's owner gets. Instants are microseconds of model time. */
export interface Generation {
  /** The API server has read the request; a stream's headers leave now. */
  accepted(): void;
  /** Its prompt is in the batch for the first time, so it is known what the prefix cache had of it. */
  scheduled(cachedTokens: number): void;
  /** More tokens for one choice, by its index: one, or several at once with speculative decoding. */
  tokens(choice: number, count: number, atUs: number): void;
  /** All choices are complete and the API server is through: a plain body or a stream's end leaves now. */
  answered(atUs: number): void;
}

/** The engine on the machine's clock. */
export interface LiveEngine extends EngineState, Pick<Engine, 'abort' | 'resetPrefixCache' | 'setSpeed'> {
  /** Gives a number to abort by; null when the queue's limit refuses the request. */
  submit(request: Omit<EngineRequest, 'id'>, generation: Generation): number | null;
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
export function startLiveEngine(
  settings: LiveEngineSettings,
  clock: Clock,
  observer: EngineObserver,
): LiveEngine {
  const { timeScale, maxNumQueuedReqs, profile } = settings;
  const engine = createEngine(settings);
  const flights = new Map<number, { readonly generation: Generation; readonly choices: number }>();
  const lateness = createLateness();
  const startedUs = clock.nowUs();
  const nowUs = (): number => (clock.nowUs() - startedUs) * timeScale;
  const alarm = createAlarm({ ...systemTimers, nowUs }, catchUp, timeScale);
  let ids = 0;
  let underWay = 0;
  let stopped = false;

  function report(event: EngineEvent): void {
    reportToOwner(event);
    observer.observe(event);
  }

  function reportToOwner(event: EngineEvent): void {
    if (event.kind === 'tokens') {
      lateness.add((nowUs() - event.atUs) / timeScale / 1e3);
      for (const { id, choice, count } of event.deliveries)
        flights.get(id)?.generation.tokens(choice, count, event.atUs);
      return;
    }
    const generation = flights.get(event.id)?.generation;
    if (event.kind === 'accepted') generation?.accepted();
    if (event.kind === 'scheduled' && event.choice === 0 && !event.resumed)
      generation?.scheduled(event.cachedTokens);
    if (event.kind === 'answered') {
      generation?.answered(event.atUs);
      forget(event.id);
    }
  }

  function forget(id: number): void {
    underWay -= flights.get(id)?.choices ?? 0;
    flights.delete(id);
  }

  function catchUp(): void {
    engine.advance(nowUs(), report);
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
      engine.advance(atUs, report);
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

/** How late something came. */
export interface LatenessSummary {
  readonly count: number;
  /** Upper bounds of the value at these shares of all, ms, within 0.02 ms; null when nothing was counted. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

const BIN_MS = 0.02;
/** What is later than this counts as this late, except in the maximum. */
const LIMIT_MS = 200;

/** Counts in a histogram of equal bins, which costs next to nothing. */
export function createLateness() {
  const bins = new Uint32Array(LIMIT_MS / BIN_MS + 1);
  let count = 0;
  let maxMs = 0;

  function quantile(share: number): number {
    let left = Math.ceil(share * count);
    const bin = bins.findIndex((inBin) => {
      left -= inBin;
      return left <= 0;
    });
    return Math.min(maxMs, (bin + 1) * BIN_MS);
  }

  return {
    add(ms: number): void {
      const bin = Math.min(bins.length - 1, Math.max(0, Math.floor(ms / BIN_MS)));
      bins[bin] = (bins[bin] ?? 0) + 1;
      count += 1;
      maxMs = Math.max(maxMs, ms);
    },
    summary: (): LatenessSummary =>
      count === 0
        ? { count, p50Ms: null, p99Ms: null, maxMs: null }
        : { count, p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs },
  };
}
