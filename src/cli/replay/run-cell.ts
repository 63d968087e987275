import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { invalidReasons } from '../../measure/invalid-reasons.ts';
import { type RunSummary, summarizeRun } from '../../measure/run-summary.ts';
import { percentile } from '../../measure/sample.ts';
import { samplesState, saysLoad } from '../../measure/server/server-samples.ts';
import { isManyBreaks, shardReasons } from '../../measure/shards.ts';
import type { ServerState } from '../../model/capture.ts';
import { systemClock, systemTimers } from '../../model/clock.ts';
import type { CacheRefusal } from '../../model/note.ts';
import {
  type Cell,
  cellKey,
  type Run,
  type RunEnd,
  type RunInstant,
  type RunSettings,
  type RunStart,
  type ShardStart,
} from '../../model/run.ts';
import {
  createFailureWatch,
  type LoadSpec,
  type SentLoad,
  sharedNumbers,
} from '../../replay/engine/load-spec.ts';
import { identifyPlan } from '../../replay/plan/plan-fingerprint.ts';
import { cellOfShard, workersFor } from '../../replay/plan/threads.ts';
import { resetPrefixCache } from '../../replay/probe-target.ts';
import type { OwnEnd } from '../../replay/shards/common-start.ts';
import { type ServerWatch, watchEveryMs, watchServer } from '../../replay/watch-server.ts';
import { cacheRefusalText } from '../../report/messages/notes/traffic-notes.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import type { TapeThread } from '../../store/writing/tape-thread.ts';
import { clientMachine, toolVersion } from '../provenance.ts';
import { commandLine } from '../secrets.ts';
import { identityOf, type OpenStart } from '../shards/open-start.ts';
import { say } from '../terminal/terminal.ts';
import type { LoadedRequests } from './load-requests.ts';
import { planSpec, type ReplayCell } from './loop-settings.ts';
import type { TrafficSettings } from './replay-settings.ts';
import { openSenders } from './senders/open-senders.ts';
import type { LiveRequests } from './senders/share-sender.ts';
import { serverStates } from './server-states.ts';
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
  /** What this process sends of each run, and with whom it starts; null or absent where it sends all. */
  readonly sharded?: OpenStart | null;
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
  const { settings, target, tape, sharded = null } = session;
  const resets = settings.send.cache === 'reset' && (sharded === null || sharded.shard.index === 0);
  const cacheRefusal = resets ? await resetCache(session) : null;
  const run = await atBarrier(session, (start) =>
    start.begin(identityOf(runIdentity(session, cell, repeat))),
  );
  if (run === STOPPED) return null;
  const tooMany = new AbortController();
  const stopped = AbortSignal.any([session.signal, tooMany.signal]);
  const spec = loadSpec(session, cell, run);
  const own = ownCell(session, cell);
  const mostWorkers = settings.workers ?? neededWorkers(session, own);
  const senders = await openSenders(spec, mostWorkers, stopped, session.live);
  if (senders === null) return null;
  try {
    if ((await atBarrier(session, (start) => start.warm())) === STOPPED) return null;
    const statesBefore = await serverStates(target, settings, 'start');
    if (!(await senders.refresh())) return null;
    const { workers } = senders;
    const shared = {
      ...shardSetting(session, cell, run),
      ...(spec.trace === undefined ? {} : { trace: spec.trace }),
    };
    const known = { repeat, workers, cacheRefusal, ...shared };
    const { id, ...begun } = await beginRun(session, { ...cell, cell: own }, known);
    const instant = await atBarrier(session, (start) => start.ready());
    if (instant === STOPPED) return null;
    const start = { ...begun, ...instant };
    const moved = instant === null ? null : tape.moveRun(id, instant);
    const lostBefore = lostRecords(tape);
    // The senders count what status and connection show; a failure inside an answer is found by the thread that reads it.
    const onRead = createFailureWatch(sharedNumbers(2), settings.maxErrors, () => tooMany.abort());
    session.onSending?.(start.startedUs, senders.inFlight, onRead);
    const watch = watchLoad(session, statesBefore, start.startedUs);
    const sent = await senders.run(start.startedUs, id, tape).finally(() => watch?.stop());
    await moved;
    const shards = (await sharded?.start.end(ownEnd(session, sent))) ?? null;
    if (sharded === null) await breakRetried(session, id, sent.outcome.retried);
    const states = [
      ...statesBefore,
      ...(await serverStates(target, settings, 'end')),
      ...fingerprintState(sent.fingerprint),
      ...(watch === null ? [] : [samplesState(watch.samples(), systemClock.wallMs())]),
    ];
    await tape.addServerStates({ runId: id }, states);
    const lost = lostRecords(tape) - lostBefore;
    return await endRun(session, { ...start, id, end: runEnd(sent, own, shards) }, states, lost);
  } finally {
    senders.close();
  }
}

/** The command was asked to stop while it waited for other shards. */
const STOPPED = Symbol('stopped');

/** Waits for the other shards; null at once where there are none. */
async function atBarrier<T>(
  { sharded = null }: ReplaySession,
  wait: (start: OpenStart['start']) => Promise<T>,
): Promise<T | typeof STOPPED | null> {
  if (sharded === null) return null;
  try {
    return await wait(sharded.start);
  } catch (error) {
    if (sharded.stopped.aborted) return STOPPED;
    throw error;
  }
}

/** What the same run has in common on all shards, the plan and everything else that decides what is sent. */
function runIdentity(
  { settings, target, label, loaded }: ReplaySession,
  { cell, load }: ReplayCell,
  repeat: number,
) {
  const { fingerprint } = identifyPlan(planSpec(settings.send, load, loaded.conversations), loaded.content);
  return [fingerprint, settings.send, cell, load, repeat, label, addressOf(target)];
}

/** What this process sends of a cell. */
function ownCell({ sharded = null }: ReplaySession, { cell, load }: ReplayCell): Cell {
  return sharded === null ? cell : cellOfShard(cell, load, sharded.shard);
}

function shardSetting(
  { sharded = null }: ReplaySession,
  { cell }: ReplayCell,
  run: string | null,
): Pick<RunSettings, 'shard'> {
  return sharded === null || run === null ? {} : { shard: { ...sharded.shard, cell, run } };
}

function ownEnd({ sharded = null }: ReplaySession, { lateUs, outcome }: SentLoad): OwnEnd {
  const isOther = sharded?.start.signal.aborted === true && !sharded.stopped.aborted;
  const end = !outcome.stoppedEarly ? 'complete' : isOther ? 'stoppedByAnother' : 'stopped';
  return { lateMs: lateUs / 1e3, end };
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
export function loadSpec(
  session: ReplaySession,
  { cell, load }: ReplayCell,
  run: string | null = null,
): LoadSpec {
  const { settings, target, loaded, sequences, addresses, sharded = null } = session;
  const { durationUs, timeoutUs, warmup, cache, honoursRetryAfter = false } = settings.send;
  // All shards of a run share its salt and its half of trace ids: one process would have sent the same.
  const common = run === null ? randomBytes(8).toString('hex') : identityOf(run);
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
    ...(sharded === null ? {} : { shard: sharded.shard }),
    salt: cache === 'salt' ? `reprise-${common}` : null,
    ...(settings.traced ? { trace: common } : {}),
  };
}

type KnownSettings = Pick<RunSettings, 'repeat' | 'workers' | 'cacheRefusal' | 'shard' | 'trace'>;

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

/** Looks at the server's own load during a run, where its metrics say it; of several shards one does. */
function watchLoad(
  { settings, target, sharded = null }: ReplaySession,
  before: readonly ServerState[],
  startedUs: number,
): ServerWatch | null {
  const { headers, trust, send } = settings;
  const page = before.find(({ kind }) => kind === 'metrics')?.body ?? '';
  if (!saysLoad(page) || (sharded !== null && sharded.shard.index > 0)) return null;
  const everyMs = watchEveryMs(send.durationUs);
  const plan = { headers: headersFor(target, headers), trust, startedUs, everyMs };
  return watchServer(addressOf(target), plan, systemTimers);
}

/** What the server called itself in a response. */
function fingerprintState(body: string | null): readonly ServerState[] {
  if (body === null) return [];
  return [{ edge: 'end', kind: 'fingerprint', takenAtMs: systemClock.wallMs(), status: 200, body }];
}

function runEnd(
  { outcome, loop, connectionsOpen }: SentLoad,
  cell: Cell,
  shards: readonly ShardStart[] | null,
): RunEnd {
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
      ...(shards === null ? {} : { shards, retriedSeqs: retried }),
    },
    invalidReasons: [],
  };
}

/** Makes requests that were sent twice errors where there are too many of them: most clients would have failed. */
async function breakRetried(
  { tape, reader }: Pick<ReplaySession, 'tape' | 'reader'>,
  runId: number,
  retried: readonly number[],
): Promise<void> {
  if (isManyBreaks(retried.length, reader.resultCount(runId))) await tape.breakResults(runId, retried);
}

/** Since the tape was opened; those of a run are all counted when it is flushed. */
function lostRecords(tape: TapeThread): number {
  return Object.values(tape.drops()).reduce((sum, n) => sum + n, 0);
}

/** Measures what was written, judges whether it may be believed, and closes the run with that. */
async function endRun(
  { reader, tape, settings, sharded }: ReplaySession,
  run: Run,
  states: readonly ServerState[],
  lost: number,
): Promise<RunSummary> {
  const { end } = run;
  if (end === null) throw new Error(`run ${run.id} has not ended`);
  const { health } = end;
  const { shard } = run.settings;
  const summary = summarizeRun(run, reader.results(run.id), {
    states,
    slo: settings.slo,
    percentiles: settings.percentiles ?? null,
  });
  const reasons = [
    ...invalidReasons(summary),
    ...(shard === undefined || health?.shards === undefined
      ? []
      : shardReasons(health.shards, sharded?.start.knowsAll === true ? shard.of : null, summary.durationMs)),
    ...(lost === 0 ? [] : [{ kind: 'resultsLost', results: lost } as const]),
  ];
  await tape.endRun(run.id, { ...end, invalidReasons: reasons });
  return { ...summary, valid: reasons.length === 0, invalidReasons: reasons };
}
