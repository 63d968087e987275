import type { EngineRequest } from './engine-request.ts';
import { type LatencyProfile, stepMs } from './latency-profile.ts';
import { createRandom } from './random.ts';
import { createScheduler, type SchedulerLimits } from './scheduler.ts';

/** Tokens of one step for one choice of a request. */
export interface TokenDelivery {
  readonly id: number;
  readonly choice: number;
  readonly count: number;
}

/** What happens in the server, at an instant of model time (microseconds). */
export type EngineEvent =
  /** The API server has read the request; a stream's headers leave now. */
  | { readonly kind: 'accepted'; readonly atUs: number; readonly id: number }
  /** The request's first choice is in the batch. */
  | { readonly kind: 'scheduled'; readonly atUs: number; readonly id: number; readonly cachedTokens: number }
  /** A step ended. */
  | { readonly kind: 'tokens'; readonly atUs: number; readonly deliveries: readonly TokenDelivery[] }
  /** The API server has finished the answer: a plain body or a stream's end leaves now. */
  | { readonly kind: 'answered'; readonly atUs: number; readonly id: number };

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

/** One choice of a request, as the scheduler knows it by its number. */
interface Sequence {
  readonly request: EngineRequest;
  readonly choice: number;
}

/** Starts an idle server at model time 0. */
export function createEngine(profile: LatencyProfile, limits: SchedulerLimits, seed: number): Engine {
  const random = createRandom(seed);
  const scheduler = createScheduler(limits);
  /** By request id: the numbers of its choices that are not complete. */
  const requests = new Map<number, Set<number>>();
  const sequences = new Map<number, Sequence>();
  let sequenceNumbers = 0;
  // Both queues are in order of time: one serial event loop fills them.
  const incoming: Passing[] = [];
  const outgoing: Passing[] = [];
  let frontEndFreeUs = 0;
  let stepEndsUs: number | null = null;

  function passFrontEnd(queue: Passing[], request: EngineRequest, fromUs: number, costMs: number): void {
    frontEndFreeUs = Math.max(frontEndFreeUs, fromUs) + costMs * 1e3 * random.uniform(0.7, 1.3);
    queue.push({ atUs: frontEndFreeUs, request });
  }

  function beginStep(atUs: number, tell: (event: EngineEvent) => void): void {
    const load = scheduler.beginStep();
    for (const number of scheduler.admitted) {
      const sequence = sequences.get(number);
      if (sequence?.choice === 0) tell({ kind: 'scheduled', atUs, id: sequence.request.id, cachedTokens: 0 });
    }
    stepEndsUs =
      load === null
        ? null
        : atUs + stepMs(profile, load) * 1e3 * Math.max(0.1, random.gaussian(1, profile.stepNoise));
  }

  function accept({ atUs, request }: Passing, tell: (event: EngineEvent) => void): void {
    incoming.shift();
    const open = requests.get(request.id);
    if (open === undefined) return;
    tell({ kind: 'accepted', atUs, id: request.id });
    for (const [choice, { outputTokens }] of request.choices.entries()) {
      const number = sequenceNumbers++;
      sequences.set(number, { request, choice });
      open.add(number);
      scheduler.add(number, request.promptTokens, outputTokens);
    }
    if (stepEndsUs === null) beginStep(atUs, tell);
  }

  function endStep(atUs: number, tell: (event: EngineEvent) => void): void {
    const { tokens, finished } = scheduler.endStep();
    const deliveries = tokens.flatMap((number) => {
      const sequence = sequences.get(number);
      return sequence === undefined ? [] : [{ id: sequence.request.id, choice: sequence.choice, count: 1 }];
    });
    if (deliveries.length > 0) tell({ kind: 'tokens', atUs, deliveries });
    for (const number of finished) {
      const request = sequences.get(number)?.request;
      if (request === undefined) continue;
      sequences.delete(number);
      const open = requests.get(request.id);
      open?.delete(number);
      if (open?.size === 0) passFrontEnd(outgoing, request, atUs, profile.egressMs);
    }
    beginStep(atUs, tell);
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
      requests.set(request.id, new Set());
      passFrontEnd(incoming, request, nowUs, profile.ingestMs);
    },
    abort(id) {
      for (const number of requests.get(id) ?? []) {
        sequences.delete(number);
        scheduler.abort(number);
      }
      requests.delete(id);
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
