import { createDueQueue } from '../../model/due-queue.ts';
import type { RawResult } from '../../model/result.ts';
import { type Alarm, createAlarm, type Timers } from '../../model/timers.ts';
import type { PlannedConversation } from '../plan/plan.ts';
import type { CellConnection } from './connection.ts';
import type { LoadOutcome } from './load-spec.ts';
import type { RequestSource } from './request-source.ts';
import { retryAfterMs } from './retry-after.ts';
import type { TurnSender } from './turn-sender.ts';

/** How long a connection waits after it could not be opened, so that a dead server is not hammered; microseconds. */
const RECONNECT_PAUSE_US = 100_000;

/** The longest that a server makes a connection wait, microseconds. */
const MOST_WAIT_US = 60e6;

const NEVER = Number.POSITIVE_INFINITY;

/** What drives one closed loop. */
export interface ClosedLoopLoad {
  readonly source: RequestSource;
  readonly connections: readonly CellConnection[];
  /** When sending ends, microseconds since the run's start; null when the plan's end decides. */
  readonly durationUs: number | null;
  /** At the end of the duration, what is in flight is cut and never counted; else it drains and counts. */
  readonly dropsAtEnd: boolean;
  /** A connection whose answer asks for it waits before its next request. */
  readonly honoursRetryAfter: boolean;
  readonly sender: TurnSender;
  /** On the run's clock: microseconds since its start. */
  readonly timers: Timers;
  /** Ends the run early: requests in flight are cut and kept as `client_aborted`. */
  readonly signal: AbortSignal;
}

/** What a connection does next, at once or after a pause. */
interface NextTurn {
  readonly used: CellConnection;
  /** The conversation that goes on, with its turn; null when the connection takes another one. */
  readonly conversation: PlannedConversation | null;
  readonly turn: number;
}

/**
 * Sends until the plan or the duration ends. Every connection takes the next conversation as soon as its last one has
 * ended, and sends its turns in order. Conversations that have begun when the plan ends are sent to their ends; when the
 * duration ends, no further turn is sent.
 */
export class ClosedLoop {
  readonly #load: ClosedLoopLoad;
  readonly #sending: SendingTime;
  readonly #alarm: Alarm;
  readonly #pauses = createDueQueue<NextTurn>();
  readonly #started = new Set<CellConnection>();
  /** Connections whose next request the source still has to give. */
  readonly #asking = new Set<CellConnection>();
  readonly #allLeft = Promise.withResolvers<void>();
  #active: number;
  #rampUs = 0;

  constructor(load: ClosedLoopLoad) {
    this.#load = load;
    this.#sending = new SendingTime(load.durationUs);
    this.#alarm = createAlarm(load.timers, () => this.#ring());
    this.#active = load.connections.length;
  }

  async run(): Promise<LoadOutcome> {
    const { connections, sender, signal } = this.#load;
    const stop = (): void => this.#stop();
    signal.addEventListener('abort', stop, { once: true });
    const startUs = this.#load.timers.nowUs();
    // A stop that came before the start: every connection leaves without sending.
    if (signal.aborted) stop();
    for (const used of connections) this.#next(used, startUs);
    // With fewer connections than workers some shares are empty.
    if (connections.length === 0) this.#allLeft.resolve();
    this.#rearm();
    await this.#allLeft.promise;
    this.#alarm.set(null);
    signal.removeEventListener('abort', stop);
    const endedUs = this.#load.timers.nowUs();
    return {
      sendingEndedUs: this.#sending.endedUs ?? endedUs,
      endedUs,
      stoppedEarly: this.#sending.isStopped,
      busyUs: this.#sending.busyUs,
      rampUs: this.#rampUs,
      lagsUs: new Float64Array(0),
      lateByCap: 0,
      retried: sender.retried,
      retryAfter: sender.retryAfter,
    };
  }

  #isOver(): boolean {
    return this.#sending.isOver(this.#load.timers.nowUs());
  }

  #leave(): void {
    this.#active -= 1;
    if (this.#active === 0) this.#allLeft.resolve();
  }

  /** @param freeUs since when the connection has been free: its next request is scheduled for that instant */
  #next(used: CellConnection, freeUs: number): void {
    if (this.#isOver()) {
      this.#end();
      return;
    }
    this.#asking.add(used);
    this.#load.source.next(used.slot, (conversation, delayUs = 0) => {
      if (!this.#asking.delete(used)) return;
      if (delayUs > 0) this.#sending.occupy(freeUs, freeUs + delayUs);
      if (conversation === null || this.#isOver()) this.#end();
      else this.#play(used, conversation, 0, freeUs + delayUs);
    });
  }

  /** A connection has nothing more to send. */
  #end(): void {
    this.#sending.end(this.#load.timers.nowUs());
    this.#leave();
  }

  #play(used: CellConnection, conversation: PlannedConversation, turn: number, dueUs: number): void {
    const { connections, source, sender } = this.#load;
    const planned = conversation.turns[turn];
    const request = planned === undefined ? undefined : source.request(planned.request);
    if (request === undefined) throw new Error('the plan asks for a request that is not there');
    const { firstSeq, pass } = conversation;
    const sent = { request, seq: firstSeq + turn, pass, ...used.slot, scheduledUs: dueUs };
    sender.send(used.connection, sent, (result) => this.#goOn(used, conversation, turn, result));
    if (this.#started.size < connections.length && !this.#started.has(used)) {
      this.#started.add(used);
      this.#rampUs = this.#load.timers.nowUs();
    }
  }

  #goOn(used: CellConnection, conversation: PlannedConversation, turn: number, result: RawResult): void {
    const { source, sender, dropsAtEnd, honoursRetryAfter } = this.#load;
    const { sentUs, answer } = result;
    const { finishedUs } = answer;
    if (sentUs !== null) this.#sending.occupy(sentUs, finishedUs);
    // On a busy machine the alarm is late: an answer that ended after the end, but before the alarm, is dropped too.
    if (dropsAtEnd && finishedUs >= this.#sending.limitUs) sender.discard();
    source.answered?.(used.slot, result);
    const failed = answer.transport === 'unreachable';
    const next = failed ? undefined : conversation.turns[turn + 1];
    const then: NextTurn =
      next === undefined ? { used, conversation: null, turn: 0 } : { used, conversation, turn: turn + 1 };
    const askedUs = honoursRetryAfter ? Math.min(MOST_WAIT_US, (retryAfterMs(answer) ?? 0) * 1e3) : 0;
    const waitUs = failed ? RECONNECT_PAUSE_US : Math.max(askedUs, next?.thinkUs ?? 0);
    if (waitUs > 0 && !this.#isOver()) {
      // A connection that cannot be opened is not in use.
      if (!failed) this.#sending.occupy(finishedUs, finishedUs + waitUs);
      this.#pauses.push(finishedUs + waitUs, then);
      this.#rearm();
    } else this.#resume(then, finishedUs);
  }

  #resume({ used, conversation, turn }: NextTurn, dueUs: number): void {
    if (conversation === null) this.#next(used, dueUs);
    else if (this.#isOver()) this.#end();
    else this.#play(used, conversation, turn, dueUs);
  }

  #rearm(): void {
    const { limitUs, isTimeUp } = this.#sending;
    const dueUs = Math.min(this.#pauses.nextDueUs() ?? NEVER, isTimeUp ? NEVER : limitUs);
    this.#alarm.set(dueUs === NEVER ? null : dueUs);
  }

  #ring(): void {
    const now = this.#load.timers.nowUs();
    if (now >= this.#sending.limitUs) this.#onTimeUp();
    for (let due = this.#pauses.take(now); due !== null; due = this.#pauses.take(now))
      this.#resume(due.item, due.dueUs);
    this.#rearm();
  }

  #onTimeUp(): void {
    this.#sending.isTimeUp = true;
    this.#sending.end(this.#sending.limitUs);
    if (this.#load.dropsAtEnd) this.#cut();
    else this.#endPauses();
  }

  #stop(): void {
    this.#sending.isStopped = true;
    this.#sending.end(this.#load.timers.nowUs());
    this.#cut();
  }

  #cut(): void {
    for (const { connection } of this.#load.connections) connection.cancel('client_aborted');
    this.#endPauses();
  }

  /** A connection that pauses, or asks what to send, has nothing in flight, and nothing more to send. */
  #endPauses(): void {
    const pausing = this.#pauses.length + this.#asking.size;
    this.#pauses.clear();
    this.#asking.clear();
    for (let i = 0; i < pausing; i++) this.#leave();
  }
}

/** The time in which requests are sent, and how much of it the connections were in use; microseconds since the run's start. */
class SendingTime {
  /** The end of the duration. */
  readonly limitUs: number;
  /** The alarm for the end of the duration has rung. */
  isTimeUp = false;
  isStopped = false;
  /** When sending ended: by the plan, the duration or the stop. */
  endedUs: number | null = null;
  busyUs = 0;

  constructor(durationUs: number | null) {
    this.limitUs = durationUs ?? NEVER;
  }

  isOver(atUs: number): boolean {
    if (atUs >= this.limitUs) this.end(atUs);
    return this.isStopped || atUs >= this.limitUs;
  }

  end(atUs: number): void {
    this.endedUs ??= Math.min(atUs, this.limitUs);
  }

  /** Counts connection-time that was in use, as far as it lies before the end of sending. */
  occupy(fromUs: number, untilUs: number): void {
    this.busyUs += Math.max(0, Math.min(untilUs, this.endedUs ?? this.limitUs) - fromUs);
  }
}
