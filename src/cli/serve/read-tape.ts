import { bodyText } from '../../chat/body.ts';
import type { Comparison } from '../../compare/compare-runs.ts';
import { settingDifferences } from '../../compare/setting-differences.ts';
import { METRICS } from '../../measure/metric-table.ts';
import { createTimeline } from '../../measure/run-series.ts';
import { createSummaryTally } from '../../measure/run-summary.ts';
import { readMetricsPage } from '../../measure/server/metrics-page.ts';
import { serverFacts } from '../../measure/server/server-facts.ts';
import { LOAD_METRICS } from '../../measure/server/server-samples.ts';
import type { ServerState } from '../../model/capture.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { Result } from '../../model/result.ts';
import { isValid, type Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import type { RunsReport, TrafficReport } from '../../report/runs-report.ts';
import { runFigures, UNREADABLE } from '../../serve/run-figures.ts';
import {
  type Compared,
  type EdgeFacts,
  type ExchangeDetail,
  type Listed,
  type ListQuery,
  PAGE_ROWS,
  type RequestDetail,
  type RunFigures,
  type RunRow,
  type TapeContents,
} from '../../serve/shelf.ts';
import type { RowQuery } from '../../store/browse.ts';
import { openTape, type TapeReader, withTape } from '../../store/tape-reader.ts';
import { type ComparedTape, compareSides, refuseShared, serversDiffer } from '../compare/compare-sides.ts';
import { gatherReport, selectRuns } from '../report/gather-report.ts';
import { gatherTraffic } from '../report/gather-traffic.ts';
import { runSummary } from '../report/measure-runs.ts';

/** A side of a comparison with the file that its tape is. */
export interface SidePath {
  readonly tape: string;
  readonly path: string;
  readonly runs: string;
}

/**
 * What a thread of `reprise serve` does: each call opens a tape, reads, and closes it, so that a tape is never held between
 * looks. All of it is thrown as UserError where a tape cannot be read.
 */
export interface TapeReading {
  contents(path: string): TapeContents;
  figures(path: string, runIds: readonly number[]): readonly RunFigures[];
  traffic(path: string): TrafficReport;
  report(path: string, runs: string): Promise<RunsReport>;
  compare(sides: readonly SidePath[]): Compared;
  exchanges(path: string, query: ListQuery): Listed<Exchange>;
  exchange(path: string, id: number, showBodies: boolean): ExchangeDetail;
  requests(path: string, runs: readonly number[], query: ListQuery): Listed<Result>;
  request(path: string, run: number, seq: number): RequestDetail;
}

export const tapeReading: TapeReading = {
  contents: (path) => withTape(path, contentsOf),
  figures(path, runIds) {
    try {
      return withTape(path, (tape) => {
        const runs = new Map(tape.runs().map((run) => [run.id, run]));
        return runIds.map((id) => figuresIfReadable(tape, runs.get(id)));
      });
    } catch (error) {
      if (error instanceof UserError) return runIds.map(() => UNREADABLE);
      throw error;
    }
  },
  traffic: (path) => withTape(path, (tape) => gatherTraffic(tape, path)),
  report: (path, selection) =>
    withTape(path, async (tape) =>
      gatherReport(tape, path, selectRuns(tape.runs(), selection), { note: '', asked: { slo: null } }),
    ),
  compare,
  exchanges: (path, query) =>
    withTape(path, (tape) => tape.exchangePage(rowQuery({ ...query, within: null }))),
  exchange: (path, id, showBodies) =>
    withTape(path, (tape) => {
      const exchange = tape.exchange(id);
      if (exchange === null) throw new UserError(`there is no exchange ${id} on ${path}`);
      const { captureId, requestBodyId, responseBodyId } = exchange;
      const body = (bodyId: number | null): string => bodyText(bodyId === null ? null : tape.body(bodyId));
      return {
        exchange,
        chunks: tape.exchangeChunkTimes(exchange),
        bodies: showBodies ? { request: body(requestBodyId), response: body(responseBodyId) } : null,
        server: edgeFacts(tape.serverStates({ captureId })),
      };
    }),
  requests: (path, runs, query) => withTape(path, (tape) => tape.resultPage(runs, rowQuery(query))),
  request: (path, run, seq) =>
    withTape(path, (tape) => {
      const found = tape.result(run, seq);
      if (found === null) throw new UserError(`run ${run} of ${path} has no request at position ${seq}`);
      return { ...found, server: edgeFacts(tape.serverStates({ runId: run })) };
    }),
};

function contentsOf(tape: TapeReader): TapeContents {
  return {
    exchanges: tape.exchangeCount(),
    captures: tape
      .captures()
      .map(({ id, startedAtMs, endedAtMs, upstream }) => ({ id, startedAtMs, endedAtMs, upstream })),
    runs: tape.runs().map((run) => runRow(tape, run)),
  };
}

function runRow(tape: TapeReader, run: Run): RunRow {
  const { id, label, target, cell, settings, startedAtMs, end } = run;
  const { version, models } = serverFacts(tape.serverStates({ runId: id }));
  return {
    id,
    label,
    target,
    cell,
    repeat: settings.repeat,
    startedAtMs,
    lengthMs: end === null ? null : end.endedUs / 1e3,
    valid: isValid(run),
    version,
    model: models[0]?.id ?? null,
  };
}

function figuresIfReadable(tape: TapeReader, run: Run | undefined): RunFigures {
  try {
    return run === undefined ? UNREADABLE : figuresOfRun(tape, run);
  } catch (error) {
    if (error instanceof UserError) return UNREADABLE;
    throw error;
  }
}

/** The figures of a run's report that lists show, read in one pass. */
export function figuresOfRun(tape: TapeReader, run: Run): RunFigures {
  const tally = createSummaryTally(run);
  const timeline = createTimeline(run.end?.endedUs ?? null);
  for (const measured of tape.plainResults(run.id)) {
    tally.add(measured);
    timeline.add(measured);
  }
  return runFigures(tally.summary(), timeline.figures());
}

function rowQuery({ outcome, model, path, status, fromMs, toMs, within, order, page }: ListQuery): RowQuery {
  const where = { outcome, model, path, status: status === null ? null : String(status) };
  return {
    where: Object.fromEntries(Object.entries(where).filter(([, value]) => value !== null)),
    ...(fromMs === null ? {} : { fromUs: fromMs * 1e3 }),
    ...(toMs === null ? {} : { toUs: toMs * 1e3 }),
    ...(within === null ? {} : { within: { ...within, sql: METRICS[within.metric].drawn } }),
    order,
    offset: (page - 1) * PAGE_ROWS,
    limit: PAGE_ROWS,
  };
}

function edgeFacts(states: readonly ServerState[]): readonly EdgeFacts[] {
  return (['start', 'end'] as const).flatMap((edge): EdgeFacts[] => {
    const said = states.filter((state) => state.edge === edge);
    const [first] = said;
    if (first === undefined) return [];
    const { version, models } = serverFacts(said);
    const page = readMetricsPage(
      said.find(({ kind, status }) => kind === 'metrics' && status === 200)?.body ?? null,
    );
    const gauges = Object.values(LOAD_METRICS)
      .flat()
      .flatMap((name) => {
        const value = page.sum(name);
        return value === null ? [] : [[name, String(value)] as const];
      });
    const facts = [
      ...(version === null ? [] : [['version', version] as const]),
      ...models.map(({ id }) => ['model', id] as const),
      ...gauges,
    ];
    return [{ edge, atMs: first.takenAtMs, facts }];
  });
}

/** Run IDs of different tapes are kept apart by this step: no tape has as many runs. */
const TAPE_STEP = 10_000_000;

/** Each side against the earliest, in the order of time. Runs of several tapes are compared as if they were on one. */
function compare(sides: readonly SidePath[]): Compared {
  const paths = [...new Set(sides.map(({ path }) => path))];
  const tapes = paths.map(openTape);
  try {
    const shared = paths.length === 1 ? tapes[0] : joined(tapes);
    const [first] = tapes;
    if (first === undefined || shared === undefined) return { sides: [], against: [] };
    const chosen = pooled(sides, (path) => (tapes[paths.indexOf(path)] ?? first).runs()).map(
      ({ tape: name, path, runs: selection }) => {
        const i = paths.indexOf(path);
        const runs = selectRuns((tapes[i] ?? first).runs(), selection);
        const label = /^\d+(,\d+)*$/.test(selection) ? `${runs[0]?.label} (${selection})` : selection;
        return {
          tape: name,
          path,
          runs: selection,
          name: paths.length === 1 ? label : `${name}: ${label}`,
          chosen: runs.map((run) => ({ ...run, id: run.id + i * TAPE_STEP })),
        };
      },
    );
    return compareAll(
      shared,
      chosen.toSorted((a, b) => beginOf(a) - beginOf(b)),
    );
  } finally {
    for (const tape of tapes) tape.close();
  }
}

/** Runs that were chosen one by one are one side where they have a tape and a label in common, unless nothing else was chosen. */
function pooled(sides: readonly SidePath[], runsOf: (path: string) => readonly Run[]): readonly SidePath[] {
  const groups = Map.groupBy(sides, ({ path, runs }) => {
    const label = runsOf(path).find(({ id }) => String(id) === runs)?.label;
    return JSON.stringify([path, label ?? runs, label === undefined]);
  });
  if (groups.size < 2) return sides;
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, runs: group.map(({ runs }) => runs).join() }];
  });
}

interface ChosenSide extends SidePath {
  readonly name: string;
  readonly chosen: readonly Run[];
}

function beginOf({ chosen }: ChosenSide): number {
  return Math.min(...chosen.map(({ startedAtMs }) => startedAtMs));
}

function compareAll(tape: ComparedTape, sides: readonly ChosenSide[]): Compared {
  const [base, ...others] = sides;
  if (base === undefined) return { sides: [], against: [] };
  const named = ({ name, chosen }: ChosenSide) => ({ name, runs: chosen });
  refuseShared(sides.map(named), ({ id }) => id % TAPE_STEP);
  const measured = new Map(
    sides.flatMap(({ chosen }) => chosen).map((run) => [run.id, runSummary(tape, run)] as const),
  );
  return {
    sides: sides.map(({ chosen, ...side }) => ({
      ...side,
      summaries: chosen.flatMap(({ id }) => measured.get(id) ?? []),
      ids: chosen.map(({ id }) => id % TAPE_STEP),
    })),
    against: others.map((side) => {
      const [a, b] = [base.chosen[0], side.chosen[0]];
      return {
        comparison: withOwnIds(
          compareSides(tape, {
            before: named(base),
            after: named(side),
            measured: [...measured.values()],
          }),
        ),
        settings: a === undefined || b === undefined ? [] : settingDifferences(a.settings, b.settings),
        servers: serversDiffer(tape, base.chosen, side.chosen),
      };
    }),
  };
}

/** The runs as their tapes number them. */
function withOwnIds(comparison: Comparison): Comparison {
  const own = (id: number): number => id % TAPE_STEP;
  const cells = comparison.cells.map((cell) => ({
    ...cell,
    before: { ...cell.before, runs: cell.before.runs.map(own) },
    after: { ...cell.after, runs: cell.after.runs.map(own) },
    notes: cell.notes.map((note) => (note.kind === 'runLeftOut' ? { ...note, run: own(note.run) } : note)),
  }));
  return { ...comparison, cells };
}

function joined(tapes: readonly TapeReader[]): ComparedTape {
  const of = (id: number): readonly [TapeReader, number] => {
    const tape = tapes[Math.floor(id / TAPE_STEP)];
    if (tape === undefined) throw new RangeError(`no tape has a run ${id}`);
    return [tape, id % TAPE_STEP];
  };
  return {
    plainResults(id) {
      const [tape, run] = of(id);
      return tape.plainResults(run);
    },
    okPositions(id) {
      const [tape, run] = of(id);
      return tape.okPositions(run);
    },
    serverStates(owner) {
      if ('captureId' in owner) throw new RangeError('captures are not compared');
      const [tape, runId] = of(owner.runId);
      return tape.serverStates({ runId });
    },
  };
}
