import type { Random } from '../../model/random.ts';
import type { FrontEndCosts } from './latency-profile.ts';

/** When the API server begins with something and is through with it, microseconds of model time. */
export interface Passage {
  readonly fromUs: number;
  readonly toUs: number;
}

/** The API server's event loops, each doing one thing after another. */
export interface FrontEnd {
  /** Reads a request that came at `atUs`. */
  ingest(id: number, atUs: number): Passage;
  /** Finishes the answer to a request whose last token came at `atUs`. */
  egress(id: number, atUs: number): Passage;
  /** Factor on all costs from now on. */
  slowdown: number;
}

/** @param loops `--api-server-count`; requests go to them in turns, as connections of many clients do on average */
export function createFrontEnd(costs: FrontEndCosts, loops: number, random: Random): FrontEnd {
  const freeUs = new Array<number>(loops).fill(0);

  function pass(id: number, atUs: number, costMs: number): Passage {
    const loop = id % loops;
    const fromUs = Math.max(freeUs[loop] ?? 0, atUs);
    const toUs =
      fromUs + costMs * 1e3 * frontEnd.slowdown * random.uniform(1 - costs.jitter, 1 + costs.jitter);
    freeUs[loop] = toUs;
    return { fromUs, toUs };
  }

  const frontEnd: FrontEnd = {
    ingest: (id, atUs) => pass(id, atUs, costs.ingestMs),
    egress: (id, atUs) => pass(id, atUs, costs.egressMs),
    slowdown: 1,
  };
  return frontEnd;
}
