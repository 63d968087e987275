import { createDueTimes } from './due-times.ts';
import { createPasses } from './passes.ts';
import type { Plan, PlannedTurn, PlanSpec, RecordedTurn } from './plan.ts';
import { requestsOf } from './recorded-rate.ts';

/**
 * Makes the whole schedule: a function of the specification and the number of a conversation alone, so that every
 * thread and both arms send the same, however fast their servers are and whoever asks first.
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

/**
 * What one of several workers of an open loop sends: its conversations of the whole plan, in order.
 * @param worker from 0; one that is not below `workers` sends nothing
 */
export function shareOfPlan(plan: Plan, worker: number, workers: number): Plan {
  if (worker >= workers) return { at: () => null };
  return { at: (index) => plan.at(index * workers + worker) };
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
