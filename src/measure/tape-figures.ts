import { arrivalKind, type Capture } from '../model/capture.ts';
import { DROP_REASONS, type Exchange, withoutQuery } from '../model/exchange.ts';
import type { Outcome } from '../model/outcome.ts';
import { peakInFlight } from '../model/result.ts';
import { isValid, type Run } from '../model/run.ts';
import type { RunSummary } from './run-summary.ts';
import { createNumberColumn, type SampleStats, sufficientStats } from './sample.ts';

/** One run as `inspect` lists it. */
export type RunLine = Pick<RunSummary, 'id' | 'label' | 'target' | 'cell' | 'repeat' | 'startedAt' | 'valid'>;

/** What is on a tape: what `inspect --json` prints. Times of exchanges count from their arrival at the recorder. */
export interface TapeFigures {
  readonly captures: number;
  /** Captures that are still recorded, or whose recorder was killed, or that miss a part of the tape's journal. */
  readonly unclosedCaptures: number;
  readonly exchanges: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** Exchanges that passed but are not on the tape, by reason. */
  readonly drops: Readonly<Record<string, number>>;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly upstreams: readonly string[];
  /** ISO 8601 of the first arrival; null on a tape without exchanges, or where an imported file does not have the time of day. */
  readonly firstArrivalAt: string | null;
  /** From the first arrival of each capture to its last end, summed over captures. */
  readonly durationMs: number;
  readonly requestsPerSec: number;
  /** Most exchanges in flight at once. */
  readonly peakInFlight: number;
  readonly models: Readonly<Record<string, number>>;
  readonly paths: Readonly<Record<string, number>>;
  readonly streamed: number;
  /** Distinct session keys. */
  readonly sessions: number;
  readonly promptLength: SampleStats;
  readonly completionLength: SampleStats;
  /** Percentiles that too few exchanges carry are null. */
  readonly ttftMs: SampleStats;
  readonly e2elMs: SampleStats;
  readonly runs: readonly RunLine[];
}

/** Reads a tape's figures in one pass; `exchanges` come in order of capture and arrival. */
export function figuresOfTape(
  captures: readonly Capture[],
  exchanges: Iterable<Exchange>,
  runs: readonly Run[],
): TapeFigures {
  const spans = createSpans();
  const outcomes: Partial<Record<Outcome, number>> = {};
  const models: Record<string, number> = {};
  const paths: Record<string, number> = {};
  const sessions = new Set<string>();
  const columns = {
    promptLength: createNumberColumn(),
    completionLength: createNumberColumn(),
    ttftMs: createNumberColumn(1e3),
    e2elMs: createNumberColumn(1e3),
  };
  const sums = { exchanges: 0, promptTokens: 0, completionTokens: 0, streamed: 0 };

  for (const exchange of exchanges) {
    sums.exchanges += 1;
    sums.promptTokens += exchange.promptTokens ?? 0;
    sums.completionTokens += exchange.completionTokens ?? 0;
    sums.streamed += Number(exchange.streamed);
    outcomes[exchange.outcome] = (outcomes[exchange.outcome] ?? 0) + 1;
    if (exchange.model !== null) models[exchange.model] = (models[exchange.model] ?? 0) + 1;
    const path = withoutQuery(exchange.path);
    paths[path] = (paths[path] ?? 0) + 1;
    if (exchange.sessionKey !== null) sessions.add(exchange.sessionKey);
    spans.add(exchange);
    if (exchange.promptTokens !== null) columns.promptLength.push(exchange.promptTokens);
    if (exchange.completionTokens !== null) columns.completionLength.push(exchange.completionTokens);
    if (exchange.outcome !== 'ok' || exchange.finishedUs === null) continue;
    columns.e2elMs.push((exchange.finishedUs - exchange.arrivedUs) / 1e3);
    if (exchange.firstTokenUs !== null)
      columns.ttftMs.push((exchange.firstTokenUs - exchange.arrivedUs) / 1e3);
  }
  const first = spans.firstArrival();
  const anchor = captures.find(({ id }) => id === first?.captureId);
  return {
    captures: captures.length,
    unclosedCaptures: captures.filter(({ cleanClose }) => !cleanClose).length,
    ...sums,
    outcomes,
    drops: sumDrops(captures),
    upstreams: [...new Set(captures.map(({ upstream }) => upstream))],
    firstArrivalAt:
      first === null || anchor === undefined || arrivalKind(anchor) !== 'wall'
        ? null
        : new Date(anchor.startedAtMs + first.arrivedUs / 1e3).toISOString(),
    ...spans.figures(),
    models,
    paths,
    sessions: sessions.size,
    promptLength: columns.promptLength.stats(),
    completionLength: columns.completionLength.stats(),
    ttftMs: sufficientStats(columns.ttftMs.stats()),
    e2elMs: sufficientStats(columns.e2elMs.stats()),
    runs: runs.map(runLine),
  };
}

function sumDrops(captures: readonly Capture[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    DROP_REASONS.map((reason) => [
      reason,
      captures.reduce((sum, { drops }) => sum + (drops[reason] ?? 0), 0),
    ]),
  );
}

function runLine(run: Run): RunLine {
  return {
    id: run.id,
    label: run.label,
    target: run.target,
    cell: run.cell,
    repeat: run.settings.repeat,
    startedAt: new Date(run.startedAtMs).toISOString(),
    valid: isValid(run),
  };
}

/** Arrivals and ends, for what depends on both: duration, rate, concurrency. Instants of one capture share a zero. */
function createSpans() {
  const captures = new Map<number, { arrivals: number[]; ends: number[] }>();
  let first: { captureId: number; arrivedUs: number } | null = null;
  return {
    add({ captureId, arrivedUs, finishedUs }: Exchange): void {
      first ??= { captureId, arrivedUs };
      const spans = captures.get(captureId) ?? { arrivals: [], ends: [] };
      captures.set(captureId, spans);
      spans.arrivals.push(arrivedUs);
      spans.ends.push(finishedUs ?? arrivedUs);
    },
    firstArrival: (): { captureId: number; arrivedUs: number } | null => first,
    figures() {
      let durationUs = 0;
      let most = 0;
      let count = 0;
      for (const { arrivals, ends } of captures.values()) {
        durationUs += ends.reduce((last, us) => Math.max(last, us)) - (arrivals[0] ?? 0);
        count += arrivals.length;
        most = Math.max(most, peakInFlight(arrivals, ends));
      }
      return {
        durationMs: durationUs / 1e3,
        requestsPerSec: durationUs > 0 ? (count * 1e6) / durationUs : 0,
        peakInFlight: most,
      };
    },
  };
}
