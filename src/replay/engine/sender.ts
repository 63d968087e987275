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
import { ClosedLoop } from './closed-loop.ts';
import { type CellConnection, createConnection } from './connection.ts';
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
import { OpenLoop } from './open-loop.ts';
import { createReadCoalescing, type ReadCoalescing, sleepThread } from './read-coalescing.ts';
import { createRequestWriter } from './request-bytes.ts';
import { planSource, type RequestSource, sequenceSource } from './request-source.ts';
import { TurnSender } from './turn-sender.ts';

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

/** `open` leaves connections alone that were used within this time, microseconds. */
const FRESH_US = 1e6;

/** Sends one worker's part of a load. */
export class Sender {
  readonly #spec: LoadSpec;
  readonly #share: WorkerShare;
  readonly #timers: Timers;
  readonly #live: RequestSource | null;
  readonly #target: URL;
  readonly #coalescing: ReadCoalescing;
  readonly #connections: readonly CellConnection[];
  readonly #opened: CellConnection[] = [];
  #usedUs = Number.NEGATIVE_INFINITY;

  /**
   * @param timers on the machine's monotonic clock
   * @param live gives what a closed loop sends while it runs, in place of the plan
   */
  constructor(spec: LoadSpec, share: WorkerShare, timers: Timers, live: RequestSource | null = null) {
    this.#spec = spec;
    this.#share = share;
    this.#timers = timers;
    this.#live = live;
    this.#target = new URL(spec.target);
    this.#coalescing = createReadCoalescing(timers);
    this.#connections = shareOfSlots(slotsOf(spec), share).map((slot) => this.#connection(slot));
  }

  /** Sends the warm-up, if there is one; nothing of it is kept. */
  async warmUp(signal: AbortSignal): Promise<void> {
    const { warmup, salt, plan, shard = WHOLE } = this.#spec;
    if (warmup === null) return;
    const ofShard = 'requests' in warmup ? shareOfNumber(warmup.requests, workerOfShard(shard)) : null;
    // Only workers that have a connection can send a part of it.
    const requests = ofShard && shareOfNumber(ofShard, this.#share, slotsOf(this.#spec).length);
    if (requests === 0) return;
    const ofAll = requests && requests * shard.of;
    await this.#send({
      // As fast as the connections allow: a closed loop, over and over, with a salt that no run has.
      load: { kind: 'closed', semantics: 'drain' },
      plan: { ...plan, arrivals: null, think: { kind: 'none' }, loop: true, requests: ofAll },
      durationUs: 'us' in warmup ? warmup.us : null,
      salt: salt === null ? null : `${salt}-warm`,
      taken: sharedNumber(),
      epochUs: this.#timers.nowUs(),
      sink: { add: () => undefined },
      signal,
      barrier: Promise.resolve(),
    });
  }

  /**
   * Opens the connections; later again those that the server has closed, and uses what it is about to close: vLLM closes a
   * connection after 5 s without a request. Call it right before `run` when something slow was done since the opening.
   * @throws UserError (as a rejection) when not one could be opened
   */
  async open(signal: AbortSignal): Promise<void> {
    const { headers, timeoutUs } = this.#spec;
    const timers = this.#timers;
    const idle = timers.nowUs() - this.#usedUs > FRESH_US;
    const all = this.#connections.map(({ connection }) => connection);
    const some = idle ? all : all.filter((connection) => !connection.isOpen());
    await openConnections(this.#target, some, headers, timers, timeoutUs, signal);
    this.#usedUs = timers.nowUs();
  }

  /**
   * Runs the load; call it once.
   * @param startedUs monotonic instant that all results count from, the same for all workers. It lies a moment ahead, so
   *   that all of them are ready then; nothing is sent before
   */
  async run(startedUs: number, sink: ResultBatchSink, signal: AbortSignal): Promise<SentLoad> {
    const { maxErrors } = this.#spec;
    const { answers, taken } = this.#share;
    const start = this.#start(startedUs);
    const tooMany = new AbortController();
    const deferred = createDeferredSink(sink, this.#timers);
    const outcome = await this.#send({
      ...this.#spec,
      taken,
      epochUs: startedUs,
      sink: deferred,
      onAnswer: createFailureWatch(answers, maxErrors, () => tooMany.abort()),
      signal: AbortSignal.any([signal, tooMany.signal]),
      barrier: start,
    });
    const { monitor, ...health } = await start;
    const loop = monitor.stop();
    deferred.end();
    return { outcome, ...health, loop };
  }

  close(): void {
    for (const { connection } of this.#opened) connection.close();
  }

  #connection(slot: ConnectionSlot): CellConnection {
    const { addresses, trust } = this.#spec;
    const address = addresses?.[slot.thread] ?? null;
    const origin = address === null ? this.#target : new URL(address);
    const connection = createConnection(origin, this.#timers.nowUs, this.#coalescing, trust);
    const opened = { connection, slot };
    this.#opened.push(opened);
    return opened;
  }

  /** Waits for a run's start, and says how it was met. */
  #start(startedUs: number) {
    type Start = Pick<SentLoad, 'connectionsOpen' | 'lateUs'> & { readonly monitor: LoopMonitor };
    const timers = this.#timers;
    const { promise, resolve } = Promise.withResolvers<Start>();
    const start = (): void => {
      const earlyUs = startedUs - timers.nowUs();
      if (earlyUs > 0) sleepThread(earlyUs / 1e3);
      const lateUs = timers.nowUs() - startedUs;
      const connectionsOpen = this.#connections.filter(({ connection }) => connection.isOpen()).length;
      resolve({ connectionsOpen, lateUs, monitor: startLoopMonitor() });
    };
    createDeadline(timers, start).set(startedUs - SLEEP_US);
    return promise;
  }

  async #send(task: LoadTask): Promise<LoadOutcome> {
    const { load, epochUs, sink, onAnswer, signal } = task;
    const { headers, timeoutUs, honoursRetryAfter = false } = this.#spec;
    const semantics = semanticsOf(load);
    const timers = timersSince(this.#timers, epochUs);
    const sender = new TurnSender({
      writer: createRequestWriter(this.#target, headers, task.salt, task.trace),
      timeoutUs: semantics.timeoutUs(timeoutUs),
      epochUs,
      timers,
      sink,
      ...(onAnswer === undefined ? {} : { onAnswer }),
      inFlight: new Int32Array(this.#share.inFlight),
    });
    const durationUs = task.durationUs === null ? null : semantics.endUs(task.durationUs);
    const common = { connections: this.#connections, durationUs, sender, timers, signal };
    try {
      if (load.kind === 'open')
        return await new OpenLoop({ ...common, ...this.#openPart(task, load.maxInFlight) }).run();
      const { dropsAtEnd } = semantics;
      const source = this.#live ?? this.#source(task);
      await task.barrier;
      return await new ClosedLoop({ ...common, source, dropsAtEnd, honoursRetryAfter }).run();
    } finally {
      sender.close();
    }
  }

  #plan(plan: PlanSpec): Plan {
    return shareOfPlan(createPlan(plan), workerOfShard(this.#spec.shard ?? WHOLE));
  }

  #source({ plan, taken }: LoadTask): RequestSource {
    const { sequences, requests } = this.#spec;
    const counts = new Int32Array(taken);
    return sequences === undefined
      ? planSource(this.#plan(plan), requests, counts)
      : sequenceSource(sequences, requests, counts);
  }

  /** What an open loop needs beside what both kinds do. */
  #openPart({ plan }: LoadTask, maxInFlight: number | null) {
    const share = this.#share;
    const { requests, shard = WHOLE } = this.#spec;
    const ofShard = maxInFlight === null ? null : shareOfNumber(maxInFlight, workerOfShard(shard));
    // A worker that may have nothing in flight must have nothing to send.
    const most = ofShard ?? share.workers;
    return {
      requests,
      plan: shareOfPlan(this.#plan(plan), share, most),
      openConnection: (n: number) =>
        this.#connection({
          thread: 0,
          connection: (n * share.workers + share.worker) * shard.of + shard.index,
        }),
      maxInFlight: ofShard === null ? null : shareOfNumber(ofShard, share, most),
    };
  }
}

/** Of all workers of the shard. */
const slotsOf = ({ cell, load, shard = WHOLE }: LoadSpec): readonly ConnectionSlot[] =>
  slotsOfShard(cell, load, shard);
