import type { Arm } from '../session/arm-run.ts';
import type { PeakStop } from './answer.ts';
import { PAIRS_AT_LOAD, type PairOfBlocks, pairedLoads } from './paired-peak.ts';
import { decideVisit, nextMove, type SearchRules, type Visit } from './search.ts';
import type { Block } from './trial.ts';

/** What measures the servers: the network, or a model in virtual time. */
export interface PeakBench {
  /**
   * Sends one block; what stops the search instead of one.
   * @param index of the load in the grid
   * @param sample of the traffic: equal ones are the same requests at the same times, as both blocks of a pair have
   */
  measure(arm: Arm, index: number, sample: number): Promise<Block | PeakStop>;
  /** A visit has ended. */
  visited(arm: Arm, visits: readonly Visit[]): void;
}

/** Everything that was measured. A search of one server has it as the baseline. */
export interface PeakSearch {
  readonly visits: Readonly<Record<Arm, readonly Visit[]>>;
  readonly pairs: readonly PairOfBlocks[];
  readonly stop: PeakStop | null;
}

/** Thrown within a search to end it. */
class Stopped extends Error {
  readonly by: PeakStop;
  constructor(by: PeakStop) {
    super(by);
    this.by = by;
  }
}

/** Finds the highest load of one server. */
export async function searchOne(rules: SearchRules, bench: PeakBench): Promise<PeakSearch> {
  const search = openSearch(rules, bench);
  return search.ended(() => search.alone('baseline'));
}

/**
 * Finds those of two servers on one ladder. Both are measured in turn at every load that the baseline's search visits, the
 * candidate's search goes on from there, and the loads at the baseline's edge get the pairs that they lack.
 */
export async function searchTwo(rules: SearchRules, bench: PeakBench): Promise<PeakSearch> {
  const search = openSearch(rules, bench);
  return search.ended(async () => {
    await search.together();
    await search.alone('candidate');
    for (const index of pairedLoads(search.visits.baseline, rules)) await search.fillPairs(index);
  });
}

function openSearch(rules: SearchRules, bench: PeakBench) {
  const visits: Record<Arm, Visit[]> = { baseline: [], candidate: [] };
  const pairs: PairOfBlocks[] = [];

  let samples = 0;

  async function block(arm: Arm, index: number, sample: number): Promise<Block> {
    const measured = await bench.measure(arm, index, sample);
    if (typeof measured === 'string') throw new Stopped(measured);
    return measured;
  }

  /** Runs A B, B A, A B, …: a steady drift adds to one pair what it takes from the next. */
  async function pair(index: number): Promise<PairOfBlocks> {
    const baselineFirst = pairs.length % 2 === 0;
    const sample = samples++;
    const first = await block(baselineFirst ? 'baseline' : 'candidate', index, sample);
    const second = await block(baselineFirst ? 'candidate' : 'baseline', index, sample);
    const made = baselineFirst
      ? { index, baseline: first, candidate: second }
      : { index, baseline: second, candidate: first };
    pairs.push(made);
    return made;
  }

  function keep(arm: Arm, visit: Omit<Visit, 'decision'>): void {
    // A visit that the other arm ended first is open: its blocks count, but it proves nothing.
    const decision = decideVisit(visit.blocks, visit.short, rules.trial) ?? 'undecided';
    visits[arm].push({ ...visit, decision });
    bench.visited(arm, visits[arm]);
  }

  return {
    visits,
    async alone(arm: Arm): Promise<void> {
      for (
        let move = nextMove(visits[arm], rules);
        move.kind === 'visit';
        move = nextMove(visits[arm], rules)
      ) {
        const { index, short } = move;
        const blocks: Block[] = [];
        while (decideVisit(blocks, short, rules.trial) === null)
          blocks.push(await block(arm, index, samples++));
        keep(arm, { index, short, blocks });
      }
    },
    async together(): Promise<void> {
      const baseline = visits.baseline;
      for (let move = nextMove(baseline, rules); move.kind === 'visit'; move = nextMove(baseline, rules)) {
        const { index, short } = move;
        const made: PairOfBlocks[] = [];
        const of = (arm: Arm): readonly Block[] => made.map((one) => one[arm]);
        const isOpen = (arm: Arm): boolean => decideVisit(of(arm), short, rules.trial) === null;
        while (isOpen('baseline') || (isOpen('candidate') && made.length < PAIRS_AT_LOAD))
          made.push(await pair(index));
        keep('baseline', { index, short, blocks: of('baseline') });
        keep('candidate', { index, short, blocks: of('candidate') });
      }
    },
    async fillPairs(index: number): Promise<void> {
      const here = (): number => pairs.filter((one) => one.index === index).length;
      while (here() < PAIRS_AT_LOAD) await pair(index);
    },
    /** Runs a part to its end, or to what stops it. */
    async ended(work: () => Promise<void>): Promise<PeakSearch> {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        return { visits, pairs, stop: error.by };
      }
      return { visits, pairs, stop: null };
    },
  };
}
