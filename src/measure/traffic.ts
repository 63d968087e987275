import type { Capture } from '../model/capture.ts';
import type { Exchange } from '../model/exchange.ts';
import { isError } from '../model/outcome.ts';
import { type CachedPrompt, createPrefixShare, type PrefixShare } from './prefix-share.ts';
import { createNumberColumn } from './sample.ts';
import { type BinnedTime, createTimeBins } from './time-bins.ts';

/** What went on during one bin of a recording. */
export interface TrafficBin {
  /** Of recording time, milliseconds: captures one after another, without what lies between them. */
  readonly startMs: number;
  readonly arrivalsPerSec: number;
  /** Mean number of exchanges between arrival and end. */
  readonly inFlight: number;
  readonly errors: number;
  readonly aborts: number;
}

/** The shape of recorded traffic, for `inspect` and `report --traffic`. */
export interface Traffic {
  readonly binMs: number;
  readonly bins: readonly TrafficBin[];
  /** Tokens a request, of those that are known. */
  readonly promptLengths: readonly HistogramBucket[];
  readonly completionLengths: readonly HistogramBucket[];
  /** As a replay finds them. */
  readonly conversations: number;
  readonly turns: readonly HistogramBucket[];
  /** Estimated from the recorded prompts. */
  readonly prefix: PrefixShare;
  /** From the server's `usage`: cached tokens, and the prompt tokens of the answers that reported them. */
  readonly cachedTokens: number;
  readonly cachedOfTokens: number;
  /** Coefficient of variation of the gaps between arrivals; 1 is that of chance (Poisson), null below three arrivals. */
  readonly arrivalCv: number | null;
}

/** An exchange with what of its body matters here. */
export interface TrafficExchange {
  readonly exchange: Exchange;
  /** Number of its conversation; null when neither its body nor a session's key is on the tape. */
  readonly conversation: number | null;
  readonly prompt: CachedPrompt | null;
}

/** Reads the traffic's shape in one pass; exchanges come in order of capture and arrival. */
export function trafficOf(captures: readonly Capture[], exchanges: Iterable<TrafficExchange>): Traffic {
  const bins = createTimeBins(null, ['exchanges', 'errors', 'aborts']);
  const prefix = createPrefixShare();
  const gaps = createGaps();
  const offset = createOffsets(captures);
  const prompt = createNumberColumn();
  const completion = createNumberColumn();
  const conversations = new Map<number, number>();
  let cachedTokens = 0;
  let cachedOfTokens = 0;

  for (const { exchange, conversation, prompt: text } of exchanges) {
    const { captureId, arrivedUs, finishedUs, promptTokens, completionTokens, outcome } = exchange;
    const zeroUs = offset(captureId, Math.max(arrivedUs, finishedUs ?? 0));
    const [fromUs, toUs] = [zeroUs + arrivedUs, zeroUs + (finishedUs ?? arrivedUs)];
    bins.count('exchanges', fromUs);
    bins.last('exchanges', fromUs, toUs);
    if (isError(outcome)) bins.count('errors', toUs);
    if (outcome === 'client_aborted') bins.count('aborts', toUs);
    gaps.add(captureId, arrivedUs);
    if (conversation !== null) conversations.set(conversation, (conversations.get(conversation) ?? 0) + 1);
    if (completionTokens !== null) completion.push(completionTokens);
    if (promptTokens === null) continue;
    prompt.push(promptTokens);
    if (text !== null) prefix.add(text, promptTokens);
    if (exchange.cachedTokens === null) continue;
    cachedTokens += exchange.cachedTokens;
    cachedOfTokens += promptTokens;
  }
  return {
    ...binFigures(bins.figures()),
    promptLengths: lengthHistogram(prompt.sorted()),
    completionLengths: lengthHistogram(completion.sorted()),
    conversations: conversations.size,
    turns: lengthHistogram(Float64Array.from(conversations.values()).sort()),
    prefix: prefix.figures(),
    cachedTokens,
    cachedOfTokens,
    arrivalCv: gaps.cv(),
  };
}

function binFigures({
  binUs,
  startUs,
  widthUs,
  counted,
  lasted,
}: BinnedTime<'exchanges' | 'errors' | 'aborts'>): Pick<Traffic, 'binMs' | 'bins'> {
  return {
    binMs: binUs / 1e3,
    bins: startUs.map((from, i) => ({
      startMs: from / 1e3,
      arrivalsPerSec: ((counted.exchanges[i] ?? 0) * 1e6) / (widthUs[i] ?? binUs),
      inFlight: (lasted.exchanges[i] ?? 0) / (widthUs[i] ?? binUs),
      errors: counted.errors[i] ?? 0,
      aborts: counted.aborts[i] ?? 0,
    })),
  };
}

/** Where a capture begins in recording time: behind the one before it, by its wall clock or its last exchange. */
function createOffsets(captures: readonly Capture[]): (captureId: number, lastUs: number) => number {
  const lengths = new Map(
    captures.map(({ id, startedAtMs, endedAtMs }) => [
      id,
      endedAtMs === null ? 0 : (endedAtMs - startedAtMs) * 1e3,
    ]),
  );
  let current: number | null = null;
  let zeroUs = 0;
  let seenUs = 0;
  return (captureId, lastUs) => {
    if (captureId !== current) {
      if (current !== null) zeroUs += Math.max(seenUs, lengths.get(current) ?? 0);
      current = captureId;
      seenUs = 0;
    }
    seenUs = Math.max(seenUs, lastUs);
    return zeroUs;
  };
}

/** Gaps between arrivals of the same capture. */
function createGaps() {
  let last: { readonly captureId: number; readonly arrivedUs: number } | null = null;
  let n = 0;
  let sum = 0;
  let squares = 0;
  return {
    add(captureId: number, arrivedUs: number): void {
      if (last?.captureId === captureId) {
        const gap = arrivedUs - last.arrivedUs;
        n += 1;
        sum += gap;
        squares += gap * gap;
      }
      last = { captureId, arrivedUs };
    },
    cv(): number | null {
      if (n < 2 || sum === 0) return null;
      const mean = sum / n;
      return Math.sqrt(Math.max(0, (squares - n * mean * mean) / (n - 1))) / mean;
    },
  };
}

/** How many values lie in one bucket. */
export interface HistogramBucket {
  /** Lowest and highest whole number in it. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const STEPS = [1, 2, 5] as const;

/**
 * Whole numbers in buckets that grow as 1, 2, 5, 10 …, as vLLM's own length histograms have them; from the first that
 * holds a value to the last. Empty of an empty sample.
 * @param sorted in rising order
 */
export function lengthHistogram(sorted: Float64Array): readonly HistogramBucket[] {
  const buckets: { from: number; to: number; count: number }[] = [];
  const edges = edgesUpTo(sorted.at(-1) ?? -1);
  let i = 0;
  edges.forEach((edge, b) => {
    const bucket = { from: b === 0 ? 0 : (edges[b - 1] ?? 0) + 1, to: edge, count: 0 };
    while (i < sorted.length && (sorted[i] ?? 0) <= edge) {
      bucket.count += 1;
      i += 1;
    }
    if (bucket.count > 0 || buckets.length > 0) buckets.push(bucket);
  });
  return buckets;
}

/** 0, 1, 2, 5, 10 … until the last reaches `highest`. */
function edgesUpTo(highest: number): readonly number[] {
  if (highest < 0) return [];
  const edges = [0];
  for (let decade = 1; (edges.at(-1) ?? 0) < highest; decade *= 10) {
    for (const step of STEPS) if ((edges.at(-1) ?? 0) < highest) edges.push(step * decade);
  }
  return edges;
}
