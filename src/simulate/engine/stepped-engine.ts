import { createDueQueue } from '../../model/due-queue.ts';
import { createRandom, type Random } from '../../model/random.ts';
import type { Engine, EngineEvent, EngineOptions, EngineRequest, TokenDelivery } from './engine.ts';
import { createKvCache, kvBlocks } from './kv-cache.ts';
import type { FrontEndCosts, SteppedProfile } from './latency-profile.ts';
import { Scheduler, type Step } from './scheduler.ts';
import { createNoise, type Speed, stepMs, USUAL_SPEED } from './step-time.ts';

type Report = (event: EngineEvent) => void;

/** A request, and which of its choices are not complete, by the scheduler's numbers. */
interface Flight {
  readonly request: EngineRequest;
  readonly open: Set<number>;
}

/** Something that the API server is through with: a request that came in (it began with it at `arrivedUs`) or an answer. */
interface FrontEndTask {
  readonly flight: Flight;
  readonly arrivedUs: number | null;
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
  const accepted = acceptedDrafts(speculation?.acceptance ?? 0, seed + 2);
  const reserveWholePrompt = options.dialect !== 'v0.8.5';
  const scheduler = new Scheduler({ ...limits, draftTokens, reserveWholePrompt, accepted }, cache);
  const tasks = createDueQueue<FrontEndTask>();
  const flights = new Map<number, Flight>();
  /** By the scheduler's number. */
  const sequences = new Map<number, { readonly flight: Flight; readonly choice: number }>();
  let sequenceNumbers = 0;
  let stepEndsUs: number | null = null;
  let speed: Speed = USUAL_SPEED;

  function beginStep(atUs: number, report: Report): void {
    const step = scheduler.beginStep();
    stepEndsUs =
      step === null ? null : atUs + stepMs(profile.step, step.load, draftTokens, speed) * noise(atUs) * 1e3;
    if (step !== null) reportStep(step, atUs, report);
  }

  function reportStep({ admitted, preempted }: Step, atUs: number, report: Report): void {
    for (const { id: number, tokens, cachedTokens, resumed } of admitted) {
      const sequence = sequences.get(number);
      if (sequence === undefined) continue;
      const { flight, choice } = sequence;
      report({ kind: 'scheduled', atUs, id: flight.request.id, choice, tokens, cachedTokens, resumed });
    }
    for (const number of preempted) {
      const sequence = sequences.get(number);
      if (sequence === undefined) continue;
      report({ kind: 'preempted', atUs, id: sequence.flight.request.id, choice: sequence.choice });
    }
  }

  function accept(flight: Flight, arrivedUs: number, atUs: number, report: Report): void {
    const { request, open } = flight;
    report({ kind: 'accepted', atUs, id: request.id, arrivedUs });
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
    if (stepEndsUs === null) beginStep(atUs, report);
  }

  function endStep(atUs: number, report: Report): void {
    const deliveries: TokenDelivery[] = [];
    const complete: Flight[] = [];
    for (const { id: number, tokens, finished, drafts, acceptedDrafts } of scheduler.endStep()) {
      const sequence = sequences.get(number);
      if (sequence === undefined) continue;
      const { flight, choice } = sequence;
      deliveries.push({ id: flight.request.id, choice, count: tokens, finished, drafts, acceptedDrafts });
      if (!finished) continue;
      sequences.delete(number);
      flight.open.delete(number);
      if (flight.open.size === 0) complete.push(flight);
    }
    if (deliveries.length > 0) report({ kind: 'tokens', atUs, deliveries });
    for (const flight of complete) {
      tasks.push(frontEnd.egress(flight.request.id, atUs).toUs, { flight, arrivedUs: null });
    }
    beginStep(atUs, report);
  }

  function doTask(nowUs: number, report: Report): void {
    const due = tasks.take(nowUs);
    if (due === null) return;
    const { dueUs: atUs, item } = due;
    const { id } = item.flight.request;
    // It may have been aborted meanwhile.
    if (!flights.has(id)) return;
    if (item.arrivedUs !== null) accept(item.flight, item.arrivedUs, atUs, report);
    else {
      flights.delete(id);
      report({ kind: 'answered', atUs, id });
    }
  }

  function nextDueUs(): number | null {
    const taskUs = tasks.nextDueUs();
    return taskUs === null || stepEndsUs === null ? (taskUs ?? stepEndsUs) : Math.min(taskUs, stepEndsUs);
  }

  return {
    submit(request, nowUs) {
      const flight = { request, open: new Set<number>() };
      flights.set(request.id, flight);
      const { fromUs: arrivedUs, toUs } = frontEnd.ingest(request.id, nowUs);
      tasks.push(toUs, { flight, arrivedUs });
    },
    abort(id) {
      for (const number of flights.get(id)?.open ?? []) {
        sequences.delete(number);
        scheduler.abort(number);
      }
      flights.delete(id);
    },
    nextDueUs,
    advance(nowUs, report) {
      for (let due = nextDueUs(); due !== null && due <= nowUs; due = nextDueUs()) {
        if (tasks.nextDueUs() === due) doTask(due, report);
        else endStep(due, report);
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

/**
 * The API server's event loops, each doing one thing after another. `ingest` reads a request that came at `atUs`, `egress`
 * finishes the answer to one whose last token came then; both give when it begins and is through, microseconds.
 * @param loops `--api-server-count`; requests go to them in turns, as connections of many clients do on average
 */
export function createFrontEnd(costs: FrontEndCosts, loops: number, random: Random) {
  const freeUs = new Array<number>(loops).fill(0);

  function pass(
    id: number,
    atUs: number,
    costMs: number,
  ): { readonly fromUs: number; readonly toUs: number } {
    const loop = id % loops;
    const fromUs = Math.max(freeUs[loop] ?? 0, atUs);
    const toUs =
      fromUs + costMs * 1e3 * frontEnd.slowdown * random.uniform(1 - costs.jitter, 1 + costs.jitter);
    freeUs[loop] = toUs;
    return { fromUs, toUs };
  }

  const frontEnd = {
    ingest: (id: number, atUs: number) => pass(id, atUs, costs.ingestMs),
    egress: (id: number, atUs: number) => pass(id, atUs, costs.egressMs),
    /** Factor on all costs from now on. */
    slowdown: 1,
  };
  return frontEnd;
}
