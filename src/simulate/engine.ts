import { createRandom } from '../model/random.ts';
import { type LatencyProfile, stepMs } from './latency-profile.ts';
import { createScheduler, type SchedulerLimits } from './scheduler.ts';

/** What happens in the server, at an instant of model time (microseconds). */
export type EngineEvent =
  /** The API server has read the request; a stream's headers leave now. */
  | { readonly kind: 'accepted'; readonly atUs: number; readonly id: number }
  /** A step ended: one token for each of these requests. */
  | { readonly kind: 'tokens'; readonly atUs: number; readonly ids: readonly number[] }
  /** The API server has finished the answer: a plain body or a stream's end leaves now. */
  | { readonly kind: 'answered'; readonly atUs: number; readonly id: number };

export interface EngineRequest {
  readonly id: number;
  readonly promptTokens: number;
  /** Exactly so many tokens are generated. */
  readonly outputTokens: number;
}

/**
 * A vLLM server in model time: nothing here asks for the time or waits. Events run on their own due instants, so a
 * driver that comes late sees them late but does not shift the ones after.
 */
export interface Engine {
  /** Call `advance(nowUs)` before. */
  submit(request: EngineRequest, nowUs: number): void;
  /** The client has gone: the request leaves with the next step. */
  abort(id: number): void;
  /** When the next event is due; null when the server is idle. */
  nextDueUs(): number | null;
  /** Tells, in order, of everything that is due until `nowUs`. */
  advance(nowUs: number, tell: (event: EngineEvent) => void): void;
  readonly running: number;
  /** Requests that wait for a seat; those the API server has not read yet are not counted, as in vLLM. */
  readonly waiting: number;
}

/** An instant at which the API server's event loop is through with a request. */
interface Passing {
  readonly atUs: number;
  readonly request: EngineRequest;
}

/** Starts an idle server at model time 0. */
export function createEngine(profile: LatencyProfile, limits: SchedulerLimits, seed: number): Engine {
  const random = createRandom(seed);
  const scheduler = createScheduler(limits);
  const requests = new Map<number, EngineRequest>();
  // Both queues are in order of time: one serial event loop fills them.
  const incoming: Passing[] = [];
  const outgoing: Passing[] = [];
  let frontEndFreeUs = 0;
  let stepEndsUs: number | null = null;

  function passFrontEnd(queue: Passing[], request: EngineRequest, fromUs: number, costMs: number): void {
    frontEndFreeUs = Math.max(frontEndFreeUs, fromUs) + costMs * 1e3 * random.uniform(0.7, 1.3);
    queue.push({ atUs: frontEndFreeUs, request });
  }

  function beginStep(atUs: number): void {
    const load = scheduler.beginStep();
    stepEndsUs =
      load === null
        ? null
        : atUs + stepMs(profile, load) * 1e3 * Math.max(0.1, random.gaussian(1, profile.stepNoise));
  }

  function accept({ atUs, request }: Passing, tell: (event: EngineEvent) => void): void {
    incoming.shift();
    if (!requests.has(request.id)) return;
    tell({ kind: 'accepted', atUs, id: request.id });
    scheduler.add(request.id, request.promptTokens, request.outputTokens);
    if (stepEndsUs === null) beginStep(atUs);
  }

  function endStep(atUs: number, tell: (event: EngineEvent) => void): void {
    const { tokens, finished } = scheduler.endStep();
    const ids = tokens.filter((id) => requests.has(id));
    if (ids.length > 0) tell({ kind: 'tokens', atUs, ids });
    for (const id of finished) {
      const request = requests.get(id);
      if (request !== undefined) passFrontEnd(outgoing, request, atUs, profile.egressMs);
    }
    beginStep(atUs);
  }

  function answer({ atUs, request }: Passing, tell: (event: EngineEvent) => void): void {
    outgoing.shift();
    if (requests.delete(request.id)) tell({ kind: 'answered', atUs, id: request.id });
  }

  function nextDueUs(): number | null {
    const due = Math.min(
      incoming[0]?.atUs ?? Number.POSITIVE_INFINITY,
      outgoing[0]?.atUs ?? Number.POSITIVE_INFINITY,
      stepEndsUs ?? Number.POSITIVE_INFINITY,
    );
    return due === Number.POSITIVE_INFINITY ? null : due;
  }

  return {
    submit(request, nowUs) {
      requests.set(request.id, request);
      passFrontEnd(incoming, request, nowUs, profile.ingestMs);
    },
    abort(id) {
      if (requests.delete(id)) scheduler.abort(id);
    },
    nextDueUs,
    advance(nowUs, tell) {
      for (let due = nextDueUs(); due !== null && due <= nowUs; due = nextDueUs()) {
        const [first] = incoming;
        const [last] = outgoing;
        if (first?.atUs === due) accept(first, tell);
        else if (last?.atUs === due) answer(last, tell);
        else endStep(due, tell);
      }
    },
    get running() {
      return scheduler.running;
    },
    get waiting() {
      return scheduler.waiting;
    },
  };
}
