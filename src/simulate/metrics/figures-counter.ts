import type { EngineEvent, TokenDelivery } from '../engine.ts';
import type { EngineRequest } from '../engine-request.ts';
import type { EngineObserver } from '../live-engine.ts';
import { createEngineFigures, type EngineFigures, type FiguresOptions } from './engine-figures.ts';
import { observe } from './histogram.ts';

/** One choice of a request on its way; instants in microseconds, null when not yet. */
interface ChoiceFlight {
  scheduledUs: number | null;
  firstTokenUs: number | null;
  lastTokenUs: number | null;
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

/** Counts what the engine tells, as vLLM's front end does (`vllm/v1/metrics/stats.py`). */
export interface FiguresCounter extends EngineObserver {
  readonly figures: EngineFigures;
}

export function createFiguresCounter(options: FiguresOptions): FiguresCounter {
  const { dialect, blockSize, maxModelLen } = options;
  const figures = createEngineFigures(options);
  const flights = new Map<number, Flight>();
  const seconds = (fromUs: number, toUs: number): number => (toUs - fromUs) / 1e6;

  function scheduled(event: Extract<EngineEvent, { kind: 'scheduled' }>): void {
    const choice = flights.get(event.id)?.choices[event.choice];
    if (choice === undefined || event.resumed) return;
    choice.scheduledUs = event.atUs;
    choice.cachedTokens = event.cachedTokens;
    if (!options.prefixCaching) return;
    figures.queried.tokens += event.tokens;
    figures.queried.blocks += Math.floor(event.tokens / blockSize);
    figures.found.tokens += event.cachedTokens;
    figures.found.blocks += event.cachedTokens / blockSize;
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
    let stepTokens = 0;
    if (before === null) {
      choice.firstTokenUs = atUs;
      observe(figures.ttft, seconds(flight.arrivedUs, atUs));
      figures.promptTokens.total += promptTokens;
      figures.promptTokens.cached += choice.cachedTokens;
      stepTokens = dialect === 'v0.8.5' ? promptTokens : promptTokens - choice.cachedTokens;
    } else observe(figures.itl, seconds(before, atUs));
    if (finished) finish(flight, index, atUs);
    return stepTokens;
  }

  function finish(flight: Flight, index: number, atUs: number): void {
    const choice = flight.choices[index];
    if (choice === undefined) return;
    choice.finished = true;
    count(flight, choice, flight.request.choices[index]?.finishReason ?? 'stop', atUs);
    if (flight.choices.some(({ finished }) => !finished)) return;
    flights.delete(flight.request.id);
    countParent(flight);
  }

  function countParent({ choices }: Flight): void {
    observe(figures.paramsN, choices.length);
    observe(figures.requestMaxGenerationTokens, Math.max(...choices.map(({ tokens }) => tokens)));
  }

  function count(
    { request, arrivedUs, queuedUs }: Flight,
    choice: ChoiceFlight,
    reason: keyof EngineFigures['finished'],
    atUs: number,
  ): void {
    const { promptTokens, maxTokens } = request;
    const scheduledUs = choice.scheduledUs ?? queuedUs;
    const firstTokenUs = choice.firstTokenUs ?? scheduledUs;
    const lastTokenUs = choice.lastTokenUs ?? firstTokenUs;
    const decode = seconds(firstTokenUs, lastTokenUs);
    figures.finished[reason] += 1;
    observe(figures.e2e, seconds(arrivedUs, atUs));
    observe(figures.queue, seconds(queuedUs, scheduledUs));
    observe(figures.prefill, seconds(scheduledUs, firstTokenUs));
    observe(figures.decode, decode);
    observe(figures.inference, seconds(scheduledUs, lastTokenUs));
    observe(figures.requestTpot, choice.tokens > 1 ? decode / (choice.tokens - 1) : 0);
    observe(figures.requestPreemptions, choice.preemptions);
    observe(figures.requestPromptTokens, promptTokens);
    observe(figures.requestComputedTokens, promptTokens - choice.cachedTokens);
    observe(figures.requestGenerationTokens, choice.tokens);
    observe(figures.paramsMaxTokens, maxTokens ?? maxModelLen - promptTokens);
  }

  function countDrafts({ drafts, acceptedDrafts }: TokenDelivery): void {
    if (drafts === 0) return;
    figures.drafts.steps += 1;
    figures.drafts.tokens += drafts;
    figures.drafts.accepted += acceptedDrafts;
    const { acceptedAt } = figures.drafts;
    for (let i = 0; i < acceptedDrafts; i++) acceptedAt[i] = (acceptedAt[i] ?? 0) + 1;
  }

  return {
    figures,
    submitted(request) {
      const choices = request.choices.map(() => ({
        scheduledUs: null,
        firstTokenUs: null,
        lastTokenUs: null,
        tokens: 0,
        cachedTokens: 0,
        preemptions: 0,
        finished: false,
      }));
      flights.set(request.id, { request, arrivedUs: 0, queuedUs: 0, choices });
    },
    observe(event) {
      switch (event.kind) {
        case 'accepted': {
          const flight = flights.get(event.id);
          if (flight === undefined) return;
          flight.arrivedUs = event.arrivedUs;
          flight.queuedUs = event.atUs;
          return;
        }
        case 'scheduled':
          scheduled(event);
          return;
        case 'preempted': {
          const choice = flights.get(event.id)?.choices[event.choice];
          figures.preemptions += 1;
          if (choice !== undefined) choice.preemptions += 1;
          return;
        }
        case 'tokens': {
          let tokens = 0;
          for (const delivery of event.deliveries) {
            tokens += deliver(delivery, event.atUs) + delivery.count;
            countDrafts(delivery);
          }
          observe(figures.stepTokens, tokens);
          return;
        }
        case 'answered':
      }
    },
    aborted(id, atUs) {
      const flight = flights.get(id);
      flights.delete(id);
      if (flight === undefined || dialect === 'v0.8.5') return;
      // The engine answers an abort with an output of no tokens, which counts as a step.
      observe(figures.stepTokens, 0);
      // The Python front end forgets what its client has left, the Rust one counts it as finished.
      if (dialect !== 'rust') return;
      for (const choice of flight.choices) if (!choice.finished) count(flight, choice, 'abort', atUs);
      countParent(flight);
    },
    refused() {
      figures.refused += 1;
    },
  };
}
