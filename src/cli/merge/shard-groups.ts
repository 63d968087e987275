import { type Cell, cellKey, type Run, type ShardSetting } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';

/** A run with the tape that it is on. */
export interface TapeRun {
  readonly path: string;
  readonly run: Run;
}

/** What becomes one run of the merged tape: a whole run, or all shards of one in order. */
export interface RunGroup {
  readonly parts: readonly TapeRun[];
  /** Null for a run that one process sent. */
  readonly shard: ShardSetting | null;
  /** Counts from 1 within label and cell. */
  readonly repeat: number;
}

/**
 * Groups the runs of several tapes: shards of one run belong together, and a run that several tapes have is one, also
 * where one of them has it merged. In order of their starts.
 * @throws UserError that names shards which are missing, or given twice
 */
export function groupRuns(runs: readonly TapeRun[]): readonly RunGroup[] {
  const groups = [...Map.groupBy(runs, keyOf).values()].map((parts) => {
    const shard = parts[0]?.run.settings.shard ?? null;
    return { shard, parts: shard === null ? parts.slice(0, 1) : inOrder(parts, shard, runs) };
  });
  const merged = new Set(groups.filter(({ shard }) => shard === null).map(wholeKey));
  const startMs = ({ parts }: (typeof groups)[number]): number => parts[0]?.run.startedAtMs ?? 0;
  const repeats = new Map<string, number>();
  return groups
    .filter((group) => group.shard === null || !merged.has(wholeKey(group)))
    .sort((a, b) => startMs(a) - startMs(b))
    .map((group) => {
      const [first] = group.parts;
      const key = `${first?.run.label} ${first === undefined ? '' : cellKey(group.shard?.cell ?? first.run.cell)}`;
      const repeat = (repeats.get(key) ?? 0) + 1;
      repeats.set(key, repeat);
      return { ...group, repeat };
    });
}

function keyOf({ run }: TapeRun): string {
  const { shard } = run.settings;
  return shard === undefined ? runKey(run, run.cell) : `shards ${shard.run}`;
}

function runKey({ label, target, startedAtMs, startedUs, settings }: Run, cell: Cell): string {
  return JSON.stringify([label, target, startedAtMs, startedUs, settings.plan.fingerprint, cellKey(cell)]);
}

/** Of a run as it is on a merged tape, whose start is that of its first shard. */
function wholeKey({ parts: [first], shard }: Pick<RunGroup, 'parts' | 'shard'>): string {
  return first === undefined ? '' : runKey(first.run, shard?.cell ?? first.run.cell);
}

/** All shards of one run; one that ended before this run began may be absent, when its part is there. */
function inOrder(
  parts: readonly TapeRun[],
  { of, run }: ShardSetting,
  all: readonly TapeRun[],
): readonly TapeRun[] {
  const byIndex = Map.groupBy(parts, ({ run: { settings } }) => settings.shard?.index ?? -1);
  for (const [index, same] of byIndex) {
    const [one, other] = same;
    if (one === undefined || other === undefined) continue;
    throw new UserError(`shard ${index} of ${of} is given twice, in ${one.path} and ${other.path}`, {
      remedy: 'give each part once',
      facts: { shard: index, of },
    });
  }
  const session = run.replace(/-\d+$/, '');
  const known = new Set(
    all.flatMap(({ run: { settings } }) =>
      settings.shard?.run.replace(/-\d+$/, '') === session ? [settings.shard.index] : [],
    ),
  );
  const missing = Array.from({ length: of }, (_, index) => index).filter((index) => !known.has(index));
  if (missing.length > 0) {
    const label = parts[0]?.run.label ?? '';
    const named = `${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', …' : ''}`;
    throw new UserError(
      `the run ${label} was sent by ${of} shards, but ${missing.length === 1 ? `shard ${named} is` : `shards ${named} are`} missing`,
      { remedy: 'give the parts of all shards', facts: { of, missing: named } },
    );
  }
  return [...byIndex].sort(([a], [b]) => a - b).flatMap(([, same]) => same);
}
