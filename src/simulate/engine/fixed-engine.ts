import { createDueQueue } from '../../model/due-queue.ts';
import type { Engine, EngineEvent, EngineRequest, TokenDelivery } from './engine.ts';
import type { FixedProfile } from './latency-profile.ts';
import { type Speed, USUAL_SPEED } from './step-time.ts';

type Report = (event: EngineEvent) => void;

/** A request and the tokens that each of its choices has so far; none before it is accepted. */
interface Flight {
  readonly request: EngineRequest;
  readonly produced: number[];
}

/**
 * A server that gives every request its first token after exactly `ttftMs` and each further one `itlMs` later, whatever
 * else is running: no slots, no batch, no cache. Tokens that are due at one instant come at once.
 */
export function createFixedEngine({ ttftMs, itlMs }: FixedProfile): Engine {
  const steps = createDueQueue<Flight>();
  const flights = new Map<number, Flight>();
  let speed: Speed = USUAL_SPEED;

  function begin({ request, produced }: Flight, atUs: number, report: Report): void {
    const { id, promptTokens: tokens } = request;
    report({ kind: 'accepted', atUs, id, arrivedUs: atUs });
    for (const choice of request.choices.keys()) {
      produced.push(0);
      report({ kind: 'scheduled', atUs, id, choice, tokens, cachedTokens: 0, resumed: false });
    }
  }

  /** True when all choices are complete. */
  function giveTokens({ request, produced }: Flight, atUs: number, report: Report): boolean {
    const deliveries: TokenDelivery[] = [];
    for (const [choice, { outputTokens }] of request.choices.entries()) {
      const left = outputTokens - (produced[choice] ?? 0);
      if (left === 0) continue;
      const count = itlMs * speed.decode === 0 ? left : 1;
      produced[choice] = outputTokens - left + count;
      const finished = count === left;
      deliveries.push({ id: request.id, choice, count, finished, drafts: 0, acceptedDrafts: 0 });
    }
    report({ kind: 'tokens', atUs, deliveries });
    return deliveries.every(({ finished }) => finished);
  }

  function go(flight: Flight, atUs: number, report: Report): void {
    const { id } = flight.request;
    if (flights.get(id) !== flight) return;
    if (flight.produced.length === 0) {
      begin(flight, atUs, report);
      steps.push(atUs + ttftMs * speed.prefill * 1e3, flight);
    } else if (giveTokens(flight, atUs, report)) {
      flights.delete(id);
      report({ kind: 'answered', atUs, id });
    } else {
      steps.push(atUs + itlMs * speed.decode * 1e3, flight);
    }
  }

  return {
    submit(request, nowUs) {
      const flight = { request, produced: [] };
      flights.set(request.id, flight);
      steps.push(nowUs, flight);
    },
    abort: (id) => void flights.delete(id),
    nextDueUs: steps.nextDueUs,
    advance(nowUs, report) {
      for (let next = steps.take(nowUs); next !== null; next = steps.take(nowUs)) {
        go(next.item, next.dueUs, report);
      }
    },
    resetPrefixCache: () => true,
    setSpeed(change) {
      speed = { ...speed, ...change };
      return speed;
    },
    get running() {
      return flights.size;
    },
    waiting: 0,
    kvUsage: 0,
  };
}
