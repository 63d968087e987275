import { systemClock } from '../../model/clock.ts';
import { UserError } from '../../model/user-error.ts';
import type { RunRow, TapeContents, TapeRow } from '../../serve/shelf.ts';
import { type FoundTape, findTapes } from './find-tapes.ts';

/** Files are looked for at most this often, µs. */
const LOOK_US = 1e6;
/** A tape that was written this lately is called being written, ms. */
const WRITTEN_MS = 10_000;

/** What has been read of a file. */
interface Read {
  readonly version: string;
  readonly contents: TapeContents | null;
  readonly problem: string | null;
}

/** The tapes that are served, with what has been read of them. */
export interface KnownTapes {
  /** Those whose files are there. */
  found(): readonly FoundTape[];
  /** As it was found last. */
  find(name: string): FoundTape | undefined;
  /** @throws UserError for a name that is not in the list, or whose file may not be read */
  named(name: string): FoundTape;
  /** The runs on a tape, read again if it has changed; none of one that cannot be read. */
  runsOf(tape: FoundTape): Promise<readonly RunRow[]>;
  /** Reads what has changed, one tape after the other. */
  refresh(): Promise<void>;
  rows(): readonly TapeRow[];
  /** Whether something is being written. */
  areWritten(): boolean;
}

/** @param readContents rejects with a UserError for a tape that cannot be read */
export function createKnownTapes(
  given: readonly string[],
  readContents: (path: string) => Promise<TapeContents>,
): KnownTapes {
  const read = new Map<string, Read>();
  let byName: ReadonlyMap<string, FoundTape> = new Map();
  let lookedUs = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | null = null;

  function look(): ReadonlyMap<string, FoundTape> {
    if (systemClock.nowUs() - lookedUs < LOOK_US) return byName;
    byName = findTapes(given);
    lookedUs = systemClock.nowUs();
    for (const name of read.keys()) if (!byName.has(name)) read.delete(name);
    return byName;
  }

  async function readAgain({ name, path, version, problem }: FoundTape): Promise<Read> {
    const known = read.get(name);
    if (known?.version === version) return known;
    const now = problem === null ? await contentsOf(path) : { contents: null, problem };
    const found = { version, ...now };
    read.set(name, found);
    return found;
  }

  async function contentsOf(path: string): Promise<Omit<Read, 'version'>> {
    try {
      return { contents: await readContents(path), problem: null };
    } catch (error) {
      if (error instanceof UserError) return { contents: null, problem: error.message };
      throw error;
    }
  }

  const isWritten = ({ changedMs }: FoundTape): boolean => systemClock.wallMs() - changedMs < WRITTEN_MS;
  return {
    found: () => [...look().values()],
    find: (name) => byName.get(name),
    named(name) {
      const tape = look().get(name);
      if (tape?.problem != null) throw new UserError(tape.problem);
      if (tape === undefined) throw new UserError(`there is no tape ${name} in ${given.join(' ')}`);
      return tape;
    },
    async runsOf(tape) {
      return (await readAgain(tape)).contents?.runs ?? [];
    },
    refresh() {
      refreshing ??= (async () => {
        for (const tape of look().values()) await readAgain(tape);
      })().finally(() => {
        refreshing = null;
      });
      return refreshing;
    },
    rows: () =>
      [...look().values()].map((tape): TapeRow => {
        const { name, path, bytes, changedMs } = tape;
        const { contents = null, problem = null } = read.get(name) ?? {};
        return { name, path, bytes, changedMs, isWritten: isWritten(tape), contents, problem };
      }),
    areWritten: () => [...byName.values()].some(isWritten),
  };
}
