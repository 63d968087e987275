import type { ArmRun, CellPairs, RequestColumns } from '../../src/compare/session/arm-run.ts';
import { pairOrder } from '../../src/compare/session/session-plan.ts';
import { median } from '../../src/compare/statistics/averages.ts';
import { NO_SAMPLE } from '../../src/measure/sample.ts';
import type { Random } from '../../src/model/random.ts';
import { noisyRuns, type RunNoise } from './pair-noise.ts';

/**
 * Sessions of pairs in model time, some hundred microseconds each. A run is a closed loop on a server that decodes all
 * its requests in one batch: what slows the batch slows whoever is in it, so requests of a run are not independent.
 */

/** How an arm differs from the model's server. */
export interface VirtualServer {
  /** Times as slow until the first token, and between tokens. */
  readonly prefill: number;
  readonly decode: number;
  /** This share of the requests waits so much longer for its first token. */
  readonly stalls: { readonly share: number; readonly ms: number };
}

/** Standard deviations of logarithms. */
export interface VirtualNoise {
  /** Of a pair: what a whole run is slower or faster than its partner, of prefill and decode each on its own. */
  readonly pair: number;
  /** Of the batch's pace, which all requests that run at the same time share. */
  readonly batch: number;
  /** Of one request's prefill. */
  readonly request: number;
  /** Of the runs of a session among each other, beyond a normal distribution. */
  readonly runs?: RunNoise;
  /** Requests that stall in either arm, by an exponentially distributed time. */
  readonly stalls: { readonly share: number; readonly meanMs: number };
}

export interface VirtualLoad {
  readonly connections: number;
  readonly requests: number;
}

export const SAME: VirtualServer = { prefill: 1, decode: 1, stalls: { share: 0, ms: 0 } };

/** Pair noise of 2 %, which a quiet machine has. */
export const QUIET: VirtualNoise = {
  pair: 0.02,
  batch: 0.02,
  request: 0.05,
  stalls: { share: 0, meanMs: 0 },
};

export const LOAD: VirtualLoad = { connections: 20, requests: 200 };

/** Milliseconds: a step of the batch, the fixed part of a prefill, a prompt token's part, between answer and request. */
const MODEL = { stepMs: 25, prefillMs: 60, promptTokenMs: 0.2, turnaroundMs: 0.3 } as const;

/** How long the batch keeps its pace, ms, and how much of it the next one inherits. */
const PACE = { forMs: 250, inherits: 0.7 } as const;

export interface SessionOptions {
  readonly pairs: number;
  readonly baseline?: VirtualServer;
  readonly candidate?: VirtualServer;
  readonly noise?: VirtualNoise;
  readonly load?: VirtualLoad;
  /** Logarithm by which the machine has become slower at run number n, from 0. */
  readonly drift?: (run: number) => number;
  /** The control request is timed beside each run. */
  readonly control?: boolean;
}

/** One cell's pairs in the order of a real session. */
export function virtualPairs(random: Random, options: SessionOptions): CellPairs {
  const {
    pairs,
    baseline = SAME,
    candidate = SAME,
    noise = QUIET,
    load = LOAD,
    drift = () => 0,
    control = false,
  } = options;
  const plan = virtualPlan(random, load.requests);
  const runs = () => noisyRuns(random, 2 * pairs, noise.runs ?? {});
  const [prefills, decodes] = [runs(), runs()];
  const order = pairOrder(pairs, random.uniform(0, 1) < 0.5 ? 0 : 1);
  const made = order.map((first, k) => {
    const run = (server: VirtualServer, number: number): ArmRun => {
      const bias = (number % 2) * (noise.runs?.bias ?? 0);
      const slow = (of: readonly number[]): number =>
        Math.exp(drift(number) + (((of[number] ?? 0) + bias) * noise.pair) / Math.SQRT2);
      const { prefill, decode } = server;
      const ofRun = { ...server, prefill: prefill * slow(prefills), decode: decode * slow(decodes) };
      const run = armRun(number + 1, virtualRun(random, plan, ofRun, noise, load.connections));
      return control ? { ...run, controlMs: controlMs(random, ofRun, noise) } : run;
    };
    const [earlier, later] = [2 * k, 2 * k + 1];
    return first === 'baseline'
      ? { first, baseline: run(baseline, earlier), candidate: run(candidate, later) }
      : { first, candidate: run(candidate, earlier), baseline: run(baseline, later) };
  });
  return { cell: { threads: 1, connections: load.connections }, pairs: made, remade: [], recorded: null };
}

/** Lengths of the requests: the same for every run of a session. */
interface VirtualPlan {
  readonly promptTokens: Float64Array;
  readonly outputTokens: Float64Array;
}

function virtualPlan(random: Random, requests: number): VirtualPlan {
  const lengths = (median: number, sd: number): Float64Array =>
    new Float64Array(requests).map(() => Math.max(2, Math.round(median * Math.exp(random.gaussian(0, sd)))));
  return { promptTokens: lengths(400, 0.8), outputTokens: lengths(60, 0.25) };
}

interface VirtualRun {
  readonly columns: RequestColumns;
  readonly tokensPerSec: number;
  readonly requestsPerSec: number;
}

function virtualRun(
  random: Random,
  { promptTokens, outputTokens }: VirtualPlan,
  server: VirtualServer,
  noise: VirtualNoise,
  connections: number,
): VirtualRun {
  const requests = promptTokens.length;
  const pace = createPace(random, noise.batch);
  const free = new Float64Array(connections).map(() => random.uniform(0, 5));
  const sent = new Float64Array(requests);
  const columns = {
    e2elMs: new Float64Array(requests),
    ttftMs: new Float64Array(requests),
    tpotMs: new Float64Array(requests),
    longestStallMs: new Float64Array(requests),
  };
  const stepMs = MODEL.stepMs * server.decode;
  for (let i = 0; i < requests; i++) {
    let connection = 0;
    for (let c = 1; c < connections; c++) {
      if ((free[c] ?? 0) < (free[connection] ?? 0)) connection = c;
    }
    const at = free[connection] ?? 0;
    const gaps = (outputTokens[i] ?? 2) - 1;
    const prefillMs = (MODEL.prefillMs + (promptTokens[i] ?? 0) * MODEL.promptTokenMs) * server.prefill;
    // It waits for the step that is under way, then for its own prefill.
    const ttft =
      (random.uniform(0, stepMs) + prefillMs) *
        pace.mean(at, at) *
        Math.exp(random.gaussian(0, noise.request)) +
      stallMs(random, server, noise);
    const tpot =
      stepMs * pace.mean(at + ttft, at + ttft + gaps * stepMs) * Math.exp(random.gaussian(0, 0.01));
    sent[i] = at;
    columns.ttftMs[i] = ttft;
    columns.tpotMs[i] = tpot;
    columns.e2elMs[i] = ttft + gaps * tpot;
    columns.longestStallMs[i] = Math.max(ttft, tpot);
    free[connection] = at + ttft + gaps * tpot + MODEL.turnaroundMs;
  }
  return { columns, ...served(sent, columns.e2elMs, outputTokens) };
}

function stallMs(random: Random, { stalls }: VirtualServer, noise: VirtualNoise): number {
  let ms = 0;
  if (stalls.share > 0 && random.uniform(0, 1) < stalls.share) ms += stalls.ms;
  if (noise.stalls.share > 0 && random.uniform(0, 1) < noise.stalls.share) {
    ms -= noise.stalls.meanMs * Math.log(1 - random.uniform(0, 1));
  }
  return ms;
}

/** The median of ten small requests of 16 tokens, one after the other, in the state of the run that follows. */
function controlMs(
  random: Random,
  { prefill, decode }: VirtualServer,
  { batch, request }: VirtualNoise,
): number {
  return median(
    Array.from(
      { length: 10 },
      () =>
        MODEL.prefillMs * prefill * Math.exp(random.gaussian(0, request)) +
        15 * MODEL.stepMs * decode * Math.exp(random.gaussian(0, batch)),
    ),
  );
}

/** The batch's pace over time: 1 is usual, and it lasts a quarter of a second. */
function createPace(random: Random, sd: number): { mean(fromMs: number, toMs: number): number } {
  const total = [0];
  let log = random.gaussian(0, sd);
  const until = (index: number): number => {
    while (total.length <= index) {
      total.push((total.at(-1) ?? 0) + Math.exp(log));
      log = PACE.inherits * log + Math.sqrt(1 - PACE.inherits ** 2) * random.gaussian(0, sd);
    }
    return total[index] ?? 0;
  };
  return {
    mean(fromMs, toMs) {
      const first = Math.floor(fromMs / PACE.forMs);
      const after = Math.floor(toMs / PACE.forMs) + 1;
      return (until(after) - until(first)) / (after - first);
    },
  };
}

/** Rates of the window, which ends with the last sending; an answer counts by the part of it that fell inside. */
function served(
  sent: Float64Array,
  e2elMs: Float64Array,
  tokens: Float64Array,
): Pick<VirtualRun, 'tokensPerSec' | 'requestsPerSec'> {
  const windowMs = sent.at(-1) ?? 0;
  let [ofTokens, ofRequests] = [0, 0];
  sent.forEach((at, i) => {
    const share = Math.min(1, (windowMs - at) / (e2elMs[i] ?? 1));
    ofTokens += share * (tokens[i] ?? 0);
    ofRequests += share;
  });
  return { tokensPerSec: (ofTokens / windowMs) * 1e3, requestsPerSec: (ofRequests / windowMs) * 1e3 };
}

function armRun(id: number, { columns, tokensPerSec, requestsPerSec }: VirtualRun): ArmRun {
  return {
    summary: {
      id,
      requests: columns.e2elMs.length,
      errors: 0,
      valid: true,
      invalidReasons: [],
      tokenSources: { usage: columns.e2elMs.length },
      completionLength: NO_SAMPLE,
      pinnedTokens: { asked: 0, generated: 0 },
    },
    values: { servedOutputTokensPerSec: tokensPerSec, servedRequestsPerSec: requestsPerSec },
    requests: columns,
    answers: [],
    server: null,
    controlMs: null,
    descriptions: { start: null, end: null },
  };
}
