import { createEngine } from '../../src/simulate/engine.ts';
import type { LatencyProfile } from '../../src/simulate/latency-profile.ts';
import { createRandom } from '../../src/simulate/random.ts';

/** A closed loop played in model time: hours take seconds, and no socket blurs the model. */
export interface VirtualLoad {
  readonly profile: LatencyProfile;
  readonly connections: number;
  readonly durationUs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly seed: number;
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
}

/** Latencies of the requests that ended within the duration, microseconds, in order of their end. */
export interface VirtualResult {
  readonly latenciesUs: readonly number[];
}

/** Time between an answer and the next request of the same connection: client and loopback, microseconds. */
const TURNAROUND_US = 300;

/** The first requests of all connections come within this time, microseconds. */
const START_SPREAD_US = 5_000;

/** Runs `connections` clients, each sending its next request when its answer has come, as wrk does. */
export function virtualClosedLoop(load: VirtualLoad): VirtualResult {
  const { profile, durationUs, promptTokens, outputTokens } = load;
  const limits = {
    maxNumSeqs: load.maxNumSeqs ?? profile.maxNumSeqs,
    maxNumBatchedTokens: load.maxNumBatchedTokens ?? profile.maxNumBatchedTokens,
  };
  const engine = createEngine(profile, limits, load.seed);
  const choices = [{ outputTokens, finishReason: 'length' }] as const;
  const random = createRandom(load.seed + 1);
  const sentUs = new Map<number, number>();
  const latenciesUs: number[] = [];
  const sends = Array.from({ length: load.connections }, (_, id) => ({
    id,
    atUs: random.uniform(0, START_SPREAD_US),
  })).sort((a, b) => a.atUs - b.atUs);

  for (;;) {
    const due = engine.nextDueUs();
    const [send] = sends;
    if (send !== undefined && (due === null || send.atUs <= due)) {
      sends.shift();
      if (send.atUs > durationUs) continue;
      sentUs.set(send.id, send.atUs);
      engine.submit({ id: send.id, promptTokens, promptBlocks: [], choices, maxTokens: null }, send.atUs);
      continue;
    }
    if (due === null) return { latenciesUs };
    engine.advance(due, (event) => {
      if (event.kind !== 'answered') return;
      if (event.atUs <= durationUs) latenciesUs.push(event.atUs - (sentUs.get(event.id) ?? 0));
      sends.push({ id: event.id, atUs: event.atUs + TURNAROUND_US });
    });
  }
}
