import { createWrkFigures } from '../../measure/as/wrk-figures.ts';
import { createRunSeries } from '../../measure/run-series.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import { serverFacts } from '../../measure/server/server-facts.ts';
import { createSummaryTally, summarizeRun } from '../../measure/summarize-run.ts';
import type { Run } from '../../model/run.ts';
import type { Slo } from '../../model/slo.ts';
import type { ReportedRun } from '../../report/runs-report.ts';
import type { TapeReader } from '../../store/tape-reader.ts';

/** What a run itself tells of a report. */
export type MeasuredRun = Omit<ReportedRun, 'recordedServer'>;

/** How much is computed of a stored run: its figures, or with them everything that a page shows. */
export const MEASURES = { figures: runFigures, page: measureRun } as const;

/** What a measure of a run gives: plain data, which passes between threads. */
export interface Measured {
  readonly figures: RunSummary;
  readonly page: MeasuredRun;
}

function runFigures(tape: TapeReader, run: Run, slo: Slo | null): RunSummary {
  return summarizeRun(run, tape.results(run.id), { slo, states: tape.serverStates({ runId: run.id }) });
}

/** Reads each result once for all that is told of it. */
function measureRun(tape: TapeReader, run: Run, slo: Slo | null): MeasuredRun {
  const states = tape.serverStates({ runId: run.id });
  const tally = createSummaryTally(run, { slo, states });
  const series = createRunSeries(run);
  const wrk = createWrkFigures(run);
  for (const measured of tape.results(run.id)) {
    tally.add(measured);
    series.add(measured);
    wrk.add(measured.result);
  }
  return {
    summary: tally.summary(),
    series: series.figures(),
    wrk: wrk.figures(),
    server: serverFacts(states),
    toolVersion: run.toolVersion,
  };
}
