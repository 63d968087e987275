import { TOKEN_BITS } from '../model/chunk-times.ts';
import { isError } from '../model/outcome.ts';
import type { PlainResult } from '../model/result.ts';
import type { Run } from '../model/run.ts';
import type { Distribution } from './distribution.ts';
import { createDrift, type Drift } from './drift.ts';
import { createInterruptions, type Interruptions } from './interruptions.ts';
import { type DrawnKey, METRICS } from './metric-table.ts';
import type { MeasuredResult } from './run-summary.ts';
import { createTimeBins } from './time-bins.ts';

/** What a run's pictures are drawn from: bounded, however many results it has. */
export interface RunSeries extends Readonly<Record<DrawnKey, Distribution>> {
  readonly timeline: Timeline;
  readonly sample: RequestSample;
  readonly drift: Drift;
  readonly interruptions: Interruptions;
}

/** Requests kept of a run for its scatter plots. */
const SAMPLE_SIZE = 1000;

/** Collects a run's series while its results pass by in the order of the plan; distributions are those of the summary's samples. */
export function createRunSeries(run: Run): {
  add(result: MeasuredResult): void;
  figures(): Omit<RunSeries, DrawnKey>;
} {
  const timeline = createTimeline(run.end?.endedUs ?? null);
  const drift = createDrift(run.end?.windowUs ?? 0);
  const interruptions = createInterruptions(run.end?.endedUs ?? 0);
  const sample = createRequestSample(SAMPLE_SIZE);
  return {
    add(measured) {
      const { result } = measured;
      timeline.add(measured);
      drift.add(result);
      interruptions.add(measured);
      sample.add(result);
    },
    figures: () => ({
      timeline: timeline.figures(),
      sample: sample.figures(),
      drift: drift.figures(),
      interruptions: interruptions.figures(),
    }),
  };
}

/** One request as a point of a picture, milliseconds; null is what it does not have. */
export interface RequestPoint {
  readonly seq: number;
  readonly exchangeId: number;
  /** From the run's start. */
  readonly sentMs: number;
  readonly e2elMs: number;
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
}

/** A fixed number of requests of a run, chosen by chance and yet the same each time. */
export interface RequestSample {
  /** Chosen ones, in order of the plan. */
  readonly points: readonly RequestPoint[];
  /** Requests that ended `ok`, of which they are. */
  readonly of: number;
}

/**
 * Keeps the `size` requests whose position's hash is lowest: a sample without replacement that depends neither on the
 * order of results nor on a generator of chance.
 */
export function createRequestSample(size: number) {
  let kept: { readonly hash: number; readonly point: RequestPoint }[] = [];
  let limit = 2 ** 32;
  let of = 0;

  function cut(): void {
    kept.sort((a, b) => a.hash - b.hash);
    kept = kept.slice(0, size);
    limit = kept.length < size ? limit : (kept.at(-1)?.hash ?? limit);
  }

  return {
    add(result: PlainResult): void {
      const e2elMs = result.outcome === 'ok' ? METRICS.e2elMs.of(result) : null;
      if (e2elMs === null) return;
      of += 1;
      const hash = hashOf(result.seq);
      if (hash > limit) return;
      const { seq, exchangeId } = result;
      const sentMs = (result.sentUs ?? 0) / 1e3;
      const [ttftMs, tpotMs] = [METRICS.ttftMs.of(result), METRICS.tpotMs.of(result)];
      const point = { seq, exchangeId, sentMs, e2elMs, ttftMs, tpotMs };
      kept.push({ hash, point });
      if (kept.length >= 2 * size) cut();
    },
    figures(): RequestSample {
      cut();
      const points = kept.map(({ point }) => point).sort((a, b) => a.seq - b.seq);
      return { points, of };
    },
  };
}

/** The finaliser of MurmurHash3: whole numbers in, 32 bits out, every bit depending on every bit. */
function hashOf(seq: number): number {
  let h = seq | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** What went on during one bin of a run. */
export interface TimelineBin {
  /** From the run's start, milliseconds. */
  readonly startMs: number;
  /** Mean number of requests between sent and finished. */
  readonly inFlight: number;
  /** Requests that ended in it, of any outcome ÷ its length. */
  readonly requestsPerSec: number;
  /** Output tokens ÷ its length: a stream's where its reads came, a plain answer's spread over its service time. */
  readonly tokensPerSec: number;
  /** Mean over the streams whose first token came in it; null of none. */
  readonly ttftMs: number | null;
  /** Requests that ended in an error in it. */
  readonly errors: number;
}

export interface Timeline {
  readonly binMs: number;
  readonly bins: readonly TimelineBin[];
}

/**
 * What went on over a run, in one pass over its results in any order and in bounded memory.
 * @param lengthUs of the run, null of one that died
 */
export function createTimeline(lengthUs: number | null) {
  const bins = createTimeBins(lengthUs, ['requests', 'tokens', 'firsts', 'waits', 'errors']);

  function addTokens({ result, chunks }: MeasuredResult): void {
    const { sentUs, finishedUs, completionTokens } = result;
    const { atUs, kinds, tokens } = chunks;
    let counted = 0;
    for (let i = 0; i < kinds.length; i++)
      if (((kinds[i] ?? 0) & TOKEN_BITS) !== 0) counted += tokens[i] ?? 0;
    if (counted === 0) {
      if (completionTokens === null || sentUs === null || finishedUs <= sentUs) return;
      bins.last('tokens', sentUs, finishedUs, completionTokens / (finishedUs - sentUs));
      return;
    }
    // An event may carry several tokens: the server's own count is spread over the events.
    const weight = completionTokens === null ? 1 : completionTokens / counted;
    for (let i = 0; i < atUs.length; i++) {
      if (((kinds[i] ?? 0) & TOKEN_BITS) !== 0) bins.count('tokens', atUs[i] ?? 0, weight * (tokens[i] ?? 0));
    }
  }

  return {
    add(measured: MeasuredResult): void {
      const { sentUs, firstTokenUs, finishedUs, outcome } = measured.result;
      const ttftMs = METRICS.ttftMs.of(measured.result);
      if (ttftMs !== null && firstTokenUs !== null) {
        bins.count('firsts', firstTokenUs);
        bins.count('waits', firstTokenUs, ttftMs);
      }
      bins.count('requests', finishedUs);
      if (isError(outcome)) bins.count('errors', finishedUs);
      if (sentUs !== null) bins.last('requests', sentUs, finishedUs);
      addTokens(measured);
    },
    figures(): Timeline {
      const { binUs, startUs, widthUs, counted, lasted } = bins.figures();
      return {
        binMs: binUs / 1e3,
        bins: startUs.map((from, i) => {
          const width = widthUs[i] ?? binUs;
          const perSec = (amount: number): number => (amount * 1e6) / width;
          return {
            startMs: from / 1e3,
            inFlight: (lasted.requests[i] ?? 0) / width,
            requestsPerSec: perSec(counted.requests[i] ?? 0),
            tokensPerSec: perSec((counted.tokens[i] ?? 0) + (lasted.tokens[i] ?? 0)),
            ttftMs: (counted.firsts[i] ?? 0) > 0 ? (counted.waits[i] ?? 0) / (counted.firsts[i] ?? 1) : null,
            errors: counted.errors[i] ?? 0,
          };
        }),
      };
    },
  };
}
