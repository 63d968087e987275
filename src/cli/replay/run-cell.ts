import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { invalidReasons } from '../../measure/invalid-reasons.ts';
import { type RunSummary, summarizeRun } from '../../measure/run-summary.ts';
import { percentile } from '../../measure/sample.ts';
import type { ServerState } from '../../model/capture.ts';
import { systemClock } from '../../model/clock.ts';
import type { CacheRefusal } from '../../model/note.ts';
import {
  type Cell,
  cellKey,
  type Run,
  type RunEnd,
  type RunInstant,
  type RunSettings,
  type RunStart,
} from '../../model/run.ts';
import {
  createFailureWatch,
  type LoadSpec,
  type SentLoad,
  sharedNumbers,
} from '../../replay/engine/load-spec.ts';
import { identifyPlan } from '../../replay/plan/plan-fingerprint.ts';
import { workersFor } from '../../replay/plan/threads.ts';
import { resetPrefixCache } from '../../replay/probe-target.ts';
import { cacheRefusalText } from '../../report/messages/traffic-notes.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import type { TapeThread } from '../../store/tape-thread.ts';
import { clientMachine, toolVersion } from '../provenance.ts';
import { commandLine } from '../secrets.ts';
import { say } from '../terminal/terminal.ts';
import type { LoadedRequests } from './load-requests.ts';
import { planSpec, type ReplayCell } from './loop-settings.ts';
import { openSenders } from './open-senders.ts';
import type { TrafficSettings } from './replay-settings.ts';
import { serverStates } from './server-states.ts';
import type { LiveRequests } from './share-sender.ts';
import { addressOf, headersFor } from './target-address.ts';

/** From writing a run to the tape to the zero of its clock, ms: plans are made, threads informed, code compiled, and all begin together. */
const AHEAD_MS = 50;

/** Everything a replay keeps at hand for its runs. */
export interface ReplaySession extends Pick<LoadSpec, 'sequences' | 'addresses'> {
  readonly settings: TrafficSettings;
  readonly target: URL;
  readonly label: string;
  readonly loaded: LoadedRequests;
  readonly tape: TapeThread;
  readonly reader: TapeReader;
  readonly signal: AbortSignal;
  /** Makes the requests while a run is on; null or absent where they are those of `loaded`. */
  readonly live?: LiveRequests | null;
  /** Called when a run is about to send, for a display that reports whether each answer, once it was read, failed. */
  readonly onSending?: (startedUs: number, inFlight: () => number, onRead: (failed: boolean) => void) => void;
}

/**
 * Runs one cell once, writes it to the tape and gives its figures.
 * @returns null when it was stopped before its connections were open and warm: then there is no run
 * @throws UserError (as a rejection) when the target cannot be reached
 */
export async function runCell(
  session: ReplaySession,
  cell: ReplayCell,
  repeat: number,
): Promise<RunSummary | null> {
  const { settings, target, tape, signal } = session;
  const cacheRefusal = settings.send.cache === 'reset' ? await resetCache(session) : null;
  const mostWorkers = settings.workers ?? neededWorkers(session, cell.cell);
  const tooMany = new AbortController();
  const stopped = AbortSignal.any([signal, tooMany.signal]);
  // Half of a trace id is zero by one chance in 2^64, and even then the id is valid from the second request on.
  const trace = settings.traced ? { trace: randomBytes(8).toString('hex') } : {};
  const senders = await openSenders(
    { ...loadSpec(session, cell), ...trace },
    mostWorkers,
    stopped,
    session.live,
  );
  if (senders === null) return null;
  try {
    const statesBefore = await serverStates(target, settings, 'start');
    if (!(await senders.refresh())) return null;
    const { workers } = senders;
    const { id, ...start } = await beginRun(session, cell, { repeat, workers, cacheRefusal, ...trace });
    const lostBefore = lostRecords(tape);
    // The senders count what status and connection show; a failure inside an answer is found by the thread that reads it.
    const onRead = createFailureWatch(sharedNumbers(2), settings.maxErrors, () => tooMany.abort());
    session.onSending?.(start.startedUs, senders.inFlight, onRead);
    const sent = await senders.run(start.startedUs, id, tape);
    await breakRetried(session, id, sent.outcome.retried);
    const states = [
      ...statesBefore,
      ...(await serverStates(target, settings, 'end')),
      ...fingerprintState(sent.fingerprint),
    ];
    await tape.addServerStates({ runId: id }, states);
    return await endRun(
      session,
      { ...start, id, end: runEnd(sent, cell.cell) },
      states,
      lostRecords(tape) - lostBefore,
    );
  } finally {
    senders.close();
  }
}

/** Which repetition a run of this cell would be, from 1: the tape has those before it. */
export function repeatOf({ reader, label }: Pick<ReplaySession, 'reader' | 'label'>, cell: Cell): number {
  return reader.runs().filter((run) => run.label === label && cellKey(run.cell) === cellKey(cell)).length + 1;
}

async function resetCache({ target, settings }: ReplaySession): Promise<CacheRefusal | null> {
  const refusal = await resetPrefixCache(
    addressOf(target),
    headersFor(target, settings.headers),
    settings.trust,
  );
  if (refusal !== null) {
    say(
      `the prefix cache is as earlier runs left it: ${cacheRefusalText(refusal, 'en')}; start vLLM with VLLM_SERVER_DEV_MODE=1 or use --cache salt`,
    );
  }
  return refusal;
}

/** The number of sender threads that a load of these connections keeps busy. */
export function neededWorkers({ reader }: ReplaySession, { connections }: Cell): number {
  return workersFor(connections, reader.streamTokensPerSec(), availableParallelism());
}

/** What the senders of a cell need. */
export function loadSpec(session: ReplaySession, { cell, load }: ReplayCell): LoadSpec {
  const { settings, target, loaded, sequences, addresses } = session;
  const { durationUs, timeoutUs, warmup, cache, honoursRetryAfter = false } = settings.send;
  return {
    target: addressOf(target),
    cell,
    load,
    plan: planSpec(settings.send, load, loaded.conversations),
    requests: loaded.requests,
    headers: headersFor(target, settings.headers),
    trust: settings.trust,
    maxErrors: settings.maxErrors,
    durationUs,
    timeoutUs,
    honoursRetryAfter,
    warmup,
    ...(sequences === undefined ? {} : { sequences }),
    ...(addresses === undefined ? {} : { addresses }),
    salt: cache === 'salt' ? `reprise-${randomBytes(8).toString('hex')}` : null,
  };
}

type KnownSettings = Pick<RunSettings, 'repeat' | 'workers' | 'cacheRefusal' | 'trace'>;

/**
 * Writes the run to the tape before anything is sent, so that no result waits for its number. A tape that is slow or
 * locked puts the start off: the senders need time to get ready for it.
 * @throws UserError (as a rejection) when the tape cannot be written
 */
async function beginRun(
  session: ReplaySession,
  cell: ReplayCell,
  known: KnownSettings,
): Promise<RunStart & { readonly id: number }> {
  let aheadMs = AHEAD_MS;
  let start: RunStart = { ...runStart(session, cell, known), ...instantIn(aheadMs) };
  const id = await session.tape.beginRun(start);
  while (start.startedUs - systemClock.nowUs() < (AHEAD_MS * 1e3) / 2) {
    aheadMs *= 2;
    start = { ...start, ...instantIn(aheadMs) };
    await session.tape.moveRun(id, start);
  }
  return { ...start, id };
}

function instantIn(ms: number): RunInstant {
  return { startedAtMs: systemClock.wallMs() + ms, startedUs: systemClock.nowUs() + ms * 1e3 };
}

function runStart(
  { settings, target, label, loaded }: ReplaySession,
  { cell, load }: ReplayCell,
  known: KnownSettings,
): Omit<RunStart, keyof RunInstant> {
  return {
    label,
    target: addressOf(target),
    cell,
    settings: {
      ...settings.send,
      ...known,
      load,
      plan: identifyPlan(planSpec(settings.send, load, loaded.conversations), loaded.content),
      exchanges: loaded.requests.length,
      conversations: loaded.conversations.length,
      skipped: loaded.skipped,
      changes: loaded.changes,
      commandLine: commandLine(process.argv.slice(2)),
      client: clientMachine(),
    },
    toolVersion: toolVersion(),
  };
}

/** What the server called itself in a response. */
function fingerprintState(body: string | null): readonly ServerState[] {
  if (body === null) return [];
  return [{ edge: 'end', kind: 'fingerprint', takenAtMs: systemClock.wallMs(), status: 200, body }];
}

function runEnd({ outcome, loop, connectionsOpen }: SentLoad, cell: Cell): RunEnd {
  const { sendingEndedUs, endedUs, stoppedEarly, busyUs, rampUs, lateByCap, retried, retryAfter } = outcome;
  const lags = outcome.lagsUs.slice().sort();
  const lagMs = (p: number): number | null => {
    const us = percentile(lags, p);
    return us === null ? null : us / 1e3;
  };
  const closed = cell.ratePerSec === undefined;
  return {
    windowUs: sendingEndedUs,
    endedUs,
    stoppedEarly,
    health: {
      ...loop,
      connectionsOpen,
      scheduleLagP50Ms: lagMs(50),
      scheduleLagP99Ms: lagMs(99),
      scheduleLagMaxMs: lagMs(100),
      lateByCap,
      retried: retried.length,
      ...(retryAfter.answers === 0 ? {} : { retryAfter }),
      rampMs: rampUs === null ? null : rampUs / 1e3,
      drainMs: (endedUs - sendingEndedUs) / 1e3,
      occupancy: closed && sendingEndedUs > 0 ? busyUs / (cell.connections * sendingEndedUs) : null,
    },
    invalidReasons: [],
  };
}

/** Above this share of requests, connections that broke in use are the server's failures, not chance. */
const BREAKS_ALLOWED = 0.01;

/** Makes requests that were sent twice errors where there are too many of them: most clients would have failed. */
async function breakRetried(
  { tape, reader }: ReplaySession,
  runId: number,
  retried: readonly number[],
): Promise<void> {
  if (retried.length > BREAKS_ALLOWED * reader.resultCount(runId)) await tape.breakResults(runId, retried);
}

/** Since the tape was opened; those of a run are all counted when it is flushed. */
function lostRecords(tape: TapeThread): number {
  return Object.values(tape.drops()).reduce((sum, n) => sum + n, 0);
}

/** Measures what was written, judges whether it may be believed, and closes the run with that. */
async function endRun(
  { reader, tape, settings }: ReplaySession,
  run: Run,
  states: readonly ServerState[],
  lost: number,
): Promise<RunSummary> {
  const { end } = run;
  if (end === null) throw new Error(`run ${run.id} has not ended`);
  const summary = summarizeRun(run, reader.results(run.id), {
    states,
    slo: settings.slo,
    percentiles: settings.percentiles ?? null,
  });
  const reasons = [
    ...invalidReasons(summary),
    ...(lost === 0 ? [] : [{ kind: 'resultsLost', results: lost } as const]),
  ];
  await tape.endRun(run.id, { ...end, invalidReasons: reasons });
  return { ...summary, valid: reasons.length === 0, invalidReasons: reasons };
}
