import { invalidReasons } from '../measure/invalid-reasons.ts';
import { startLoopMonitor } from '../measure/loop-monitor.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import { summarizeRun } from '../measure/summarize-run.ts';
import { systemClock } from '../model/clock.ts';
import type { RawResult, ResultSink } from '../model/result.ts';
import {
  type Cell,
  FIRST_VERSION_HEALTH,
  FIRST_VERSION_SETTINGS,
  type Run,
  type RunEnd,
  type RunStart,
} from '../model/run.ts';
import type { ClosedLoopOutcome } from '../replay/engine/closed-loop.ts';
import { openCell } from '../replay/engine/open-cell.ts';
import { planClosedLoop } from '../replay/plan/closed-loop.ts';
import { probeTarget } from '../replay/probe-target.ts';
import type { TapeReader } from '../store/tape-reader.ts';
import type { TapeThread } from '../store/tape-thread.ts';
import type { LoadedRequests } from './load-requests.ts';
import type { ReplaySettings } from './replay-settings.ts';
import { toolVersion } from './tool-version.ts';

/** Everything a replay keeps at hand for its runs. */
export interface ReplaySession {
  readonly settings: ReplaySettings;
  readonly label: string;
  readonly loaded: LoadedRequests;
  readonly tape: TapeThread;
  readonly reader: TapeReader;
  readonly signal: AbortSignal;
}

/** Runs one cell once, writes it to the tape and gives its figures. */
export async function runCell(session: ReplaySession, cell: Cell, repeat: number): Promise<RunSummary> {
  const { settings, tape, loaded, signal } = session;
  const { target, headers } = settings;
  const probe = (edge: 'start' | 'end') => probeTarget(target.origin, edge, headers, systemClock.wallMs);
  const statesBefore = await probe('start');
  const open = await openCell(target, cell, headers, systemClock);
  try {
    const start = runStart(session, cell, repeat);
    const sink = holdingSink();
    const began = tape.beginRun(start).then((id) => {
      sink.release(tape.resultSink(id));
      return id;
    });
    const monitor = startLoopMonitor();
    const outcome = await open.run(
      {
        plan: planClosedLoop(loaded.requests.length, settings.requests),
        requests: loaded.requests,
        durationUs: settings.durationUs,
        timeoutUs: settings.timeoutUs,
        sink,
        signal,
      },
      start.startedUs,
    );
    const loop = monitor.stop();
    const id = await began;
    await tape.flush();
    const health = {
      ...FIRST_VERSION_HEALTH,
      ...loop,
      connectionsOpen: open.connectionsOpen,
      drainMs: (outcome.endedUs - outcome.sendingEndedUs) / 1e3,
      occupancy: occupancy(outcome, cell),
    };
    const summary = await endRun(session, { ...start, id, end: runEnd(outcome, health) });
    await tape.addServerStates({ runId: id }, [...statesBefore, ...(await probe('end'))]);
    return summary;
  } finally {
    await open.close();
  }
}

function runStart({ settings, label, loaded }: ReplaySession, cell: Cell, repeat: number): RunStart {
  return {
    label,
    target: settings.target.origin,
    cell,
    startedAtMs: systemClock.wallMs(),
    startedUs: systemClock.nowUs(),
    settings: {
      ...FIRST_VERSION_SETTINGS,
      durationUs: settings.durationUs,
      requests: settings.requests,
      timeoutUs: settings.timeoutUs,
      repeat,
      exchanges: loaded.requests.length,
      skipped: loaded.skipped,
    },
    toolVersion: toolVersion(),
  };
}

/** Keeps results back until the tape has given the run its number: the load does not wait for the disk. */
function holdingSink(): ResultSink & { release(to: ResultSink): void } {
  const held: RawResult[] = [];
  let target: ResultSink | null = null;
  return {
    add(result) {
      if (target === null) held.push(result);
      else target.add(result);
    },
    release(to) {
      target = to;
      for (const result of held.splice(0)) to.add(result);
    },
  };
}

function occupancy({ busyUs, sendingEndedUs }: ClosedLoopOutcome, cell: Cell): number {
  return sendingEndedUs === 0 ? 0 : busyUs / (cell.connections * sendingEndedUs);
}

function runEnd(outcome: ClosedLoopOutcome, health: RunEnd['health']): RunEnd {
  const { sendingEndedUs, endedUs, stoppedEarly } = outcome;
  return { windowUs: sendingEndedUs, endedUs, stoppedEarly, health, invalidReasons: [] };
}

/** Measures what was written, judges whether it may be believed, and closes the run with that. */
async function endRun({ reader, tape }: ReplaySession, run: Run): Promise<RunSummary> {
  const { end } = run;
  if (end === null) throw new Error(`run ${run.id} has not ended`);
  const summary = summarizeRun(run, reader.results(run.id));
  const lost = Object.values(tape.drops()).reduce((sum, n) => sum + n, 0);
  const reasons = [
    ...invalidReasons(summary),
    ...(lost === 0 ? [] : [`${lost} results could not be written to the tape`]),
  ];
  await tape.endRun(run.id, { ...end, invalidReasons: reasons });
  return { ...summary, valid: reasons.length === 0, invalidReasons: reasons };
}
