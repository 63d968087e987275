import { lostStart, type ShardStart } from '../../model/run.ts';
import { type Refusal, STEPS, type ToBarrier, type ToShard } from './barrier-messages.ts';

/** One shard's line as the barrier sees it. */
export interface BarrierLine {
  send(message: ToShard): void;
  /** After the last message. */
  end(): void;
}

export interface BarrierRoundsOptions {
  /** Shards that have to come. */
  readonly of: number;
  readonly version: string;
  /** Names the runs of this barrier; each run's name adds its number. */
  readonly session: string;
  /** From the last shard's `ready` to the start, microseconds: the time that the news needs to reach all. */
  readonly aheadUs: number;
  nowUs(): number;
  /** Called when the first shard waits for the others of a run, and with false when all have come. */
  onWaiting(waiting: boolean): void;
}

interface Member {
  readonly index: number;
  identity: string;
  reached: boolean;
  done: ShardStart | null;
}

/**
 * Lets N shards pass the steps of each run together. One that is wrong, or ends before the run began, ends the wait for all;
 * one that ends during the run stops it for all, and the run has them all in its end.
 */
export class BarrierRounds {
  readonly #options: BarrierRoundsOptions;
  readonly #members = new Map<BarrierLine, Member>();
  readonly #lost: ShardStart[] = [];
  #step = 0;
  #running = false;
  #round = 0;
  #refusal: Refusal | null = null;

  constructor(options: BarrierRoundsOptions) {
    this.#options = options;
  }

  /** A run is on, or about to be: a shard that is silent now is lost. */
  get isUnderWay(): boolean {
    return this.#running || this.#step > 0;
  }

  /** A shard's words. */
  hear(line: BarrierLine, message: ToBarrier): void {
    const member = this.#members.get(line);
    switch (message.kind) {
      case 'join':
        if (member === undefined) this.#join(line, message);
        return;
      case 'ping':
        line.send({ kind: 'pong', us: this.#options.nowUs() });
        return;
      case 'reached':
        if (member === undefined || message.step !== STEPS[this.#step]) return;
        if (this.#step === 0 && !this.#isOneThere()) this.#options.onWaiting(true);
        member.reached = true;
        member.identity = message.identity ?? member.identity;
        this.#passWhenAll();
        return;
      case 'done':
        if (member === undefined) return;
        member.done = message.start;
        if (message.start.end !== 'complete') this.#tell({ kind: 'stop' });
        this.#endWhenAll();
        return;
      case 'bye':
        if (member !== undefined) this.#leave(line);
        return;
      case 'beat':
        return;
      default:
        message satisfies never;
    }
  }

  /** The line ended, or what came on it was none of ours. */
  lose(line: BarrierLine): void {
    const member = this.#members.get(line);
    if (member === undefined) return;
    this.#members.delete(line);
    const { index } = member;
    if (!this.#running) {
      this.#refuseAll({ kind: 'gone', index });
      return;
    }
    this.#lost.push(lostStart(index));
    this.#tell({ kind: 'stop' });
    this.#endWhenAll();
  }

  /** The time to wait for shards is over. */
  expire(waitedMs: number): void {
    const { of } = this.#options;
    const come = new Set(this.#all().flatMap(({ index, reached }) => (reached ? [index] : [])));
    const shards = Array.from({ length: of }, (_, index) => index).filter((index) => !come.has(index));
    this.#refuseAll({ kind: 'missing', shards, of, waitedMs });
  }

  #all(): readonly Member[] {
    return [...this.#members.values()];
  }

  #isOneThere(): boolean {
    return this.#all().some(({ reached }) => reached);
  }

  #tell(message: ToShard): void {
    for (const line of this.#members.keys()) line.send(message);
  }

  #refuseAll(why: Refusal): void {
    this.#refusal = why;
    this.#options.onWaiting(false);
    for (const line of this.#members.keys()) refuse(line, why);
    this.#members.clear();
  }

  #join(line: BarrierLine, message: ToBarrier & { readonly kind: 'join' }): void {
    const { of: expected, version } = this.#options;
    const { index, of } = message;
    if (this.#refusal !== null) refuse(line, this.#refusal);
    else if (of === expected && this.#all().some((member) => member.index === index))
      refuse(line, { kind: 'duplicate', index });
    else {
      this.#members.set(line, { index, identity: '', reached: false, done: null });
      if (of !== expected || index >= of) this.#refuseAll({ kind: 'count', index, of, expected });
      else if (message.version !== version)
        this.#refuseAll({ kind: 'version', index, version: message.version, expected: version });
    }
  }

  #passWhenAll(): void {
    const { of, session, aheadUs, nowUs, onWaiting } = this.#options;
    const all = this.#all();
    if (all.length < of || !all.every(({ reached }) => reached)) return;
    const [first, ...others] = all.toSorted((a, b) => a.index - b.index);
    const other = others.find(({ identity }) => identity !== first?.identity);
    if (other !== undefined) {
      this.#refuseAll({ kind: 'plan', index: other.index });
      return;
    }
    for (const member of all) member.reached = false;
    const step = STEPS[this.#step] ?? 'ready';
    this.#running = step === 'ready';
    if (this.#step === 0) {
      this.#round += 1;
      onWaiting(false);
    }
    this.#step = (this.#step + 1) % STEPS.length;
    const atUs = this.#running ? nowUs() + aheadUs : 0;
    this.#tell({ kind: 'passed', step, run: `${session}-${this.#round}`, atUs });
  }

  #endWhenAll(): void {
    const starts = this.#all().map(({ done }) => done);
    if (!this.#running || starts.includes(null)) return;
    const shards = [...starts.filter((start) => start !== null), ...this.#lost].sort(
      (a, b) => a.index - b.index,
    );
    this.#running = false;
    for (const member of this.#members.values()) member.done = null;
    this.#tell({ kind: 'end', shards });
  }

  /** Good-bye after the last run; before that it is a loss like any other. */
  #leave(line: BarrierLine): void {
    line.end();
    if (this.#round === 0 || this.isUnderWay || this.#isOneThere()) this.lose(line);
    this.#members.delete(line);
    if (this.#members.size === 0) this.#options.onWaiting(false);
  }
}

function refuse(line: BarrierLine, why: Refusal): void {
  line.send({ kind: 'refused', why });
  line.end();
}
