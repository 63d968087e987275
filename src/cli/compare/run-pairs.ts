import type { Arm, ArmRun, CellPairs, Pair, RequestColumns } from '../../compare/session/arm-run.ts';
import { isFutile } from '../../compare/session/futility.ts';
import { judgeSession, type PairedComparison } from '../../compare/session/judge-session.ts';
import { type ReadArmRun, readArmRun } from '../../compare/session/read-arm-run.ts';
import { recordedColumns } from '../../compare/session/request-columns.ts';
import { pairOrder, type SparePairs, sparePairs } from '../../compare/session/session-plan.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { InvalidReason } from '../../model/note.ts';
import type { Cell } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { type ReplayCell, replayCells } from '../replay/loop-settings.ts';
import { type ReplaySession, runCell } from '../replay/run-cell.ts';
import { timeControl } from './control-request.ts';
import type { PairSettings, PerArm } from './pair-settings.ts';
import { keepServers } from './ready-server.ts';

/** What a session of pairs does, for a display; pairs count from 1. */
export interface PairObserver {
  switching(pair: number, arm: Arm): void;
  warming(pair: number, arm: Arm): void;
  timingControl(pair: number, arm: Arm): void;
  /** @param number of how many runs it is, from 1 */
  running(pair: number, arm: Arm, cell: Cell, number: number, of: number): void;
  /** The load generator has spoiled a pair of a cell, which is made again. */
  remaking(pair: number, cell: Cell, reasons: readonly InvalidReason[]): void;
  /** A pair of every cell is made. @param standing what all of them show so far */
  paired(pair: number, standing: PairedComparison): void;
}

/** What a session of pairs needs. */
export interface PairSession
  extends Pick<ReplaySession, 'loaded' | 'tape' | 'reader' | 'signal' | 'onSending'> {
  readonly settings: PairSettings;
  /** Of the runs on the tape. */
  readonly labels: PerArm<string>;
  readonly observer: PairObserver;
}

/** How a session ended. */
export interface PairsRun {
  readonly comparison: PairedComparison;
  /** Pairs of every cell. */
  readonly made: number;
  /** It was stopped before its end, or could not continue. */
  readonly stopped: boolean;
  /** Why it could not: a server that was there is gone, or could not be switched; null otherwise. */
  readonly failure: UserError | null;
}

/**
 * Makes pairs of runs, one of each arm in turn, and judges them. All runs are on the tape afterwards. A pair that the load
 * generator spoiled is made again at once, in the same order of its arms. It ends with the last planned pair, at a look that gives a verdict, at a finding that no further pair can heal, or when the signal
 * fires: the aborted run is kept and belongs to no pair. A server that is gone ends it as well.
 * @throws UserError (as a rejection) when a server cannot be reached or switched before the first pair is made
 */
export async function runPairs(session: PairSession): Promise<PairsRun> {
  const { settings, labels, loaded, reader, signal, observer } = session;
  const { traffic, rules, switchCommand } = settings;
  const order = pairOrder(rules.looks.at(-1) ?? 0, traffic.send.seed);
  const cells = replayCells(traffic.traffic, loaded.conversations).map((cell) => runningCell(cell, reader));
  const servers = keepServers(switchCommand, settings.warmup);
  // What the largest cell needs, the others have.
  const [widest] = cells.toSorted((a, b) => b.cell.connections - a.cell.connections);
  const allPairs = (): CellPairs[] => cells.map((cell) => cell.pairs());
  const judge = (ended: boolean): PairedComparison =>
    judgeSession(labels, { cells: allPairs(), ended }, rules);
  const spare = sparePairs(order.length * cells.length);
  let [number, runs] = [0, order.length * cells.length * 2];
  let comparison = judge(false);
  const end = (made: number, stopped: boolean, failure: UserError | null = null): PairsRun => {
    return { comparison, made, stopped, failure };
  };
  for (const [k, first] of order.entries()) {
    try {
      await makePair(first, cells, {
        switched: switchCommand !== null,
        spare,
        async run(arm, cell) {
          await servers.ready(sessionOf(session, arm), arm, widest ?? cell, {
            switching: (to) => observer.switching(k + 1, to),
            warming: (to) => observer.warming(k + 1, to),
          });
          if (signal.aborted) return null;
          if (rules.control) observer.timingControl(k + 1, arm);
          const controlMs = rules.control ? await timeControl(sessionOf(session, arm)) : null;
          observer.running(k + 1, arm, cell.cell, ++number, runs);
          const run = await runArm(session, arm, cell, cell.pairs().pairs.length + 1);
          return run === null || signal.aborted ? null : { ...run, run: { ...run.run, controlMs } };
        },
        remaking(cell, reasons) {
          runs += 2;
          observer.remaking(k + 1, cell, reasons);
        },
      });
    } catch (error) {
      if (k === 0 || !(error instanceof UserError)) throw error;
      return end(k, true, error);
    }
    if (signal.aborted) return end(k, true);
    comparison = judge(k + 1 === order.length);
    observer.paired(k + 1, comparison);
    const decided = comparison.look !== null && comparison.verdict !== 'inconclusive';
    if (decided || isFutile(comparison, allPairs(), rules)) return end(k + 1, false);
  }
  return end(order.length, false);
}

/** How the pair of every cell is made. */
export interface PairMaking {
  /** One server is switched from arm to arm. */
  readonly switched: boolean;
  readonly spare: SparePairs;
  /** Null when the session was stopped. */
  run(arm: Arm, cell: RunningCell): Promise<ReadArmRun | null>;
  remaking(cell: Cell, reasons: readonly InvalidReason[]): void;
}

/** Makes a pair of each cell, and again of those cells whose pair was spoiled. Once stopped, it closes no pair. */
export async function makePair(
  first: Arm,
  cells: readonly RunningCell[],
  { switched, spare, run, remaking }: PairMaking,
): Promise<void> {
  let making = cells;
  while (making.length > 0) {
    for (const [arm, cell] of turns(first, making, switched)) {
      const made = await run(arm, cell);
      if (made === null) return;
      cell.add(arm, made);
    }
    making = making.filter((cell) => {
      const pair = cell.close(first);
      if (!spare(pair)) return false;
      cell.remake();
      remaking(cell.cell, [
        ...pair.baseline.summary.invalidReasons,
        ...pair.candidate.summary.invalidReasons,
      ]);
      return true;
    });
  }
}

/**
 * The runs of a pair in their order. Two servers take turns cell by cell, so that a pair's runs are neighbours; one that
 * has to be restarted runs all cells before it is.
 */
function turns(
  first: Arm,
  cells: readonly RunningCell[],
  switched: boolean,
): readonly (readonly [Arm, RunningCell])[] {
  const arms: readonly Arm[] = first === 'baseline' ? ['baseline', 'candidate'] : ['candidate', 'baseline'];
  return switched
    ? arms.flatMap((arm) => cells.map((cell) => [arm, cell] as const))
    : cells.flatMap((cell) => arms.map((arm) => [arm, cell] as const));
}

/** Null when it was stopped before it began. */
async function runArm(
  session: PairSession,
  arm: Arm,
  cell: RunningCell,
  pair: number,
): Promise<ReadArmRun | null> {
  const { reader } = session;
  const summary = await runCell(sessionOf(session, arm), cell, pair);
  if (summary === null) return null;
  return readArmRun(summary, reader.results(summary.id), reader.serverStates({ runId: summary.id }));
}

function sessionOf({ settings, labels, observer: _observer, ...rest }: PairSession, arm: Arm): ReplaySession {
  return { ...rest, settings: settings.traffic, target: settings.targets[arm], label: labels[arm] };
}

/** The pairs of one cell as they are made. */
export interface RunningCell extends ReplayCell {
  /** A run of the pair that is being made. */
  add(arm: Arm, read: ReadArmRun): void;
  /** Both arms have run. @throws Error when one of them has not */
  close(first: Arm): Pair;
  /** The last pair is to be made again. */
  remake(): void;
  pairs(): CellPairs;
}

/** @param tape with the recorded times of the requests */
export function runningCell(replayCell: ReplayCell, tape: Pick<TapeReader, 'exchanges'>): RunningCell {
  const pairs: Pair[] = [];
  const remade: number[] = [];
  let open: Partial<Record<Arm, ArmRun>> = {};
  let recorded: RequestColumns | null = null;
  return {
    ...replayCell,
    add(arm, { run, exchangeIds }) {
      open[arm] = run;
      // All runs of a cell follow one plan, so the first of them knows what was recorded of its requests.
      recorded ??= recordedColumns(exchangeIds, exchangesOf(tape, new Set(exchangeIds)));
    },
    close(first) {
      const { baseline, candidate } = open;
      if (baseline === undefined || candidate === undefined)
        throw new Error('a pair needs a run of each arm');
      const pair: Pair = { first, baseline, candidate };
      pairs.push(pair);
      open = {};
      return pair;
    },
    remake: () => void remade.push(pairs.length),
    pairs: () => ({ cell: replayCell.cell, pairs: [...pairs], remade: [...remade], recorded }),
  };
}

function exchangesOf(
  tape: Pick<TapeReader, 'exchanges'>,
  wanted: ReadonlySet<number | undefined>,
): ReadonlyMap<number, Exchange> {
  const found = new Map<number, Exchange>();
  for (const exchange of tape.exchanges()) if (wanted.has(exchange.id)) found.set(exchange.id, exchange);
  return found;
}
