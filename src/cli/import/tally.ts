import type { ForeignExchange } from '../../formats/format.ts';
import type { ImportNote, ImportSkip, ImportSkipReason } from '../../model/notes/imports.ts';
import type { ImportSpan } from '../../store/import-writer.ts';
import type { CompressionFault } from './decompression.ts';

/** Times that begin later are times of day: the year 2001 in microseconds. */
const WALL_FROM_US = 1e15;

const DAY_US = 86_400e6;

const FAULT_NOTES = { cut: 'fileCut', damaged: 'fileDamaged', trailing: 'fileTrailing' } as const;

/** Counts what an import wrote and left out, for its notes. */
export function createTally(promptsAs: 'tokens' | 'text') {
  const skips = new Map<
    ImportSkipReason,
    { records: number; readonly file: string; readonly line: number }
  >();
  const strays = new Map<string, number>();
  const faults: ImportNote[] = [];
  let [exchanges, rebuilt, synthetic, unnamed] = [0, 0, 0, 0];

  return {
    get exchanges() {
      return exchanges;
    },
    skip(kind: ImportSkipReason, file: string, line: number): void {
      const known = skips.get(kind);
      if (known === undefined) skips.set(kind, { records: 1, file, line });
      else known.records += 1;
    },
    exchange({ request, stray }: ForeignExchange, hasModel: boolean): void {
      exchanges += 1;
      if (request.kind === 'lengths') synthetic += 1;
      else if (request.isRebuilt) rebuilt += 1;
      if (!hasModel) unnamed += 1;
      if (stray !== undefined) strays.set(stray, (strays.get(stray) ?? 0) + 1);
    },
    fault: (kind: CompressionFault, file: string): void =>
      void faults.push({ kind: FAULT_NOTES[kind], file }),
    skips: (): readonly ImportSkip[] => [...skips].map(([kind, facts]) => ({ kind, ...facts })),
    notes({ timed, firstUs, longestPauseUs }: ImportSpan): readonly ImportNote[] {
      const pauseDays = Math.floor(longestPauseUs / DAY_US);
      return [
        ...(timed === 0 && exchanges > 0 ? [{ kind: 'noArrivals' } as const] : []),
        ...(timed > 0 && !isWallTime(firstUs) ? [{ kind: 'noWallTime' } as const] : []),
        ...(timed > 0 && timed < exchanges
          ? [{ kind: 'untimed', requests: exchanges - timed } as const]
          : []),
        ...(rebuilt > 0 ? [{ kind: 'bodiesRebuilt', requests: rebuilt } as const] : []),
        ...(synthetic > 0 ? [{ kind: 'promptsSynthetic', requests: synthetic, as: promptsAs } as const] : []),
        ...(unnamed > 0 ? [{ kind: 'noModel', requests: unnamed } as const] : []),
        ...[...strays].map(([member, requests]) => ({ kind: 'strayMember', requests, member }) as const),
        ...(pauseDays > 0 ? [{ kind: 'longPause', days: pauseDays } as const] : []),
        ...faults,
      ];
    },
  };
}

/** Whether instants count from 1970; else they count from some start that the file does not name. */
export function isWallTime(firstUs: number | null): firstUs is number {
  return firstUs !== null && firstUs >= WALL_FROM_US;
}
