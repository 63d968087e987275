import { createNumberColumn } from '../../measure/sample.ts';
import { createDueQueue } from '../../model/due-queue.ts';
import { type Alarm, createAlarm, type Timers } from '../../model/timers.ts';
import type { Plan, PlannedConversation } from '../plan/plan.ts';
import type { ReplayableRequest } from '../plan/replayable.ts';
import type { CellConnection } from './connection.ts';
import type { LoadOutcome } from './load-spec.ts';
import type { TurnSender } from './turn-sender.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** What drives one open loop. */
export interface OpenLoopLoad {
  readonly plan: Plan;
  readonly requests: readonly ReplayableRequest[];
  /** Those that are open; more are opened when all of them are in use. */
  readonly connections: readonly CellConnection[];
  /** Opens this worker's n-th. */
  readonly openConnection: (n: number) => CellConnection;
  /** Requests in flight at most, null for no bound; beyond it they wait in order and are counted as late. */
  readonly maxInFlight: number | null;
  /** Nothing that is due later is sent, microseconds since the run's start; null when the plan's end decides. */
  readonly durationUs: number | null;
  readonly sender: TurnSender;
  /** On the run's clock: microseconds since its start. */
  readonly timers: Timers;
  /** Ends the run early: requests in flight are cut and kept as `client_aborted`. */
  readonly signal: AbortSignal;
}

/** A turn that is due. */
interface DueTurn {
  readonly conversation: PlannedConversation;
  readonly turn: number;
  readonly scheduledUs: number;
  /** The conversation's own from its second turn on; null for any that is idle. */
  readonly used: CellConnection | null;
}

/**
 * Sends each conversation's first turn at its instant of the plan, whatever the server does; later turns follow their
 * predecessor's end by the think time, on the same connection.
 */
export class OpenLoop {
  readonly #load: OpenLoopLoad;
  readonly #alarm: Alarm;
  readonly #all: CellConnection[];
  readonly #idle: CellConnection[];
  readonly #thinking = createDueQueue<DueTurn>();
  readonly #capped: DueTurn[] = [];
  readonly #lags = createNumberColumn();
  readonly #ended = Promise.withResolvers<void>();
  #number = 0;
  #upcoming: PlannedConversation | null = null;
  #inFlight = 0;
  #lateByCap = 0;
  #lastSentUs = 0;
  #isStopped = false;
  /** Something of the plan was not sent because it is due after `durationUs`. */
  #isCutByTime = false;

  constructor(load: OpenLoopLoad) {
    this.#load = load;
    this.#alarm = createAlarm(load.timers, () => this.#ring());
    this.#all = [...load.connections];
    this.#idle = [...load.connections];
  }

  async run(): Promise<LoadOutcome> {
    const { sender, timers, signal } = this.#load;
    const stop = (): void => this.#stop();
    signal.addEventListener('abort', stop, { once: true });
    this.#upcoming = this.#planned();
    if (signal.aborted) stop();
    else this.#rearm();
    await this.#ended.promise;
    this.#alarm.set(null);
    signal.removeEventListener('abort', stop);
    // A stop may come before the start.
    const endedUs = Math.max(0, timers.nowUs());
    return {
      sendingEndedUs: this.#sendingEnd(endedUs),
      endedUs,
      stoppedEarly: this.#isStopped,
      busyUs: 0,
      rampUs: null,
      lagsUs: this.#lags.sorted(),
      lateByCap: this.#lateByCap,
      retried: sender.retried,
      retryAfter: sender.retryAfter,
    };
  }

  /** The plan's conversation whose turn it is, null at its end and for one that is due after the duration. */
  #planned(): PlannedConversation | null {
    const conversation = this.#load.plan.at(this.#number);
    if (conversation === null || this.#load.signal.aborted) return null;
    return this.#isTooLate(conversation.dueUs ?? 0) ? null : conversation;
  }

  #isTooLate(dueUs: number): boolean {
    const { durationUs } = this.#load;
    if (durationUs === null || dueUs < durationUs) return false;
    this.#isCutByTime = true;
    return true;
  }

  #ring(): void {
    const now = this.#load.timers.nowUs();
    while (this.#upcoming !== null && (this.#upcoming.dueUs ?? 0) <= now) {
      const conversation = this.#upcoming;
      this.#submit({ conversation, turn: 0, scheduledUs: conversation.dueUs ?? 0, used: null });
      this.#number += 1;
      this.#upcoming = this.#planned();
    }
    const thinking = this.#thinking;
    for (let due = thinking.take(now); due !== null; due = thinking.take(now)) this.#submit(due.item);
    this.#rearm();
  }

  #rearm(): void {
    const next = Math.min(this.#upcoming?.dueUs ?? NEVER, this.#thinking.nextDueUs() ?? NEVER);
    this.#alarm.set(next === NEVER ? null : next);
    if (next === NEVER && this.#inFlight === 0 && this.#capped.length === 0) this.#ended.resolve();
  }

  #submit(due: DueTurn): void {
    if (this.#inFlight < (this.#load.maxInFlight ?? NEVER)) this.#send(due);
    else {
      this.#lateByCap += 1;
      this.#capped.push(due);
    }
  }

  #send({ conversation, turn, scheduledUs, used: own }: DueTurn): void {
    const { sender, requests, timers } = this.#load;
    const used = own ?? this.#idle.pop() ?? this.#another();
    const planned = conversation.turns[turn];
    const request = planned === undefined ? undefined : requests[planned.request];
    if (request === undefined) throw new Error('the plan asks for a request that is not there');
    this.#inFlight += 1;
    this.#lastSentUs = timers.nowUs();
    const { firstSeq, pass } = conversation;
    const sent = { request, seq: firstSeq + turn, pass, ...used.slot, scheduledUs };
    sender.send(used.connection, sent, ({ sentUs, answer }) => {
      this.#inFlight -= 1;
      if (sentUs !== null) this.#lags.push(sentUs - scheduledUs);
      this.#goOn(conversation, turn + 1, answer.finishedUs, used);
      const waiting = this.#capped.shift();
      if (waiting !== undefined) this.#send(waiting);
      this.#rearm();
    });
  }

  #goOn(conversation: PlannedConversation, turn: number, freeUs: number, used: CellConnection): void {
    const next = conversation.turns[turn];
    const dueUs = freeUs + (next?.thinkUs ?? 0);
    if (next === undefined || this.#load.signal.aborted || this.#isTooLate(dueUs)) this.#idle.push(used);
    else this.#thinking.push(dueUs, { conversation, turn, scheduledUs: dueUs, used });
  }

  #another(): CellConnection {
    const opened = this.#load.openConnection(this.#all.length);
    this.#all.push(opened);
    return opened;
  }

  #stop(): void {
    this.#isStopped = true;
    this.#upcoming = null;
    this.#thinking.clear();
    this.#capped.length = 0;
    for (const { connection } of this.#all) connection.cancel('client_aborted');
    this.#rearm();
  }

  /** The duration where it cut the plan; a plan that was over before ended with its last request. */
  #sendingEnd(endedUs: number): number {
    const { durationUs } = this.#load;
    if (this.#isStopped) return Math.min(endedUs, durationUs ?? endedUs);
    if (durationUs !== null && (this.#isCutByTime || this.#lastSentUs > durationUs)) return durationUs;
    return this.#lastSentUs;
  }
}
