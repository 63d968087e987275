import type { PeakStop } from '../../compare/peak/answer.ts';
import { isOverloaded, type Span } from '../../compare/peak/overload.ts';
import type { Block } from '../../compare/peak/trial.ts';
import type { Slo } from '../../measure/goodput.ts';
import { createGoodputTally } from '../../measure/goodput.ts';
import { LIMITED } from '../../measure/metric-table.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import type { InvalidReason } from '../../model/note.ts';
import { UserError } from '../../model/user-error.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import type { ReplayCell } from '../replay/loop-settings.ts';
import { type ReplaySession, repeatOf, runCell } from '../replay/run-cell.ts';
import { say } from '../terminal/terminal.ts';

const en = messagesOf('en');

/** Answers that a block has at least, where the load allows it. */
const LEAST_ANSWERS = 200;

/** The part of a block's run that is thrown away: the server fills up. */
const RAMP_SHARE = 0.2;

/** How much longer than asked a block may become to hold its answers. */
const LONGEST_FACTOR = 10;

/** Runs that the load generator spoiled in a row before it is the limit. */
const SPOILED_IN_A_ROW = 3;

/** How long a run is whose block holds its answers after the ramp, microseconds. */
export function runUs(blockUs: number, answersPerSec: number): number {
  const needed = (LEAST_ANSWERS / answersPerSec) * 1e6;
  return Math.round(Math.min(Math.max(blockUs, needed), LONGEST_FACTOR * blockUs) / (1 - RAMP_SHARE));
}

/** A measured block, and how many answers a second it had. */
export interface MeasuredBlock {
  readonly block: Block;
  readonly answersPerSec: number;
  /** The first token of an answer in one piece counts as shown at its end. */
  readonly streamedShare: number;
}

/**
 * Runs one load for one block. A run that the load generator spoiled says nothing of the server and is made again.
 * @param session whose seed differs from block to block, so that blocks ask different requests
 * @throws UserError (as a rejection) when the server is gone, or its answers do not have what a limit is about
 */
export async function measureBlock(
  session: ReplaySession,
  cell: ReplayCell,
  slo: Slo,
): Promise<MeasuredBlock | PeakStop> {
  for (let spoiled = 0; spoiled < SPOILED_IN_A_ROW; spoiled++) {
    const run = await runCell(session, cell, repeatOf(session, cell.cell));
    if (run === null || session.signal.aborted) return 'interrupt';
    const late = lateness(run.invalidReasons, slo);
    const block = readBlock(run, session.reader, slo, cell);
    if (late.length === 0) return block;
    say(`run ${run.id} is made again: ${en.reasons(late)}`);
  }
  return 'client';
}

function readBlock(run: RunSummary, reader: TapeReader, slo: Slo, { load }: ReplayCell): MeasuredBlock {
  const windowUs = run.durationMs * 1e3;
  const tally = createGoodputTally(slo, Number.POSITIVE_INFINITY);
  const spans: Span[] = [];
  const seen = { answers: 0, streamed: 0, withTokens: 0 };
  for (const { result, chunks } of reader.results(run.id)) {
    spans.push(result);
    if (result.scheduledUs < windowUs * RAMP_SHARE) continue;
    tally.add(result, chunks);
    if (result.outcome !== 'ok') continue;
    seen.answers += 1;
    if (result.firstTokenUs !== null) seen.streamed += 1;
    if (result.completionTokens !== null) seen.withTokens += 1;
  }
  if (seen.answers > 0) refuseMissing(slo, seen.streamed > 0, seen.withTokens > 0);
  const { all, good } = tally.counts();
  return {
    block: { requests: all, good, overloaded: load.kind === 'open' && isOverloaded(spans, windowUs) },
    answersPerSec: run.requestsPerSec,
    streamedShare: seen.answers === 0 ? 1 : seen.streamed / seen.answers,
  };
}

/** A delay of the load generator below this share of the tightest limit decides nothing. */
const LATE_SHARE = 0.05;

/**
 * By what the load generator spoiled a block. Its delays count towards every latency, so they can only make a server look
 * worse, and only those that are long beside the limits do.
 */
function lateness(reasons: readonly InvalidReason[], slo: Slo): readonly InvalidReason[] {
  const { ttftMs, e2elMs, ttfoMs = null } = slo;
  const tightest = (limits: readonly (number | null)[]): number =>
    LATE_SHARE * Math.min(...limits.map((ms) => ms ?? Number.POSITIVE_INFINITY));
  // Gaps between tokens do not count from the schedule.
  const limitsMs: Partial<Record<InvalidReason['kind'], number>> = {
    requestsLate: tightest([ttftMs, e2elMs, ttfoMs]),
    loopLate: tightest(LIMITED.map(({ key }) => slo[key] ?? null)),
  };
  return reasons.flatMap((reason): InvalidReason[] => {
    if (reason.kind === 'loopLate' || reason.kind === 'requestsLate') {
      const limitMs = limitsMs[reason.kind] ?? 0;
      return reason.p99Ms > limitMs ? [{ ...reason, limitMs }] : [];
    }
    return SPOILING.has(reason.kind) ? [reason] : [];
  });
}

/** What makes a block worthless whatever the limits are. */
const SPOILING: ReadonlySet<InvalidReason['kind']> = new Set(['loopBusy', 'connectionsIdle', 'resultsLost']);

/** A limit on what no answer has would make every load pass, or every one fail. */
function refuseMissing(slo: Slo, streamed: boolean, withTokens: boolean): void {
  const has: Readonly<Record<keyof Slo, boolean>> = {
    ttftMs: streamed,
    ttfoMs: streamed,
    itlMs: streamed,
    tpotMs: withTokens,
    e2elMs: true,
  };
  const missing = LIMITED.find(({ key }) => (slo[key] ?? null) !== null && !has[key]);
  if (missing === undefined) return;
  throw new UserError(`--slo ${missing.csv} cannot be judged, since no answer has it`, {
    kind: 'usage',
    remedy: streamed ? 'use --usage final, or another limit' : 'use --stream on, or limit e2el',
  });
}
