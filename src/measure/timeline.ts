import { TOKEN_BITS } from '../model/chunk-times.ts';
import { isError } from '../model/outcome.ts';
import type { MeasuredResult } from './summarize-run.ts';
import { createTimeBins } from './time-bins.ts';

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
  const bins = createTimeBins(lengthUs, ['requests', 'tokens', 'errors']);

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
      const { sentUs, finishedUs, outcome } = measured.result;
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
            errors: counted.errors[i] ?? 0,
          };
        }),
      };
    },
  };
}
