import type { ShardStart } from '../../model/run.ts';
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
  readonly line: BarrierLine;
  identity: string;
  reached: boolean;
  done: ShardStart | null;
}

/**
 * Lets N shards pass the steps of each run together. One that is wrong, or ends before the run began, ends the wait for all;
 * one that ends during the run stops it for all, and the run has them all in its end.
 */
export function createBarrierRounds(options: BarrierRoundsOptions) {
  const { of, version, session, aheadUs, nowUs, onWaiting } = options;
  const members = new Map<BarrierLine, Member>();
  const lost: ShardStart[] = [];
  let step = 0;
  let running = false;
  let round = 0;
  let refusal: Refusal | null = null;

  function tell(message: ToShard): void {
    for (const { line } of members.values()) line.send(message);
  }

  function refuse(line: BarrierLine, why: Refusal): void {
    line.send({ kind: 'refused', why });
    line.end();
  }

  function refuseAll(why: Refusal): void {
    refusal = why;
    onWaiting(false);
    for (const line of [...members.keys()]) refuse(line, why);
    members.clear();
  }

  function join(line: BarrierLine, message: ToBarrier & { readonly kind: 'join' }): void {
    const { index } = message;
    if (refusal !== null) refuse(line, refusal);
    else if ([...members.values()].some((member) => member.index === index) && message.of === of)
      refuse(line, { kind: 'duplicate', index });
    else {
      members.set(line, { index, line, identity: '', reached: false, done: null });
      if (message.of !== of || index >= of) refuseAll({ kind: 'count', index, of: message.of, expected: of });
      else if (message.version !== version)
        refuseAll({ kind: 'version', index, version: message.version, expected: version });
    }
  }

  function passWhenAll(): void {
    if (members.size < of || ![...members.values()].every(({ reached }) => reached)) return;
    const all = [...members.values()].sort((a, b) => a.index - b.index);
    const other = all.find(({ identity }) => identity !== all[0]?.identity);
    if (other !== undefined) {
      refuseAll({ kind: 'plan', index: other.index });
      return;
    }
    for (const member of all) member.reached = false;
    const passed = STEPS[step] ?? 'ready';
    running = passed === 'ready';
    if (step === 0) {
      round += 1;
      onWaiting(false);
    }
    step = (step + 1) % STEPS.length;
    tell({ kind: 'passed', step: passed, run: `${session}-${round}`, atUs: running ? nowUs() + aheadUs : 0 });
  }

  function endWhenAll(): void {
    const starts = [...members.values()].map(({ done }) => done);
    if (!running || starts.includes(null)) return;
    const shards = [...starts.filter((start) => start !== null), ...lost].sort((a, b) => a.index - b.index);
    running = false;
    for (const member of members.values()) member.done = null;
    tell({ kind: 'end', shards });
  }

  const isOneThere = (): boolean => [...members.values()].some(({ reached }) => reached);

  /** Good-bye after the last run; before that it is a loss like any other. */
  function leave(line: BarrierLine): void {
    line.end();
    const isWaitedFor = round === 0 || running || step > 0 || isOneThere();
    if (isWaitedFor) lose(line);
    members.delete(line);
    if (members.size === 0) onWaiting(false);
  }

  function lose(line: BarrierLine): void {
    const member = members.get(line);
    if (member === undefined) return;
    members.delete(line);
    const { index } = member;
    if (!running) {
      refuseAll({ kind: 'gone', index });
      return;
    }
    const unknown = { lateMs: null, offsetMs: null, uncertaintyMs: null, driftMs: null };
    lost.push({ index, ...unknown, end: 'lost' });
    tell({ kind: 'stop' });
    endWhenAll();
  }

  return {
    /** The line ended, or what came on it was none of ours. */
    lose,
    /** A shard's words. */
    hear(line: BarrierLine, message: ToBarrier): void {
      const member = members.get(line);
      if (message.kind === 'join') {
        if (member === undefined) join(line, message);
        return;
      }
      if (message.kind === 'ping') {
        line.send({ kind: 'pong', us: nowUs() });
        return;
      }
      if (member === undefined || message.kind === 'beat') return;
      switch (message.kind) {
        case 'reached':
          if (message.step !== STEPS[step]) return;
          if (step === 0 && !isOneThere()) onWaiting(true);
          member.reached = true;
          member.identity = message.identity ?? member.identity;
          passWhenAll();
          return;
        case 'done':
          member.done = message.start;
          if (message.start.end !== 'complete') tell({ kind: 'stop' });
          endWhenAll();
          return;
        case 'bye':
          leave(line);
          return;
        default:
          message satisfies never;
      }
    },
    /** The time to wait for shards is over. */
    expire(waitedMs: number): void {
      const come = new Set([...members.values()].filter(({ reached }) => reached).map(({ index }) => index));
      const shards = Array.from({ length: of }, (_, index) => index).filter((index) => !come.has(index));
      refuseAll({ kind: 'missing', shards, of, waitedMs });
    },
    /** A run is on, or about to be: a shard that is silent now is lost. */
    get isUnderWay(): boolean {
      return running || step > 0;
    },
  };
}
