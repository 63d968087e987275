import type { TimedRequest } from '../../measure/metric-kinds.ts';
import { METRICS } from '../../measure/metric-table.ts';
import { createTimeline } from '../../measure/run-series.ts';
import { createSummaryTally } from '../../measure/run-summary.ts';
import { sampleStats, sufficientStats } from '../../measure/sample.ts';
import type { Capture } from '../../model/capture.ts';
import { isError } from '../../model/outcome.ts';
import type { Result } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { LISTED, runFigures } from '../../serve/run-figures.ts';
import {
  type LiveComparison,
  type LiveFigures,
  type LiveRow,
  type LiveState,
  type RunFigures,
  SHOWN_AFTER_MS,
} from '../../serve/shelf.ts';
import type { TimedExchange } from '../../store/columns.ts';
import { openTape, type TapeReader } from '../../store/tape-reader.ts';
import { createEstimates } from './estimates.ts';
import { figuresOfRun } from './read-tape.ts';
import type { TapeUser } from './tape-users.ts';

/** A tape that was written lately. */
export interface WatchedTape {
  readonly name: string;
  readonly path: string;
  readonly changedMs: number;
  /** Null where the system does not tell. */
  readonly users: readonly TapeUser[] | null;
}

export interface Watched {
  readonly rows: readonly LiveRow[];
  readonly comparisons: readonly LiveComparison[];
}

/** Looks at tapes that are being written, and remembers what it has read of the runs that go on. */
export interface Watcher {
  watch(tapes: readonly WatchedTape[], nowMs: number): Watched;
}

/** Without word from the system a writer that writes nothing for this long is called silent, ms. */
const SILENT_MS = 30_000;

/** Current rates are those of this long, µs. */
const RECENT_US = 5e6;

/** Figures of a recording are those of this long, µs: it may have gone on for days. */
const CAPTURE_US = 60e6;

/** A process may have begun this much later than a run by its clock, which counts whole seconds, ms. */
const CLOCK_MS = 2_000;

export function createWatcher(): Watcher {
  const going = new Map<string, GoingRun>();
  const ended = new Map<string, RunFigures>();
  const estimateSoFar = createEstimates();

  function watchTape(tape: TapeReader, watched: WatchedTape, nowMs: number): Watched {
    const { name, path, changedMs, users } = watched;
    const isRecent = (endMs: number): boolean => nowMs - endMs < SHOWN_AFTER_MS;
    const quietMs = Math.max(0, nowMs - changedMs);
    const all = tape.runs();
    const runs = all.filter(({ startedAtMs, end }) =>
      isRecent(end === null ? changedMs : startedAtMs + end.endedUs / 1e3),
    );
    const captures = tape.captures().filter(({ endedAtMs }) => isRecent(endedAtMs ?? changedMs));
    const owned = ownedBy(users, { runs, captures });
    const stateOf = (thing: Run | Capture, hasEnded: boolean): LiveState => {
      if (hasEnded) return 'ended';
      if (owned === null) return quietMs < SILENT_MS ? 'running' : 'silent';
      return owned.has(thing) ? 'running' : 'killed';
    };
    const rows = [
      ...captures.map((capture) => {
        const state = stateOf(capture, capture.endedAtMs !== null);
        const untilMs = state === 'running' ? nowMs : changedMs;
        return { tape: name, quietMs, state, ...captureRow(tape, capture, untilMs) };
      }),
      ...runs.map((run) => {
        const state = stateOf(run, run.end !== null);
        const key = `${path}|${run.id}|${run.startedAtMs}`;
        const untilMs = state === 'running' ? nowMs : changedMs;
        return { tape: name, quietMs, state, ...runRow(tape, run, key, untilMs) };
      }),
    ];
    const comparison = estimateSoFar(tape, name, all, runs.at(-1));
    return { rows, comparisons: comparison === null ? [] : [comparison] };
  }

  function runRow(tape: TapeReader, run: Run, key: string, nowMs: number) {
    const { id, label, cell, startedAtMs, settings, end } = run;
    const about = {
      kind: 'run' as const,
      id,
      invalidReasons: end?.invalidReasons ?? [],
      name: label,
      cell,
      startedAtMs,
      plannedMs: settings.durationUs === null ? null : settings.durationUs / 1e3,
      plannedRequests:
        settings.requests ?? (settings.durationUs === null && !settings.loop ? settings.exchanges : null),
    };
    if (end !== null) {
      going.delete(key);
      const figures = ended.get(key) ?? figuresOfRun(tape, run);
      ended.set(key, figures);
      return {
        ...about,
        elapsedMs: end.endedUs / 1e3,
        figures,
        inFlight: null,
        requestsPerSec: 0,
        tokensPerSec: 0,
      };
    }
    const known = going.get(key) ?? goingRun(run);
    going.set(key, known);
    known.read(tape);
    return {
      ...about,
      elapsedMs: Math.max(0, nowMs - startedAtMs),
      ...known.figures((nowMs - startedAtMs) * 1e3),
    };
  }

  return {
    watch(tapes, nowMs) {
      const found = tapes.flatMap((watched) => {
        try {
          const tape = openTape(watched.path);
          try {
            return [watchTape(tape, watched, nowMs)];
          } finally {
            tape.close();
          }
        } catch (error) {
          // The list of tapes says what is wrong with it.
          if (error instanceof UserError) return [];
          throw error;
        }
      });
      return {
        rows: found.flatMap(({ rows }) => rows).sort((a, b) => b.startedAtMs - a.startedAtMs),
        comparisons: found.flatMap(({ comparisons }) => comparisons),
      };
    },
  };
}

/**
 * What goes on by a process that still lives; null where the system does not tell. A process makes one thing at a time, the
 * last of its kind that began after it did.
 */
function ownedBy(
  users: readonly TapeUser[] | null,
  things: { readonly runs: readonly Run[]; readonly captures: readonly Capture[] },
): ReadonlySet<Run | Capture> | null {
  if (users === null) return null;
  const owned = new Set<Run | Capture>();
  for (const { makes, startedMs } of users.toSorted((a, b) => b.startedMs - a.startedMs)) {
    const open: readonly (Run | Capture)[] =
      makes === 'runs'
        ? things.runs.filter(({ end }) => end === null)
        : things.captures.filter(({ endedAtMs }) => endedAtMs === null);
    const mine = open.findLast((thing) => !owned.has(thing) && thing.startedAtMs > startedMs - CLOCK_MS);
    if (mine !== undefined) owned.add(mine);
  }
  return owned;
}

/** A run that goes on: its figures grow with each look, and only what is new is read. */
interface GoingRun {
  read(tape: TapeReader): void;
  /** @param nowUs since the run's start */
  figures(nowUs: number): LiveFigures;
}

function goingRun(run: Run): GoingRun {
  const tally = createSummaryTally(run);
  const timeline = createTimeline(null);
  let recent: Result[] = [];
  let lastId = 0;
  return {
    read(tape) {
      for (const measured of tape.resultsAfter(run.id, lastId)) {
        tally.add(measured);
        timeline.add(measured);
        recent.push(measured.result);
        lastId = measured.result.id;
      }
    },
    figures(nowUs) {
      const fromUs = nowUs - RECENT_US;
      recent = recent.filter(({ finishedUs }) => finishedUs >= fromUs);
      const lengthUs = Math.max(1, Math.min(nowUs, RECENT_US));
      const servedUs = recent.reduce(
        (sum, { sentUs, finishedUs }) => sum + (sentUs === null ? 0 : finishedUs - sentUs),
        0,
      );
      const tokens = recent.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0);
      return {
        figures: runFigures(tally.summary(), timeline.figures()),
        inFlight: recent.length === 0 ? null : servedUs / lengthUs,
        requestsPerSec: (recent.length * 1e6) / lengthUs,
        tokensPerSec: (tokens * 1e6) / lengthUs,
      };
    },
  };
}

function captureRow(tape: TapeReader, capture: Capture, nowMs: number) {
  const { id, upstream, startedAtMs, endedAtMs } = capture;
  const endMs = endedAtMs ?? nowMs;
  const nowUs = (endMs - startedAtMs) * 1e3;
  const exchanges = tape.exchangesSince(id, Math.max(0, nowUs - CAPTURE_US));
  const recent = exchanges.filter(({ finishedUs }) => finishedUs !== null && finishedUs >= nowUs - RECENT_US);
  const lengthUs = Math.max(1, Math.min(nowUs, RECENT_US));
  const tokens = recent.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0);
  return {
    kind: 'capture' as const,
    id,
    invalidReasons: [],
    name: upstream,
    cell: null,
    startedAtMs,
    plannedMs: null,
    plannedRequests: null,
    elapsedMs: endMs - startedAtMs,
    figures: captureFigures(exchanges, tape.exchangesOf(id), nowUs),
    inFlight: exchanges.filter(({ finishedUs }) => finishedUs === null).length,
    requestsPerSec: (recent.length * 1e6) / lengthUs,
    tokensPerSec: (tokens * 1e6) / lengthUs,
  };
}

/** Steps of its line, and how long one is, µs. */
const STEPS = 30;
const STEP_US = CAPTURE_US / STEPS;

function captureFigures(exchanges: readonly TimedExchange[], count: number, nowUs: number): RunFigures {
  const rows = exchanges.filter(({ outcome }) => outcome === 'ok').map(timed);
  const values = LISTED.filter(({ metric }) => METRICS[metric].kind === 'request').map((listed) => {
    const metric = METRICS[listed.metric];
    const sample = metric.kind === 'request' ? rows.flatMap((row) => metric.of(row) ?? []) : [];
    const stats = sufficientStats(sampleStats(Float64Array.from(sample).sort()));
    return [listed.key, listed.statistic === 'value' ? null : stats[listed.statistic]] as const;
  });
  const spark = new Array<number>(STEPS).fill(0);
  for (const { finishedUs } of exchanges) {
    if (finishedUs === null) continue;
    const step = STEPS - 1 - Math.floor((nowUs - finishedUs) / STEP_US);
    if (step >= 0 && step < STEPS) spark[step] = (spark[step] ?? 0) + 1e6 / STEP_US;
  }
  return {
    requests: count,
    errors: exchanges.filter(({ outcome }) => outcome !== 'unfinished' && isError(outcome)).length,
    values: Object.fromEntries(values),
    spark,
  };
}

/** An exchange's times count from its arrival. */
function timed(exchange: TimedExchange): TimedRequest {
  const { arrivedUs, finishedUs } = exchange;
  return { ...exchange, scheduledUs: arrivedUs, sentUs: arrivedUs, finishedUs: finishedUs ?? arrivedUs };
}
