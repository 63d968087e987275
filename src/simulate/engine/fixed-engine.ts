import { createDueQueue } from '../../model/due-queue.ts';
import type { Engine, EngineEvent, TokenDelivery } from './engine.ts';
import type { EngineRequest } from './engine-request.ts';
import type { FixedProfile } from './latency-profile.ts';
import { type Speed, USUAL_SPEED } from './step-time.ts';

type Tell = (event: EngineEvent) => void;

/** A request and the tokens that each of its choices has so far. */
interface Flight {
  readonly request: EngineRequest;
  readonly produced: number[];
}

/**
 * A server that gives every request its first token after exactly `ttftMs` and each further one `itlMs` later, whatever
 * else is running: no seats, no batch, no cache. Tokens that are due at one instant come at once.
 */
export function createFixedEngine({ ttftMs, itlMs }: FixedProfile): Engine {
  const steps = createDueQueue<Flight>();
  const flights = new Map<number, Flight>();
  let speed: Speed = USUAL_SPEED;

  function begin({ request, produced }: Flight, atUs: number, tell: Tell): void {
    const { id, promptTokens } = request;
    tell({ kind: 'accepted', atUs, id, arrivedUs: atUs });
    for (const choice of request.choices.keys()) {
      produced.push(0);
      tell({ kind: 'scheduled', atUs, id, choice, tokens: promptTokens, cachedTokens: 0, resumed: false });
    }
  }

  function giveTokens({ request, produced }: Flight, atUs: number, tell: Tell): boolean {
    const deliveries: TokenDelivery[] = [];
    for (const [choice, { outputTokens }] of request.choices.entries()) {
      const left = outputTokens - (produced[choice] ?? 0);
      if (left === 0) continue;
      const count = itlMs * speed.decode === 0 ? left : 1;
      produced[choice] = outputTokens - left + count;
      deliveries.push({
        id: request.id,
        choice,
        count,
        finished: count === left,
        drafts: 0,
        acceptedDrafts: 0,
      });
    }
    tell({ kind: 'tokens', atUs, deliveries });
    return deliveries.every(({ finished }) => finished);
  }

  function go(flight: Flight, atUs: number, tell: Tell): void {
    const { id } = flight.request;
    if (flights.get(id) !== flight) return;
    if (flight.produced.length === 0) {
      begin(flight, atUs, tell);
      steps.push(atUs + ttftMs * speed.prefill * 1e3, flight);
    } else if (giveTokens(flight, atUs, tell)) {
      flights.delete(id);
      tell({ kind: 'answered', atUs, id });
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
    advance(nowUs, tell) {
      for (let next = steps.take(nowUs); next !== null; next = steps.take(nowUs)) {
        go(next.item, next.dueUs, tell);
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
