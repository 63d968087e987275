import { startLoopMonitor } from '../../measure/loop-monitor.ts';
import { createAlarm } from '../../model/alarm.ts';
import type { ResultBatchSink, ResultSink } from '../../model/result.ts';
import type { Load } from '../../model/run.ts';
import { type Timers, timersSince } from '../../model/timers.ts';
import { createPlan, shareOfPlan } from '../plan/create-plan.ts';
import type { PlannedConversation, PlanSpec } from '../plan/plan.ts';
import { threadsOfConnections } from '../plan/threads.ts';
import { runClosedLoop } from './closed-loop.ts';
import { type Connection, createConnection } from './connection.ts';
import { countInFlight } from './count-in-flight.ts';
import type { LoadOutcome, SentLoad } from './load-outcome.ts';
import { type LoadSpec, shareOf, type WorkerShare, wholeShare } from './load-spec.ts';
import { openConnections } from './open-connections.ts';
import { runOpenLoop } from './open-loop.ts';
import { createPatientSink } from './patient-sink.ts';
import { createReadTurn } from './read-turn.ts';
import { createRequestWriter, type RequestWriter } from './request-bytes.ts';
import { createTurnSender } from './turn-sender.ts';

/** One worker's part of a load, its connections open and warm. */
export interface Sender {
  /** Sends what is to be sent before the clock starts; nothing of it is kept. */
  warmUp(signal: AbortSignal): Promise<void>;
  /**
   * Opens again what the server has closed, and uses what it is about to close: vLLM closes a connection after 5 s without
   * a request. Call it right before `run` when something slow was done since the opening.
   * @throws UserError (as a rejection) when not one could be opened
   */
  refresh(signal: AbortSignal): Promise<void>;
  /**
   * Runs the load; call it once.
   * @param startedUs monotonic instant that is the zero of all results. A moment ahead, so that everything is ready then,
   *   on all threads that send; nothing is sent before
   */
  run(startedUs: number, sink: ResultBatchSink, signal: AbortSignal): Promise<SentLoad>;
  close(): void;
}

/** One load to be sent: the warm-up, or the run. */
interface Errand extends Pick<LoadSpec, 'plan' | 'load' | 'durationUs'>, Pick<WorkerShare, 'counter'> {
  /** What the load's instants count from, on the machine's monotonic clock, microseconds. */
  readonly epochUs: number;
  readonly writer: RequestWriter;
  readonly sink: ResultSink;
  readonly signal: AbortSignal;
  /** What a closed loop waits for, since nothing in it is due at an instant; an open one has its plan. */
  readonly begin?: Promise<unknown>;
}

/** wrk's threads see that the time is over at their next look, every 100 ms: its runs last that much longer. */
const WRK_TICK_US = 100_000;

/** Connections that were idle for less are not used once more before the clock starts, microseconds. */
const FRESH_US = 1e6;

/** What the warm-up throws away. */
const NOWHERE: ResultSink = { add: () => undefined };

/**
 * Opens a worker's connections.
 * @param timers on the machine's monotonic clock
 * @param signal gives up opening them
 * @throws UserError (as a rejection) when not one could be opened
 */
export async function openSender(
  spec: LoadSpec,
  share: WorkerShare,
  timers: Timers,
  signal: AbortSignal,
): Promise<Sender> {
  const target = new URL(spec.target);
  const threads = threadsOf(spec);
  const seats = seatsOf(threads, share);
  /** Workers that have a connection. */
  const connected = Math.min(share.workers, threads.length);
  const turn = createReadTurn();
  const opened = new Set<Connection>();
  const openConnection = (): Connection => {
    const connection = createConnection(target, timers.nowUs, turn, spec.ca);
    opened.add(connection);
    return connection;
  };
  const connections = seats.map(openConnection);
  const close = (): void => {
    for (const connection of opened) connection.close();
  };
  const open = async (some: readonly Connection[], stop: AbortSignal): Promise<void> => {
    await openConnections(target, some, spec.headers, timers, spec.timeoutUs, stop);
  };
  await open(connections, signal).catch((error: unknown) => {
    close();
    throw error;
  });
  let usedUs = timers.nowUs();
  const writerOf = (salt: string | null): RequestWriter =>
    createRequestWriter(target.host, spec.headers, salt);

  async function drive(errand: Errand): Promise<LoadOutcome> {
    const { plan, load, durationUs, epochUs, writer, sink, signal } = errand;
    const runTimers = timersSince(timers, epochUs);
    const wrk = load.kind === 'closed' && load.semantics === 'wrk';
    const timeoutUs = wrk ? null : spec.timeoutUs;
    const sender = countInFlight(
      createTurnSender({ writer, timeoutUs, epochUs, timers: runTimers, sink }),
      new Int32Array(share.inFlight),
    );
    const untilUs = wrk && durationUs !== null ? durationUs + WRK_TICK_US : durationUs;
    const common = {
      requests: spec.requests,
      connections,
      durationUs: untilUs,
      sender,
      timers: runTimers,
      signal,
    };
    const planned = createPlan(plan);
    if (load.kind === 'closed') {
      const count = new Int32Array(errand.counter);
      const next = (): PlannedConversation | null => planned.at(Atomics.add(count, 0, 1));
      await errand.begin;
      return runClosedLoop({ ...common, take: next, seats, atEnd: wrk ? 'drop' : 'drain' });
    }
    const { maxInFlight } = load;
    // A worker that may have nothing in flight must have nothing to send.
    const workers = Math.min(share.workers, maxInFlight ?? share.workers);
    return runOpenLoop({
      ...common,
      plan: shareOfPlan(planned, share.worker, workers),
      openConnection,
      maxInFlight: maxInFlight === null ? null : shareOf(maxInFlight, share.worker, workers),
    });
  }

  return {
    async warmUp(signal) {
      const { warmup } = spec;
      if (warmup === null) return;
      const epochUs = timers.nowUs();
      const requests = 'requests' in warmup ? shareOf(warmup.requests, share.worker, connected) : null;
      if (requests === 0) return;
      // Always as fast as the connections allow: a closed loop, over and over, with a salt that no run has.
      const plan: PlanSpec = { ...spec.plan, arrivals: null, think: { kind: 'none' }, loop: true, requests };
      const durationUs = 'us' in warmup ? warmup.us : null;
      const writer = writerOf(spec.salt === null ? null : `${spec.salt}-warm`);
      const { counter } = wholeShare();
      const load: Load = { kind: 'closed', semantics: 'drain' };
      await drive({ plan, load, durationUs, epochUs, writer, sink: NOWHERE, signal, counter });
    },
    async refresh(signal) {
      const idle = timers.nowUs() - usedUs > FRESH_US;
      await open(idle ? connections : connections.filter((connection) => !connection.open), signal);
      usedUs = timers.nowUs();
    },
    async run(startedUs, sink, signal) {
      let connectionsOpen = 0;
      const monitor = reached(timers, startedUs).then(() => {
        connectionsOpen = connections.filter((connection) => connection.open).length;
        return startLoopMonitor();
      });
      const patient = createPatientSink(sink);
      const { plan, load, durationUs, salt } = spec;
      const { counter } = share;
      const writer = writerOf(salt);
      const outcome = await drive({
        plan,
        load,
        durationUs,
        epochUs: startedUs,
        writer,
        sink: patient,
        signal,
        counter,
        begin: monitor,
      });
      const loop = (await monitor).stop();
      patient.end();
      return { outcome, connectionsOpen, loop };
    },
    close,
  };
}

function reached(timers: Timers, instantUs: number): Promise<void> {
  return new Promise((resolve) => createAlarm(timers, resolve).set(instantUs));
}

/** The thread of each connection of the cell. */
function threadsOf({ cell, load }: LoadSpec): readonly number[] {
  return threadsOfConnections(cell, load.kind === 'closed' ? load.semantics : 'drain');
}

/** The connections of a worker: every workers-th of the cell, so that each has its part of every thread. */
function seatsOf(threads: readonly number[], { worker, workers }: WorkerShare) {
  return threads
    .map((thread, connection) => ({ thread, connection }))
    .filter(({ connection }) => connection % workers === worker);
}
