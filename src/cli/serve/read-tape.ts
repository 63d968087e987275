import { bodyText } from '../../chat/body.ts';
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
import { type TapeReader, withTape } from '../../store/tape-reader.ts';
import type { SidePath } from './compare-tapes.ts';

/**
 * What a thread of `reprise serve` does: each call opens a tape, reads, and closes it, so that a tape is never held between
 * looks. All of it is thrown as UserError where a tape cannot be read. Reports and comparisons are loaded by the thread that
 * makes them: one that reads lists takes half the memory without.
 */
export interface TapeReading {
  contents(path: string): TapeContents;
  figures(path: string, runIds: readonly number[]): readonly RunFigures[];
  traffic(path: string): Promise<TrafficReport>;
  report(path: string, runs: string): Promise<RunsReport>;
  compare(sides: readonly SidePath[]): Promise<Compared>;
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
  async traffic(path) {
    const { gatherTraffic } = await import('../report/gather-traffic.ts');
    return withTape(path, (tape) => gatherTraffic(tape, path));
  },
  async report(path, selection) {
    const { gatherReport, selectRuns } = await import('../report/gather-report.ts');
    return withTape(path, (tape) =>
      gatherReport(tape, path, selectRuns(tape.runs(), selection), { note: '', asked: { slo: null } }),
    );
  },
  compare: async (sides) => (await import('./compare-tapes.ts')).compareTapes(sides),
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
