import { type LoopMonitor, startLoopMonitor } from '../../measure/loop-monitor.ts';
import type { ResultBatchSink, ResultSink } from '../../model/result.ts';
import { createDeadline, type Timers, timersSince } from '../../model/timers.ts';
import { createPlan } from '../plan/create-plan.ts';
import type { Plan, PlanSpec } from '../plan/plan.ts';
import { semanticsOf } from '../plan/semantics.ts';
import {
  type ConnectionSlot,
  shareOfNumber,
  shareOfPlan,
  shareOfSlots,
  slotsOfShard,
  workerOfShard,
} from '../plan/threads.ts';
import { runClosedLoop } from './closed-loop.ts';
import { type Connection, createConnection } from './connection.ts';
import { createDeferredSink } from './deferred-sink.ts';
import {
  createFailureWatch,
  type LoadOutcome,
  type LoadSpec,
  type SentLoad,
  sharedNumber,
  WHOLE,
  type WorkerShare,
} from './load-spec.ts';
import { openConnections } from './open-connections.ts';
import { runOpenLoop } from './open-loop.ts';
import { createReadCoalescing, sleepThread } from './read-coalescing.ts';
import { createRequestWriter } from './request-bytes.ts';
import { planSource, type RequestSource, sequenceSource } from './request-source.ts';
import { createTurnSender } from './turn-sender.ts';

/** One worker's part of a load, its connections open. */
export interface Sender {
  /** Sends the warm-up, if there is one; nothing of it is kept. */
  warmUp(signal: AbortSignal): Promise<void>;
  /**
   * Opens again what the server has closed, and uses what it is about to close: vLLM closes a connection after 5 s without
   * a request. Call it right before `run` when something slow was done since the opening.
   * @throws UserError (as a rejection) when not one could be opened
   */
  refresh(signal: AbortSignal): Promise<void>;
  /**
   * Runs the load; call it once.
   * @param startedUs monotonic instant that all results count from, the same for all workers. It lies a moment ahead, so
   *   that all of them are ready then; nothing is sent before
   */
  run(startedUs: number, sink: ResultBatchSink, signal: AbortSignal): Promise<SentLoad>;
  close(): void;
}

/**
 * The last moment before a start, microseconds, is slept through rather than spun: nothing is in flight yet, and where shards
 * share a machine one that spins keeps the core from another.
 */
const SLEEP_US = 5_000;

/** One load to be sent: the warm-up, or the run. */
interface LoadTask
  extends Pick<LoadSpec, 'plan' | 'load' | 'durationUs' | 'salt' | 'trace'>,
    Pick<WorkerShare, 'taken'> {
  /** What the load's instants count from, on the machine's monotonic clock, microseconds. */
  readonly epochUs: number;
  readonly sink: ResultSink;
  readonly onAnswer?: (failed: boolean) => void;
  readonly signal: AbortSignal;
  /** Passed at the epoch. Only a closed loop waits for it: in an open one every request has its instant. */
  readonly barrier: Promise<unknown>;
}

/** `refresh` leaves connections alone that were used within this time, microseconds. */
const FRESH_US = 1e6;

/**
 * Opens a worker's connections.
 * @param timers on the machine's monotonic clock
 * @param signal gives up opening them
 * @param live gives what a closed loop sends while it runs, in place of the plan
 * @throws UserError (as a rejection) when not one could be opened
 */
export async function openSender(
  spec: LoadSpec,
  share: WorkerShare,
  timers: Timers,
  signal: AbortSignal,
  live: RequestSource | null = null,
): Promise<Sender> {
  const target = new URL(spec.target);
  const shard = spec.shard ?? WHOLE;
  const ofShard = workerOfShard(shard);
  const allSlots = slotsOfShard(spec.cell, spec.load, shard);
  const slots = shareOfSlots(allSlots, share);
  const coalescing = createReadCoalescing(timers);
  const inFlight = new Int32Array(share.inFlight);
  const opened = new Set<Connection>();
  const openConnection = (slot?: ConnectionSlot): Connection => {
    const address = slot === undefined ? null : (spec.addresses?.[slot.thread] ?? null);
    const origin = address === null ? target : new URL(address);
    const connection = createConnection(origin, timers.nowUs, coalescing, spec.trust);
    opened.add(connection);
    return connection;
  };
  const connections = slots.map((slot) => openConnection(slot));
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

  const shardPlan = (plan: PlanSpec): Plan => shareOfPlan(createPlan(plan), ofShard);

  async function send(task: LoadTask): Promise<LoadOutcome> {
    const { load, epochUs, sink } = task;
    const semantics = semanticsOf(load);
    const runTimers = timersSince(timers, epochUs);
    const sender = createTurnSender({
      writer: createRequestWriter(target, spec.headers, task.salt, task.trace),
      timeoutUs: semantics.timeoutUs(spec.timeoutUs),
      epochUs,
      timers: runTimers,
      sink,
      ...(task.onAnswer === undefined ? {} : { onAnswer: task.onAnswer }),
      inFlight,
    });
    const common = {
      connections,
      durationUs: task.durationUs === null ? null : semantics.endUs(task.durationUs),
      sender,
      timers: runTimers,
      signal: task.signal,
    };
    try {
      if (load.kind === 'closed') {
        const source = live ?? sourceOf(spec, shardPlan(task.plan), new Int32Array(task.taken));
        await task.barrier;
        return await runClosedLoop({
          ...common,
          source,
          slots,
          dropsAtEnd: semantics.dropsAtEnd,
          honoursRetryAfter: spec.honoursRetryAfter ?? false,
        });
      }
      const maxInFlight = load.maxInFlight === null ? null : shareOfNumber(load.maxInFlight, ofShard);
      // A worker that may have nothing in flight must have nothing to send.
      const most = maxInFlight ?? share.workers;
      return await runOpenLoop({
        ...common,
        requests: spec.requests,
        plan: shareOfPlan(shardPlan(task.plan), share, most),
        slotOf: (n) => ({
          thread: 0,
          connection: (n * share.workers + share.worker) * shard.of + shard.index,
        }),
        openConnection: () => openConnection(),
        maxInFlight: maxInFlight === null ? null : shareOfNumber(maxInFlight, share, most),
      });
    } finally {
      sender.close();
    }
  }

  return {
    async warmUp(signal) {
      const { warmup, salt } = spec;
      if (warmup === null) return;
      // Only workers that have a connection can send a part of it.
      const requests =
        'requests' in warmup
          ? shareOfNumber(shareOfNumber(warmup.requests, ofShard), share, allSlots.length)
          : null;
      if (requests === 0) return;
      await send({
        // As fast as the connections allow: a closed loop, over and over, with a salt that no run has.
        load: { kind: 'closed', semantics: 'drain' },
        plan: {
          ...spec.plan,
          arrivals: null,
          think: { kind: 'none' },
          loop: true,
          requests: requests === null ? null : requests * shard.of,
        },
        durationUs: 'us' in warmup ? warmup.us : null,
        salt: salt === null ? null : `${salt}-warm`,
        taken: sharedNumber(),
        epochUs: timers.nowUs(),
        sink: { add: () => undefined },
        signal,
        barrier: Promise.resolve(),
      });
    },
    async refresh(signal) {
      const idle = timers.nowUs() - usedUs > FRESH_US;
      await open(idle ? connections : connections.filter((connection) => !connection.isOpen()), signal);
      usedUs = timers.nowUs();
    },
    async run(startedUs, sink, signal) {
      let connectionsOpen = 0;
      let lateUs = 0;
      const monitor = new Promise<LoopMonitor>((resolve) => {
        const start = (): void => {
          const earlyUs = startedUs - timers.nowUs();
          if (earlyUs > 0) sleepThread(earlyUs / 1e3);
          lateUs = timers.nowUs() - startedUs;
          connectionsOpen = connections.filter((connection) => connection.isOpen()).length;
          resolve(startLoopMonitor());
        };
        createDeadline(timers, start).set(startedUs - SLEEP_US);
      });
      const tooMany = new AbortController();
      const deferred = createDeferredSink(sink, timers);
      const outcome = await send({
        load: spec.load,
        plan: spec.plan,
        durationUs: spec.durationUs,
        salt: spec.salt,
        ...(spec.trace === undefined ? {} : { trace: spec.trace }),
        taken: share.taken,
        epochUs: startedUs,
        sink: deferred,
        onAnswer: createFailureWatch(share.answers, spec.maxErrors, () => tooMany.abort()),
        signal: AbortSignal.any([signal, tooMany.signal]),
        barrier: monitor,
      });
      const loop = (await monitor).stop();
      deferred.end();
      return { outcome, connectionsOpen, lateUs, loop };
    },
    close,
  };
}

function sourceOf({ sequences, requests }: LoadSpec, plan: Plan, taken: Int32Array): RequestSource {
  return sequences === undefined
    ? planSource(plan, requests, taken)
    : sequenceSource(sequences, requests, taken);
}
