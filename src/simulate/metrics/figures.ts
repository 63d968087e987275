import type { EngineEvent, EngineOptions, EngineRequest, TokenDelivery } from '../engine/engine.ts';
import type { EngineObserver } from '../engine/live-engine.ts';

/** What decides how figures are counted. */
interface Settings extends Pick<EngineOptions, 'dialect' | 'profile' | 'prefixCaching' | 'speculation'> {
  /** Tokens of a cache block; null without a cache. */
  readonly cache: { readonly blockSize: number } | null;
}

/** A histogram of Prometheus: how many values were at most each edge and above the one before. */
export interface Histogram {
  readonly edges: readonly number[];
  /** One more than edges: the last one is for values above them all. */
  readonly counts: number[];
  sum: number;
  count: number;
}

function histogram(edges: readonly number[]): Histogram {
  return { edges, counts: new Array<number>(edges.length + 1).fill(0), sum: 0, count: 0 };
}

function observe(to: Histogram, value: number): void {
  let i = 0;
  while (i < to.edges.length && value > (to.edges[i] ?? 0)) i += 1;
  to.counts[i] = (to.counts[i] ?? 0) + 1;
  to.sum += value;
  to.count += 1;
}

// The edges of vLLM's histograms (`vllm/v1/metrics/buckets.py`); all times in seconds.
const TTFT_EDGES = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
];
const ITL_EDGES = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const REQUEST_EDGES = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];
const STEP_TOKENS_EDGES = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];
const N_EDGES = [1, 2, 5, 10, 20];
const PREEMPTIONS_EDGES = [1, 2, 3, 4, 5, 10, 20];

/** 1, 2, 5, 10, 20, 50 .. up to the longest request; the Rust front end does not know how long one can be. */
function tokenEdges({ dialect, profile: { maxModelLen } }: Settings): readonly number[] {
  const longest = dialect === 'rust' ? 100_000 : maxModelLen;
  const edges = Array.from({ length: 30 }, (_, i) => ([1, 2, 5][i % 3] ?? 1) * 10 ** Math.floor(i / 3));
  return [...edges.filter((edge) => edge <= longest), ...(dialect === 'rust' ? [131_072] : [])];
}

/** Counters and histograms of a server; times in seconds of the clock that its clients see. */
export type Figures = ReturnType<typeof createFigures>;

/** All zero, as after a start. */
function createFigures(settings: Settings) {
  const tokens = tokenEdges(settings);
  return {
    /** Looked up in the prefix cache when a request was admitted, and found there. */
    queried: { tokens: 0, blocks: 0 },
    found: { tokens: 0, blocks: 0 },
    preemptions: 0,
    promptTokens: { total: 0, cached: 0 },
    generationTokens: 0,
    /** By why they ended, in the order in which vLLM lists it. */
    finished: { stop: 0, length: 0, abort: 0, error: 0, repetition: 0 },
    refused: 0,
    drafts: { steps: 0, tokens: 0, accepted: 0 },
    /** By position of the draft token in its step. */
    acceptedAt: new Array<number>(settings.speculation?.draftTokens ?? 0).fill(0),
    stepTokens: histogram(STEP_TOKENS_EDGES),
    ttft: histogram(TTFT_EDGES),
    itl: histogram(ITL_EDGES),
    requestTpot: histogram(ITL_EDGES),
    e2e: histogram(REQUEST_EDGES),
    queue: histogram(REQUEST_EDGES),
    prefill: histogram(REQUEST_EDGES),
    decode: histogram(REQUEST_EDGES),
    inference: histogram(REQUEST_EDGES),
    requestPreemptions: histogram(PREEMPTIONS_EDGES),
    requestPromptTokens: histogram(tokens),
    requestComputedTokens: histogram(tokens),
    requestGenerationTokens: histogram(tokens),
    requestMaxGenerationTokens: histogram(tokens),
    paramsMaxTokens: histogram(tokens),
    paramsN: histogram(N_EDGES),
  };
}

/** One choice of a request on its way; instants in microseconds, undefined when not yet. */
interface ChoiceFlight {
  scheduledUs?: number;
  firstTokenUs?: number;
  lastTokenUs?: number;
  tokens: number;
  cachedTokens: number;
  preemptions: number;
  finished: boolean;
}

interface Flight {
  readonly request: EngineRequest;
  arrivedUs: number;
  queuedUs: number;
  readonly choices: readonly ChoiceFlight[];
}

/** Counts the engine's events as vLLM's front end does (`vllm/v1/metrics/stats.py`). */
export interface FiguresCounter extends EngineObserver {
  readonly figures: Figures;
}

/** @param timeScale model time per wall time: times seen by a client are shorter by this factor */
export function createFiguresCounter(settings: Settings, timeScale = 1): FiguresCounter {
  const { dialect, cache, prefixCaching } = settings;
  const { maxModelLen } = settings.profile;
  const figures = createFigures(settings);
  const flights = new Map<number, Flight>();
  const seconds = (fromUs: number, toUs: number): number => (toUs - fromUs) / 1e6 / timeScale;

  function scheduled(
    choice: ChoiceFlight,
    { atUs, tokens, cachedTokens }: Extract<EngineEvent, { kind: 'scheduled' }>,
  ): void {
    choice.scheduledUs = atUs;
    choice.cachedTokens = cachedTokens;
    if (!prefixCaching || cache === null) return;
    figures.queried.tokens += tokens;
    figures.queried.blocks += Math.floor(tokens / cache.blockSize);
    figures.found.tokens += cachedTokens;
    figures.found.blocks += cachedTokens / cache.blockSize;
  }

  /** Gives the prompt tokens that count as this step's. */
  function deliver({ id, choice: index, count, finished }: TokenDelivery, atUs: number): number {
    const flight = flights.get(id);
    const choice = flight?.choices[index];
    if (flight === undefined || choice === undefined) return 0;
    const { promptTokens } = flight.request;
    const before = choice.lastTokenUs;
    figures.generationTokens += count;
    choice.tokens += count;
    choice.lastTokenUs = atUs;
    choice.firstTokenUs ??= atUs;
    if (before === undefined) {
      observe(figures.ttft, seconds(flight.arrivedUs, atUs));
      figures.promptTokens.total += promptTokens;
      figures.promptTokens.cached += choice.cachedTokens;
    } else observe(figures.itl, seconds(before, atUs));
    if (finished) finish(flight, choice, flight.request.choices[index]?.finishReason ?? 'stop', atUs);
    if (before !== undefined) return 0;
    return dialect === 'v0.8.5' ? promptTokens : promptTokens - choice.cachedTokens;
  }

  /** Counts a choice, and its request when it was the last. */
  function finish(
    { request, arrivedUs, queuedUs, choices }: Flight,
    choice: ChoiceFlight,
    reason: keyof Figures['finished'],
    atUs: number,
  ): void {
    const { promptTokens, maxTokens } = request;
    const { tokens, cachedTokens, scheduledUs = queuedUs } = choice;
    const { firstTokenUs = scheduledUs, lastTokenUs = firstTokenUs } = choice;
    const decode = seconds(firstTokenUs, lastTokenUs);
    figures.finished[reason] += 1;
    observe(figures.e2e, seconds(arrivedUs, atUs));
    observe(figures.queue, seconds(queuedUs, scheduledUs));
    observe(figures.prefill, seconds(scheduledUs, firstTokenUs));
    observe(figures.decode, decode);
    observe(figures.inference, seconds(scheduledUs, lastTokenUs));
    observe(figures.requestTpot, tokens > 1 ? decode / (tokens - 1) : 0);
    observe(figures.requestPreemptions, choice.preemptions);
    observe(figures.requestPromptTokens, promptTokens);
    observe(figures.requestComputedTokens, promptTokens - cachedTokens);
    observe(figures.requestGenerationTokens, tokens);
    observe(figures.paramsMaxTokens, maxTokens ?? maxModelLen - promptTokens);
    choice.finished = true;
    if (choices.some(({ finished }) => !finished)) return;
    flights.delete(request.id);
    observe(figures.paramsN, choices.length);
    observe(figures.requestMaxGenerationTokens, Math.max(...choices.map((one) => one.tokens)));
  }

  function countDrafts({ drafts, acceptedDrafts }: TokenDelivery): void {
    if (drafts === 0) return;
    figures.drafts.steps += 1;
    figures.drafts.tokens += drafts;
    figures.drafts.accepted += acceptedDrafts;
    for (let i = 0; i < acceptedDrafts; i++) figures.acceptedAt[i] = (figures.acceptedAt[i] ?? 0) + 1;
  }

  return {
    figures,
    submitted(request) {
      const choices = request.choices.map(() => ({
        tokens: 0,
        cachedTokens: 0,
        preemptions: 0,
        finished: false,
      }));
      flights.set(request.id, { request, arrivedUs: 0, queuedUs: 0, choices });
    },
    observe(event) {
      if (event.kind === 'tokens') {
        let tokens = 0;
        for (const delivery of event.deliveries) {
          tokens += deliver(delivery, event.atUs) + delivery.count;
          countDrafts(delivery);
        }
        observe(figures.stepTokens, tokens);
        return;
      }
      const flight = flights.get(event.id);
      if (event.kind === 'preempted') figures.preemptions += 1;
      if (flight === undefined || event.kind === 'answered') return;
      if (event.kind === 'accepted') {
        flight.arrivedUs = event.arrivedUs;
        flight.queuedUs = event.atUs;
        return;
      }
      const choice = flight.choices[event.choice];
      if (choice === undefined) return;
      if (event.kind === 'preempted') choice.preemptions += 1;
      else if (!event.resumed) scheduled(choice, event);
    },
    aborted(id, atUs) {
      const flight = flights.get(id);
      flights.delete(id);
      if (flight === undefined || dialect === 'v0.8.5') return;
      // The engine answers an abort with an output of no tokens, which counts as a step.
      observe(figures.stepTokens, 0);
      // The Python front end forgets what its client has left, the Rust one counts it as finished.
      if (dialect !== 'rust') return;
      for (const choice of flight.choices) if (!choice.finished) finish(flight, choice, 'abort', atUs);
    },
    refused() {
      figures.refused += 1;
    },
  };
}
