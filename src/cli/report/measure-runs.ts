import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createWrkFigures } from '../../measure/as/wrk-figures.ts';
import { createRunSeries } from '../../measure/run-series.ts';
import {
  type AskedFigures,
  type CommonPositions,
  createSummaryTally,
  type RunSummary,
  type SummaryOptions,
  summarizeRun,
} from '../../measure/run-summary.ts';
import { serverFacts } from '../../measure/server/server-facts.ts';
import { localRemote, openRemote, type Remote } from '../../model/remote.ts';
import type { Run } from '../../model/run.ts';
import type { ReportedRun } from '../../report/runs-report.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { keepHeapsSmall } from '../heap-size.ts';
import { workerFile } from '../worker-file.ts';

/** What a thread that measures runs of a tape is started with. */
export interface MeasurerThreadData<M extends keyof Measured> {
  readonly path: string;
  readonly measure: M;
  readonly asked: AskedFigures;
}

/** What such a thread does. */
export interface Measurer<M extends keyof Measured> {
  /** @param common as in `SummaryOptions`; only of `figures` */
  measure(run: Run, common: CommonPositions | null): Measured[M];
}

export function createMeasurer<M extends keyof Measured>(
  tape: TapeReader,
  measure: M,
  asked: AskedFigures,
): Measurer<M> {
  return { measure: (run, common) => MEASURES[measure](tape, run, { ...asked, common }) as Measured[M] };
}

export interface MeasureOptions extends AskedFigures {
  /** Threads that share the runs; chosen by the machine and by how much there is to read where it is absent. */
  readonly threads?: number;
  /** Over which positions a run is measured; absent: over all. */
  readonly commonOf?: (run: Run) => CommonPositions | null;
}

/** Another thread costs 0.1 s and some 60 MB: below this many results one alone is done sooner. */
const WORTH_THREADS = 100_000;
const MOST_THREADS = 4;

/** Measures runs of a tape, in the order given, on this thread and on others where that is worth it. */
export async function measureRuns<M extends keyof Measured>(
  measure: M,
  tape: TapeReader,
  path: string,
  runs: readonly Run[],
  { threads = threadsFor(tape, runs), commonOf = () => null, ...asked }: MeasureOptions,
): Promise<readonly Measured[M][]> {
  // A row lives for microseconds: room for many of them is memory without use.
  keepHeapsSmall();
  const measured: Measured[M][] = [];
  const waiting = runs.entries();
  const work = async (measurer: Remote<Measurer<M>>): Promise<void> => {
    for (const [i, run] of waiting) {
      measured[i] = await measurer.call('measure', run, commonOf(run));
      // This thread hears of the others only between its own runs.
      await setImmediate();
    }
  };
  const others = Array.from({ length: threads - 1 }, () => startMeasurer({ path, measure, asked }));
  try {
    const remotes = others.map((worker) => openRemote<Measurer<M>>(worker, {}, 'a thread that measures'));
    // Each of the others has one run more at hand, for while this thread does not listen.
    const shares = remotes.flatMap((remote) => [work(remote), work(remote)]);
    await Promise.all([...shares, work(localRemote(createMeasurer(tape, measure, asked)))]);
  } finally {
    await Promise.all(others.map((worker) => worker.terminate()));
  }
  return measured;
}

function startMeasurer<M extends keyof Measured>(workerData: MeasurerThreadData<M>): Worker {
  return new Worker(workerFile('measurer', import.meta.url), { workerData });
}

function threadsFor(tape: TapeReader, runs: readonly Run[]): number {
  const results = runs.reduce((sum, { id }) => sum + tape.resultCount(id), 0);
  return results < WORTH_THREADS
    ? 1
    : Math.max(1, Math.min(availableParallelism(), runs.length, MOST_THREADS));
}

/** What a report takes from a run. */
export type MeasuredRun = Omit<ReportedRun, 'recordedServer'>;

/** How much is computed of a stored run: its figures, or with them everything that a page shows. */
export const MEASURES = { figures: runSummary, page: measureRun } as const;

/** What a measure of a run gives: plain data, which passes between threads. */
export interface Measured {
  readonly figures: RunSummary;
  readonly page: MeasuredRun;
}

/** The figures of a stored run. */
export function runSummary(
  tape: Pick<TapeReader, 'plainResults' | 'serverStates'>,
  run: Run,
  asked: Pick<SummaryOptions, 'slo' | 'percentiles' | 'common'> = {},
): RunSummary {
  return summarizeRun(run, tape.plainResults(run.id), {
    ...asked,
    states: tape.serverStates({ runId: run.id }),
  });
}

/** Reads each result once for everything that is measured. */
function measureRun(tape: TapeReader, run: Run, asked: AskedFigures): MeasuredRun {
  const states = tape.serverStates({ runId: run.id });
  const tally = createSummaryTally(run, { ...asked, states });
  const series = createRunSeries(run);
  const wrk = createWrkFigures(run);
  for (const measured of tape.plainResults(run.id)) {
    tally.add(measured);
    series.add(measured);
    wrk.add(measured.result);
  }
  const distributions = tally.distributions();
  return {
    summary: tally.summary(),
    series: { ...series.figures(), ...distributions },
    wrk: wrk.figures(),
    server: serverFacts(states),
    toolVersion: run.toolVersion,
  };
}
