import type { Arm, ArmRun, CellPairs, Pair, RequestColumns } from '../../compare/session/arm-run.ts';
import type { ReadArmRun } from '../../compare/session/read-arm-run.ts';
import { recordedColumns } from '../../compare/session/request-columns.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import type { ReplayCell } from '../replay/replay-cells.ts';

/** The pairs of one cell as they are made. */
export interface CellInPlay extends ReplayCell {
  /** A run of the pair that is being made. */
  add(arm: Arm, read: ReadArmRun): void;
  /** Both arms have run. @throws Error when one of them has not */
  close(first: Arm): void;
  pairs(): CellPairs;
}

/** @param tape where the requests' recorded times stand */
export function cellInPlay(replayCell: ReplayCell, tape: Pick<TapeReader, 'exchanges'>): CellInPlay {
  const pairs: Pair[] = [];
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
        throw new Error('a pair wants a run of each arm');
      pairs.push({ first, baseline, candidate });
      open = {};
    },
    pairs: () => ({ cell: replayCell.cell, pairs: [...pairs], recorded }),
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
