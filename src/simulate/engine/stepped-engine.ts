import { createDueQueue } from '../../model/due-queue.ts';
import { createRandom } from '../../model/random.ts';
import type { Engine, EngineEvent, TokenDelivery } from './engine.ts';
import type { EngineOptions } from './engine-options.ts';
import type { EngineRequest } from './engine-request.ts';
import { createFrontEnd } from './front-end.ts';
import { createKvCache } from './kv-cache.ts';
import { kvBlocks } from './kv-capacity.ts';
import type { SteppedProfile } from './latency-profile.ts';
import { createScheduler, type Step } from './scheduler.ts';
import { createNoise, type Speed, stepMs, USUAL_SPEED } from './step-time.ts';

type Tell = (event: EngineEvent) => void;

/** Something that the API server is through with. */
type FrontEndTask =
  | { readonly kind: 'accept'; readonly flight: Flight; readonly arrivedUs: number }
  | { readonly kind: 'answer'; readonly flight: Flight };

/** A request and the numbers of its choices that are not complete. */
interface Flight {
  readonly request: EngineRequest;
  readonly open: Set<number>;
}

/** One choice of a request, as the scheduler knows it by its number. */
interface Sequence {
  readonly flight: Flight;
  readonly choice: number;
}

/**
 * Starts an idle server at model time 0.
 * @throws UserError when the card's memory does not hold one request of the longest kind
 */
export function createSteppedEngine(profile: SteppedProfile, options: EngineOptions): Engine {
  const { limits, speculation, seed } = options;
  const draftTokens = speculation?.draftTokens ?? 0;
  const frontEnd = createFrontEnd(profile.frontEnd, options.apiServerCount, createRandom(seed));
  const noise = createNoise(profile.step.noise, createRandom(seed + 1));
  const blocks = kvBlocks(profile.memory, limits.gpuMemoryUtilization, profile.maxModelLen);
  const cache = createKvCache(blocks, profile.memory.blockSize);
  const scheduler = createScheduler(
    {
      ...limits,
      draftTokens,
      reserveWholePrompt: options.dialect !== 'v0.8.5',
      accepted: acceptedDrafts(speculation?.acceptance ?? 0, seed + 2),
    },
    cache,
  );
  const tasks = createDueQueue<FrontEndTask>();
  const flights = new Map<number, Flight>();
  const sequences = new Map<number, Sequence>();
  let sequenceNumbers = 0;
  let stepEndsUs: number | null = null;
  let speed: Speed = USUAL_SPEED;

  function beginStep(atUs: number, tell: Tell): void {
    const step = scheduler.beginStep();
    stepEndsUs =
      step === null ? null : atUs + stepMs(profile.step, step.load, draftTokens, speed) * noise(atUs) * 1e3;
    if (step !== null) tellOf(step, atUs, tell);
  }

  function tellOf({ admitted, preempted }: Step, atUs: number, tell: Tell): void {
    for (const { id: number, tokens, cachedTokens, resumed } of admitted) {
      const sequence = sequences.get(number);
      if (sequence === undefined) continue;
      const { id } = sequence.flight.request;
      tell({ kind: 'scheduled', atUs, id, choice: sequence.choice, tokens, cachedTokens, resumed });
    }
    for (const number of preempted) {
      const sequence = sequences.get(number);
      if (sequence === undefined) continue;
      tell({ kind: 'preempted', atUs, id: sequence.flight.request.id, choice: sequence.choice });
    }
  }

  function accept(flight: Flight, arrivedUs: number, atUs: number, tell: Tell): void {
    const { request, open } = flight;
    tell({ kind: 'accepted', atUs, id: request.id, arrivedUs });
    for (const [choice, { outputTokens, outputBlocks }] of request.choices.entries()) {
      const number = sequenceNumbers++;
      sequences.set(number, { flight, choice });
      open.add(number);
      scheduler.add({
        id: number,
        promptTokens: request.promptTokens,
        outputTokens,
        blocks: options.prefixCaching ? [...request.promptBlocks, ...(outputBlocks ?? [])] : [],
      });
    }
    if (stepEndsUs === null) beginStep(atUs, tell);
  }

  function endStep(atUs: number, tell: Tell): void {
    const deliveries: TokenDelivery[] = [];
    const complete: Flight[] = [];
    for (const { id: number, tokens, finished, drafts, acceptedDrafts } of scheduler.endStep()) {
      const sequence = sequences.get(number);
      if (sequence === undefined) continue;
      const { flight, choice } = sequence;
      const { id } = flight.request;
      deliveries.push({ id, choice, count: tokens, finished, drafts, acceptedDrafts });
      if (!finished) continue;
      sequences.delete(number);
      flight.open.delete(number);
      if (flight.open.size === 0) complete.push(flight);
    }
    if (deliveries.length > 0) tell({ kind: 'tokens', atUs, deliveries });
    for (const flight of complete) {
      const { toUs } = frontEnd.egress(flight.request.id, atUs);
      tasks.push(toUs, { kind: 'answer', flight });
    }
    beginStep(atUs, tell);
  }

  function doTask(nowUs: number, tell: Tell): void {
    const due = tasks.take(nowUs);
    if (due === null) return;
    const { dueUs: atUs, item } = due;
    const { id } = item.flight.request;
    // It may have been aborted meanwhile.
    if (!flights.has(id)) return;
    if (item.kind === 'accept') {
      accept(item.flight, item.arrivedUs, atUs, tell);
      return;
    }
    flights.delete(id);
    tell({ kind: 'answered', atUs, id });
  }

  function nextDueUs(): number | null {
    const taskUs = tasks.nextDueUs();
    return taskUs === null || stepEndsUs === null ? (taskUs ?? stepEndsUs) : Math.min(taskUs, stepEndsUs);
  }

  return {
    submit(request, nowUs) {
      const flight = { request, open: new Set<number>() };
      flights.set(request.id, flight);
      const { fromUs, toUs } = frontEnd.ingest(request.id, nowUs);
      tasks.push(toUs, { kind: 'accept', flight, arrivedUs: fromUs });
    },
    abort(id) {
      for (const number of flights.get(id)?.open ?? []) {
        sequences.delete(number);
        scheduler.abort(number);
      }
      flights.delete(id);
    },
    nextDueUs,
    advance(nowUs, tell) {
      for (let due = nextDueUs(); due !== null && due <= nowUs; due = nextDueUs()) {
        if (tasks.nextDueUs() === due) doTask(due, tell);
        else endStep(due, tell);
      }
    },
    resetPrefixCache: () => cache.reset(),
    setSpeed(change) {
      speed = { ...speed, ...change };
      frontEnd.slowdown = speed.frontEnd;
      return speed;
    },
    get running() {
      return scheduler.running;
    },
    get waiting() {
      return scheduler.waiting;
    },
    get kvUsage() {
      return 1 - cache.free / cache.capacity;
    },
  };
}

/** Drafts are checked in order, and the first wrong one makes those after it worthless. */
function acceptedDrafts(acceptance: number, seed: number): (drafts: number) => number {
  const random = createRandom(seed);
  return (drafts) => {
    let right = 0;
    while (right < drafts && random.uniform(0, 1) < acceptance) right += 1;
    return right;
  };
}
