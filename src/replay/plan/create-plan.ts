import { createRandom, seedOfText } from '../../model/random.ts';
import type { ORDERS } from '../../model/run.ts';
import { createDueTimes, requestsOf } from './due-times.ts';
import type { Plan, PlannedTurn, PlanSpec, RecordedTurn } from './plan.ts';

/**
 * Makes the whole schedule: a function of the specification and the index of a conversation alone. So every thread and
 * both arms of a comparison send the same requests, however fast their servers are.
 * @throws RangeError when there is nothing to replay
 */
export function createPlan(spec: PlanSpec): Plan {
  const { conversations, loop, requests, arrivals, seed } = spec;
  if (conversations.length === 0 || conversations.some((turns) => turns.length === 0)) {
    throw new RangeError('there is nothing to replay: no conversation, or one without a turn');
  }
  const requestsPerPass = requestsOf(conversations);
  const lengths = conversations.map((turns) => turns.length);
  const passes = createPasses(lengths, spec.order, seed);
  const dueTimes = arrivals === null ? null : createDueTimes(arrivals, conversations, seed);
  const planned = conversations.map(() => null as readonly PlannedTurn[] | null);

  function turnsOf(conversation: number): readonly PlannedTurn[] {
    planned[conversation] ??= plannedTurns(conversations[conversation] ?? [], spec);
    return planned[conversation];
  }

  return {
    at(index) {
      const number = Math.floor(index / conversations.length);
      if (number > 0 && !loop) return null;
      const pass = passes(number);
      const k = index % conversations.length;
      const firstSeq = number * requestsPerPass + (pass.firstSeq[k] ?? 0);
      const left = requests === null ? Number.POSITIVE_INFINITY : requests - firstSeq;
      if (left <= 0) return null;
      const turns = turnsOf(pass.conversations[k] ?? 0);
      return {
        firstSeq,
        pass: number,
        dueUs: dueTimes === null ? null : dueTimes(index),
        turns: turns.length <= left ? turns : turns.slice(0, left),
      };
    },
  };
}

function plannedTurns(turns: readonly RecordedTurn[], { think, arrivals }: PlanSpec): readonly PlannedTurn[] {
  const timeScale = arrivals?.kind === 'recorded' ? arrivals.timeScale : 1;
  return turns.map(({ request, arrivedUs }, i) => {
    const before = turns[i - 1];
    if (before === undefined || think.kind === 'none') return { request, thinkUs: 0 };
    if (think.kind === 'fixed') return { request, thinkUs: think.us };
    return { request, thinkUs: Math.round(Math.max(0, arrivedUs - before.finishedUs) / timeScale) };
  });
}

/** The order in which one pass over the tape takes its conversations. */
interface Pass {
  /** Element k is the conversation in place k. */
  readonly conversations: Uint32Array;
  /** Element k is the position, within the pass, of that conversation's first request. */
  readonly firstSeq: Uint32Array;
}

/** Shuffled passes that are kept: while the last senders finish one pass, the first have begun the next. */
const KEPT_PASSES = 3;

/**
 * The order of each pass, from 0: as recorded, or a permutation that depends on the seed and the pass's number alone.
 * @param lengths requests of each conversation
 */
function createPasses(
  lengths: readonly number[],
  order: (typeof ORDERS)[number],
  seed: number,
): (pass: number) => Pass {
  const recorded = passOf(Uint32Array.from(lengths.keys()), lengths);
  if (order === 'recorded') return () => recorded;
  const kept = new Map<number, Pass>();
  return (number) => {
    const known = kept.get(number);
    if (known !== undefined) return known;
    const made = passOf(permutation(lengths.length, seedOfText(`order of pass ${number}`, seed)), lengths);
    if (kept.size >= KEPT_PASSES) kept.delete(Math.min(...kept.keys()));
    kept.set(number, made);
    return made;
  };
}

function passOf(conversations: Uint32Array, lengths: readonly number[]): Pass {
  const firstSeq = new Uint32Array(conversations.length);
  let seq = 0;
  conversations.forEach((conversation, k) => {
    firstSeq[k] = seq;
    seq += lengths[conversation] ?? 0;
  });
  return { conversations, firstSeq };
}

/** The Fisher-Yates shuffle in Durstenfeld's form (1964). */
function permutation(size: number, seed: number): Uint32Array {
  const random = createRandom(seed);
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random.uniform(0, i + 1));
    const moved = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = moved;
  }
  return order;
}
