import type { Run } from '../../model/run.ts';
import type { MeasuredResult } from '../run-summary.ts';
import { createNumberColumn } from '../sample.ts';
import { type Caveats, createSeconds, isAnswer, isCounted } from './answer-events.ts';

/** What a tool takes from an answer's stream: the events that it counts, and when the request ended for it. */
export interface BenchedStream {
  readonly events: readonly number[];
  readonly endUs: number;
}

/** What the benchmarks of vLLM and sglang, which is made from vLLM's, collect alike. Samples in milliseconds. */
export function collectStreams(
  run: Run,
  results: Iterable<MeasuredResult>,
  /** Null of a stream that the tool counts as failed. */
  read: (measured: MeasuredResult, sentUs: number) => BenchedStream | null,
) {
  const columns = {
    ttft: createNumberColumn(),
    tpot: createNumberColumn(),
    itl: createNumberColumn(),
    e2el: createNumberColumn(),
  };
  const counts = { completed: 0, failed: 0, inputTokens: 0, outputTokens: 0, latencySec: 0 };
  const caveats: { -readonly [K in keyof Caveats]: number } = { aborted: 0, plain: 0, countedTokens: 0 };
  const seconds = createSeconds();
  let lastUs = 0;

  function addAnswer(sentUs: number, { events, endUs }: BenchedStream, tokens: number): void {
    const [first = sentUs] = events;
    counts.completed += 1;
    counts.outputTokens += tokens;
    counts.latencySec += (endUs - sentUs) / 1e6;
    columns.ttft.push((first - sentUs) / 1e3);
    columns.e2el.push((endUs - sentUs) / 1e3);
    if (tokens > 1) columns.tpot.push((endUs - first) / 1e3 / (tokens - 1));
    for (let i = 1; i < events.length; i++) {
      columns.itl.push(((events[i] ?? 0) - (events[i - 1] ?? 0)) / 1e3);
    }
    seconds.add(sentUs, events.length === 0 ? [sentUs] : events, endUs);
  }

  for (const measured of results) {
    const { result } = measured;
    if (result.outcome === 'client_aborted') {
      caveats.aborted += 1;
      continue;
    }
    if (isAnswer(result) && !result.streamed) {
      caveats.plain += 1;
      continue;
    }
    lastUs = Math.max(lastUs, result.finishedUs);
    const { sentUs } = result;
    const isWhole = isAnswer(result) && result.oddEvents === 0;
    const stream = isWhole && sentUs !== null ? read(measured, sentUs) : null;
    if (stream === null || sentUs === null) {
      counts.failed += 1;
      continue;
    }
    if (!isCounted(result)) caveats.countedTokens += 1;
    counts.inputTokens += result.promptTokens ?? 0;
    addAnswer(sentUs, stream, result.completionTokens ?? 0);
  }
  const durationSec = (run.end?.endedUs ?? lastUs) / 1e6;
  const perSec = (amount: number): number => (durationSec > 0 ? amount / durationSec : 0);
  return { columns, counts, caveats, durationSec, perSec, peaks: seconds.peaks() };
}

/** The figures of a sample under the names of a result file; both tools take the mean of no values for zero. */
export function benchNames(
  sample: string,
  figures: Readonly<Record<string, number | null>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(figures).map(([figure, value]) => [`${figure}_${sample}_ms`, value ?? 0]),
  );
}
