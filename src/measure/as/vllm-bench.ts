import type { Result } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';
import { createNumberColumn } from '../sample.ts';
import type { MeasuredResult } from '../summarize-run.ts';
import { type Caveats, choiceEvents, isAnswer } from './answer-events.ts';
import { type NumpyStats, numpyStats } from './numpy-stats.ts';

/** A run under the definitions of `vllm bench serve`. */
export interface VllmBenchFigures {
  readonly durationSec: number;
  readonly completed: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Chunks in the fullest second: the tool counts a chunk as a token here. */
  readonly peakOutputTokensPerSec: number;
  /** Requests that touched the fullest second: more than ever ran at once. */
  readonly peakConcurrentRequests: number;
  readonly ttftMs: NumpyStats;
  readonly tpotMs: NumpyStats;
  readonly itlMs: NumpyStats;
  readonly e2elMs: NumpyStats;
  readonly caveats: Caveats;
}

/**
 * Computes a run's figures as `vllm bench serve` of 0.32 does (benchmarks/serve.py, lib/endpoint_request_func.py): TTFT
 * ends with the first event that has a choice, the role's too; ITL are the gaps between such events; E2EL ends with the
 * last of them, before usage and `[DONE]`; TPOT is what lies between ÷ (tokens - 1). A stream counts as a success when
 * it had one such event and HTTP ended well.
 */
export function vllmBenchFigures(run: Run, results: Iterable<MeasuredResult>): VllmBenchFigures {
  const columns = {
    ttft: createNumberColumn(),
    tpot: createNumberColumn(),
    itl: createNumberColumn(),
    e2el: createNumberColumn(),
  };
  const counts = { completed: 0, failed: 0, inputTokens: 0, outputTokens: 0 };
  const caveats = { aborted: 0, plain: 0, countedTokens: 0 };
  const seconds = createSeconds();
  let lastUs = 0;

  function addAnswer({ completionTokens }: Result, sentUs: number, events: readonly number[]): void {
    const [first = sentUs] = events;
    const last = events.at(-1) ?? first;
    const tokens = completionTokens ?? 0;
    counts.completed += 1;
    counts.outputTokens += tokens;
    columns.ttft.push((first - sentUs) / 1e3);
    columns.e2el.push((last - sentUs) / 1e3);
    if (tokens > 1) columns.tpot.push((last - first) / 1e3 / (tokens - 1));
    for (let i = 1; i < events.length; i++) {
      columns.itl.push(((events[i] ?? 0) - (events[i - 1] ?? 0)) / 1e3);
    }
    seconds.add(sentUs, events);
  }

  for (const { result, chunks } of results) {
    if (result.outcome === 'client_aborted') {
      caveats.aborted += 1;
      continue;
    }
    if (isAnswer(result) && !result.streamed) {
      caveats.plain += 1;
      continue;
    }
    lastUs = Math.max(lastUs, result.finishedUs);
    const events = choiceEvents(chunks);
    if (!isAnswer(result) || result.sentUs === null || events.length === 0) {
      counts.failed += 1;
      continue;
    }
    if (result.tokenSource !== 'usage') caveats.countedTokens += 1;
    counts.inputTokens += result.promptTokens ?? 0;
    addAnswer(result, result.sentUs, events);
  }
  return {
    durationSec: (run.end?.endedUs ?? lastUs) / 1e6,
    ...counts,
    ...seconds.peaks(),
    ttftMs: numpyStats(columns.ttft.sorted()),
    tpotMs: numpyStats(columns.tpot.sorted()),
    itlMs: numpyStats(columns.itl.sorted()),
    e2elMs: numpyStats(columns.e2el.sorted()),
    caveats,
  };
}

/** The tool's seconds, counted from the first request that succeeded. */
function createSeconds() {
  const answers: { readonly sentUs: number; readonly events: readonly number[] }[] = [];
  return {
    add(sentUs: number, events: readonly number[]): void {
      answers.push({ sentUs, events });
    },
    peaks(): { readonly peakOutputTokensPerSec: number; readonly peakConcurrentRequests: number } {
      const startUs = answers.reduce(
        (least, { sentUs }) => Math.min(least, sentUs),
        Number.POSITIVE_INFINITY,
      );
      const second = (us: number): number => Math.floor((us - startUs) / 1e6);
      const tokens = new Map<number, number>();
      const running = new Map<number, number>();
      const count = (in_: Map<number, number>, at: number): void => {
        in_.set(at, (in_.get(at) ?? 0) + 1);
      };
      for (const { sentUs, events } of answers) {
        for (const us of events) count(tokens, second(us));
        for (let at = second(sentUs); at <= second(events.at(-1) ?? sentUs); at++) count(running, at);
      }
      return {
        peakOutputTokensPerSec: Math.max(0, ...tokens.values()),
        peakConcurrentRequests: Math.max(0, ...running.values()),
      };
    },
  };
}
