import { TOKEN_BITS } from '../model/chunk-times.ts';
import type { MeasuredResult } from './run-summary.ts';
import { createNumberColumn, largest, type Numbers, numberAtRank, risingPlaces } from './sample.ts';

/** The first answers of a run took several times as long as its later ones. Times in milliseconds. */
export interface ColdStart {
  /** Slow ones among the first requests, in order of sending. */
  readonly requests: number;
  /** Their median service time (sent to finished). */
  readonly medianMs: number;
  /** The median service time of the run's second half. */
  readonly laterMs: number;
  /** When the last of them was finished, from the run's start. */
  readonly untilMs: number;
}

/** A period in which requests were in flight and nothing of any answer came. Milliseconds from the run's start. */
export interface Stall {
  readonly atMs: number;
  readonly lengthMs: number;
}

/** A period in which the server took no connection, between two in which it answered. Milliseconds from the run's start. */
export interface Outage {
  readonly atMs: number;
  /** Until the end of the first answer that was whole again. */
  readonly lengthMs: number;
  readonly failed: number;
}

/** What interrupted a run. */
export interface Interruptions {
  readonly coldStart: ColdStart | null;
  /** Longest first. */
  readonly stalls: readonly Stall[];
  readonly outages: readonly Outage[];
}

/** How many times as long as later ones the first answers take at least, and by how many milliseconds. */
const COLD = { times: 3, excessMs: 100, requests: 20 } as const;

/** The chance that answers in a random order look like a cold start. */
const COLD_CHANCE = 0.001;

/** The least duration of a stall, and the least multiple of every other silence of the run. */
const STALL = { leastMs: 500, times: 4, silences: 30, most: 5 } as const;

/** Refused connections in a row that make an outage. */
const OUTAGE_FAILURES = 3;

const BIN_US = 10_000;
const MOST_BINS = 2 ** 18;

/**
 * Looks for a cold start, stalls and outages while a run's results pass by in the order of the plan, which is that of requests
 * sent in one microsecond. Memory: 1.3 MB at most for the silences, 12 bytes a request of a run that is shorter than an hour.
 * @param lengthUs of the run, 0 where it is not known: then no stall is found
 */
export function createInterruptions(lengthUs: number) {
  const silences = createSilences(lengthUs);
  const answers = {
    sentUs: createNumberColumn(),
    /** Of the first token, or of the whole where there is none. */
    firstUs: createNumberColumn(),
    finishedUs: createNumberColumn(),
  };
  const refused: number[] = [];
  return {
    add({ result, chunks }: MeasuredResult): void {
      const { outcome, errorCode, sentUs, finishedUs, firstTokenUs } = result;
      if (outcome === 'unreachable' && errorCode === 'refused') refused.push(finishedUs);
      if (sentUs === null) return;
      silences.flight(sentUs, finishedUs, firstTokenUs);
      silences.sign(finishedUs);
      for (let i = 0; i < chunks.atUs.length; i++) {
        if (((chunks.kinds[i] ?? 0) & TOKEN_BITS) !== 0) silences.sign(chunks.atUs[i] ?? 0);
      }
      if (outcome !== 'ok') return;
      answers.sentUs.push(sentUs);
      answers.finishedUs.push(finishedUs);
      answers.firstUs.push(firstTokenUs ?? finishedUs);
    },
    /** Asked for once. */
    figures(): Interruptions {
      const [sentUs, finishedUs] = [answers.sentUs.values(), answers.finishedUs.values()];
      const order = risingPlaces(sentUs);
      const coldStart = coldStartOf(sentUs, finishedUs, order);
      const coldMs = coldStart?.untilMs ?? 0;
      const usualWaitMs = (): number => medianMs(lengths(sentUs, answers.firstUs.values(), order));
      const stalls = silences.stalls(usualWaitMs).filter(({ atMs }) => atMs >= coldMs);
      const outages = outagesOf(refused, finishedUs);
      for (const column of Object.values(answers)) column.clear();
      return { coldStart, stalls, outages };
    },
  };
}

/** From one instant to another of each request, µs, in the order of `places`. */
function lengths(fromUs: Numbers, toUs: Numbers, places: Uint32Array): Numbers {
  const column = createNumberColumn();
  for (const place of places) column.push((toUs[place] ?? 0) - (fromUs[place] ?? 0));
  return column.values();
}

/**
 * The longest start of which half or more were slow: a cold server may answer some quickly, and arrivals at one time have
 * no order. Where the order of answers is chance, s slow ones among the first k have a probability below C(k, s) pˢ, with
 * p the share of slow ones among the others.
 */
function coldStartOf(sentUs: Numbers, finishedUs: Numbers, order: Uint32Array): ColdStart | null {
  if (sentUs.length < COLD.requests) return null;
  const timesUs = lengths(sentUs, finishedUs, order);
  const half = Math.ceil(timesUs.length / 2);
  const laterMs = medianMs(timesUs.subarray(half));
  const limitMs = Math.max(COLD.times * laterMs, laterMs + COLD.excessMs);
  const isSlow = (us = 0): boolean => us / 1e3 >= limitMs;
  const start = slowStart(timesUs.subarray(0, Math.floor(timesUs.length / 2)), isSlow);
  const slow = order.subarray(0, start).filter((_, i) => isSlow(timesUs[i]));
  const requests = slow.length;
  if (requests === 0) return null;
  const first = lengths(sentUs, finishedUs, slow);
  const others = timesUs.subarray(start);
  let slowOthers = 0;
  for (let i = 0; i < others.length; i++) if (isSlow(others[i])) slowOthers += 1;
  const share = (slowOthers + 1) / (others.length + 1);
  const isChance = choose(start, requests) * share ** requests > COLD_CHANCE;
  if (isChance && !(requests === 1 && isFarAbove(first, others))) return null;
  const untilUs = slow.reduce((most, place) => Math.max(most, finishedUs[place] ?? 0), 0);
  return { requests, medianMs: medianMs(first), laterMs, untilMs: untilUs / 1e3 };
}

/** The length of the longest start that ends with a slow answer and of which half or more are slow. */
function slowStart(timesUs: Numbers, isSlow: (us?: number) => boolean): number {
  let slow = 0;
  let length = 0;
  for (let i = 0; i < timesUs.length; i++) {
    if (!isSlow(timesUs[i])) continue;
    slow += 1;
    if (2 * slow > i) length = i + 1;
  }
  return length;
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways *= (n - k + i) / i;
  return ways;
}

/** A single slow answer is one only when it took several times as long as the slowest other. */
function isFarAbove(firstUs: Numbers, othersUs: Numbers): boolean {
  return (
    othersUs.length >= STALL.silences && (firstUs[0] ?? 0) / 1e3 >= COLD.times * (largest(othersUs) / 1e3)
  );
}

function medianMs(timesUs: Numbers): number {
  return numberAtRank(timesUs, Math.floor(timesUs.length / 2)) / 1e3;
}

/** Silences by bins of time: in which bins something came, and how many requests were in flight all through them. */
function createSilences(lengthUs: number) {
  const binUs = Math.max(BIN_US, lengthUs / MOST_BINS);
  const bins = lengthUs > 0 ? Math.ceil(lengthUs / binUs) + 1 : 0;
  const signs = new Uint8Array(bins);
  const flights = new Int32Array(bins + 1);
  const started = new Int32Array(bins + 1);
  const at = (us: number): number => Math.max(0, Math.min(bins - 1, Math.floor(us / binUs)));
  const span = (of: Int32Array, fromUs: number, toUs: number): void => {
    of[at(fromUs)] = (of[at(fromUs)] ?? 0) + 1;
    of[at(toUs)] = (of[at(toUs)] ?? 0) - 1;
  };

  /**
   * Silences between two signs of life in which a request waited all the time. A single request that waits for its first
   * token is none: its prompt may be long.
   */
  function all(): (Stall & { readonly answered: boolean })[] {
    const found: (Stall & { readonly answered: boolean })[] = [];
    let inFlight = 0;
    let inAnswer = 0;
    let from: number | null = null;
    let most = 0;
    let answered = false;
    let seen = false;
    for (let i = 0; i < bins; i++) {
      inFlight += flights[i] ?? 0;
      inAnswer += started[i] ?? 0;
      const silent = signs[i] === 0 && inFlight > 0 && seen;
      if (silent) {
        from ??= i;
        most = Math.max(most, inFlight);
        answered ||= inAnswer > 0;
      } else if (from !== null) {
        if (most > 1 || answered)
          found.push({ atMs: (from * binUs) / 1e3, lengthMs: ((i - from) * binUs) / 1e3, answered });
        from = null;
        most = 0;
        answered = false;
      }
      seen ||= signs[i] !== 0;
    }
    return found;
  }

  return {
    flight(fromUs: number, toUs: number, firstTokenUs: number | null): void {
      if (bins === 0) return;
      span(flights, fromUs, toUs);
      if (firstTokenUs !== null) span(started, firstTokenUs, toUs);
    },
    sign(us: number): void {
      if (bins > 0) signs[at(us)] = 1;
    },
    /**
     * The silences far longer than the rest. Where all wait for their first sign, as plain answers in step do, a silence
     * says something only when it is longer than such a wait usually is.
     */
    stalls(usualWaitMs: () => number): readonly Stall[] {
      const sorted = all().sort((a, b) => b.lengthMs - a.lengthMs);
      const busy = signs.reduce((sum, one) => sum + one, 0);
      if (busy < STALL.silences) return [];
      for (let n = Math.min(STALL.most, sorted.length); n > 0; n--) {
        const least = sorted[n - 1]?.lengthMs ?? 0;
        if (least >= STALL.leastMs && least >= STALL.times * (sorted[n]?.lengthMs ?? 0)) {
          const usualMs = usualWaitMs();
          return sorted
            .slice(0, n)
            .flatMap(({ answered, ...stall }) => (answered || stall.lengthMs > usualMs ? [stall] : []));
        }
      }
      return [];
    },
  };
}

/** Rows of refused connections without a whole answer between them, after one and before another. */
function outagesOf(refused: readonly number[], finished: Numbers): readonly Outage[] {
  if (refused.length < OUTAGE_FAILURES) return [];
  const events = [
    ...refused.map((us) => ({ us, failed: true })),
    ...Array.from(finished, (us) => ({ us, failed: false })),
  ].sort((a, b) => a.us - b.us);
  const outages: Outage[] = [];
  let answered = false;
  let row: number[] = [];
  for (const { us, failed } of events) {
    if (failed) row.push(us);
    else {
      const [from] = row;
      if (answered && from !== undefined && row.length >= OUTAGE_FAILURES) {
        outages.push({ atMs: from / 1e3, lengthMs: (us - from) / 1e3, failed: row.length });
      }
      answered = true;
      row = [];
    }
  }
  return outages;
}
