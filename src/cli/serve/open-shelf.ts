import { Worker } from 'node:worker_threads';
import { systemClock } from '../../model/clock.ts';
import { openRemote, type Remote } from '../../model/remote.ts';
import { UserError } from '../../model/user-error.ts';
import type { RunsReport, TrafficReport } from '../../report/runs-report.ts';
import type {
  Compared,
  LiveView,
  RunFigures,
  RunRow,
  Shelf,
  TapeContents,
  TapeRow,
} from '../../serve/shelf.ts';
import { toolVersion } from '../provenance.ts';
import { workerFile } from '../worker-file.ts';
import { type FoundTape, findTapes } from './find-tapes.ts';
import { createKept } from './kept.ts';
import { type TapeReading, UNREADABLE } from './read-tape.ts';
import { tapeUsers } from './tape-users.ts';
import { SHOWN_AFTER_MS, type Watcher } from './watch-tapes.ts';

export interface ShelfOptions {
  /** Folders and tapes. */
  readonly given: readonly string[];
  readonly showsBodies: boolean;
  /** Called with an unexpected error of background work. */
  readonly onDefect: (error: unknown) => void;
}

/** How long a list waits for tapes that have not been read, and for figures, ms. */
const PATIENCE_MS = 500;
/** Files are looked for at most this often, ms. */
const LOOK_MS = 1_000;
/** A whole tape that is being written is read again after this many times as long as it took to read it. */
const IDLE_FACTOR = 10;
/** A tape that was written this lately is called being written, ms. */
const WRITTEN_MS = 10_000;
/** Runs that are measured in one go. */
const FIGURES_AT_ONCE = 10;
/** Whole reports that are kept; one of a million results is as large as one of a thousand. */
const MOST_REPORTS = 24;

type Reader = TapeReading & Watcher & { loaded(): void };

interface Lane {
  readonly call: Remote<Reader>['call'];
  /** Ends the thread, whatever it is reading. */
  close(): Promise<void>;
}

/** A thread that is started when it is needed, and again when it has died. */
function createLane(): Lane {
  let open: ReturnType<typeof start> | null = null;
  const start = () => {
    const worker = new Worker(workerFile('shelf', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    const remote = openRemote<Reader>(worker, {}, 'a thread that reads tapes');
    const mine = { worker, remote, loaded: remote.call('loaded').catch(() => undefined) };
    void remote.gone.then(() => {
      if (open === mine) open = null;
    });
    return mine;
  };
  return {
    call(name, ...args) {
      open ??= start();
      return open.remote.call(name, ...args);
    },
    async close() {
      const ending = open;
      open = null;
      await ending?.loaded;
      await ending?.worker.terminate();
    },
  };
}

/** What has been read of a file. */
interface Read {
  readonly version: string;
  readonly contents: TapeContents | null;
  readonly problem: string | null;
}

/**
 * Tapes for the pages. Two threads read: one for lists, and one for what takes long: reports, and behind them the figures of
 * all runs. So no more than one run is measured at a time, however large. Figures of a run that has ended never change: they
 * are kept by file and run.
 */
export function openShelf({
  given,
  showsBodies,
  onDefect,
}: ShelfOptions): Shelf & { close(): Promise<void> } {
  const lanes = { lists: createLane(), heavy: createLane() };
  const read = new Map<string, Read>();
  const figures = new Map<string, RunFigures>();
  const reports = createKept<RunsReport>(MOST_REPORTS);
  const traffic = createKept<TrafficReport>(MOST_REPORTS);
  const comparisons = createKept<Compared>(MOST_REPORTS);
  const lastTraffic = new Map<string, { readonly version: string; readonly untilMs: number }>();
  let found: ReadonlyMap<string, FoundTape> = new Map();
  let foundMs = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | null = null;
  let measuring: Promise<void> | null = null;
  const reporting = new Set<Promise<unknown>>();
  let closed = false;

  function look(): ReadonlyMap<string, FoundTape> {
    if (nowMs() - foundMs < LOOK_MS) return found;
    found = findTapes(given);
    foundMs = nowMs();
    for (const name of read.keys()) if (!found.has(name)) read.delete(name);
    return found;
  }

  function tapeNamed(name: string): FoundTape {
    const tape = look().get(name);
    if (tape !== undefined) return tape;
    throw new UserError(`there is no tape ${name} in ${given.join(' ')}`);
  }

  /** Reads what has changed, one tape after the other. */
  async function refresh(): Promise<void> {
    for (const tape of look().values()) {
      if (read.get(tape.name)?.version === tape.version) continue;
      read.set(tape.name, await contentsOf(tape));
    }
    measuring ??= measure()
      .catch((error: unknown) => {
        if (!closed) onDefect(error);
      })
      .finally(() => {
        measuring = null;
      });
  }

  async function contentsOf({ path, version }: FoundTape): Promise<Read> {
    try {
      return { version, contents: await lanes.lists.call('contents', path), problem: null };
    } catch (error) {
      if (error instanceof UserError) return { version, contents: null, problem: error.message };
      throw error;
    }
  }

  /** Computes the figures of all runs that have ended, newest tapes first. */
  async function measure(): Promise<void> {
    let measured = 0;
    for (const tape of [...found.values()].sort((a, b) => b.changedMs - a.changedMs)) {
      const runs = read.get(tape.name)?.contents?.runs ?? [];
      const wanted = runs
        .filter((run) => run.lengthMs !== null && !figures.has(figuresKey(tape, run)))
        .toReversed();
      measured += wanted.length;
      for (let i = 0; i < wanted.length; i += FIGURES_AT_ONCE) {
        await measureSome(tape, wanted.slice(i, i + FIGURES_AT_ONCE));
      }
    }
    // A thread keeps the memory that its largest run took.
    if (measured > 0 && reporting.size === 0) void lanes.heavy.close();
  }

  async function heavy<K extends keyof TapeReading>(
    name: K,
    ...args: Parameters<TapeReading[K]>
  ): Promise<Awaited<ReturnType<Reader[K]>>> {
    const made = lanes.heavy.call(name, ...(args as Parameters<Reader[K]>));
    reporting.add(made);
    try {
      return await made;
    } finally {
      reporting.delete(made);
    }
  }

  async function measureSome(tape: FoundTape, runs: readonly RunRow[]): Promise<void> {
    const ids = runs.map(({ id }) => id);
    // Users wait for reports, not for these figures.
    while (reporting.size > 0) await Promise.allSettled(reporting);
    const measured = await lanes.heavy.call('figures', tape.path, ids);
    for (const [i, run] of runs.entries()) figures.set(figuresKey(tape, run), measured[i] ?? UNREADABLE);
  }

  function refreshed(): Promise<void> {
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  /** The key of a report of some runs: they are the same as long as the file is, whatever else is written to it. */
  async function reportKey(tape: FoundTape, runs: string): Promise<string> {
    if (read.get(tape.name)?.version !== tape.version) read.set(tape.name, await contentsOf(tape));
    const known = read.get(tape.name)?.contents?.runs ?? [];
    const ids = runs.split(',');
    const chosen = known.filter(({ id, label }) => label === runs || ids.includes(String(id)));
    const open = chosen.some(({ lengthMs }) => lengthMs === null) ? tape.version : '';
    return JSON.stringify([tape.file, runs, chosen.map(({ id, startedAtMs }) => [id, startedAtMs]), open]);
  }

  return {
    given,
    showsBodies,
    toolVersion: toolVersion(),
    async tapes() {
      const ready = refreshed().then(() => measuring);
      await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
      return [...look().values()].map((tape): TapeRow => {
        const { name, path, bytes, changedMs } = tape;
        const { contents = null, problem = null } = read.get(name) ?? {};
        const isWritten = systemClock.wallMs() - changedMs < WRITTEN_MS;
        return { name, path, bytes, changedMs, isWritten, contents, problem };
      });
    },
    figuresOf(name, run) {
      const tape = found.get(name);
      return tape === undefined ? null : (figures.get(figuresKey(tape, run)) ?? null);
    },
    async traffic(name) {
      const tape = tapeNamed(name);
      const last = lastTraffic.get(tape.file);
      const version = last !== undefined && nowMs() < last.untilMs ? last.version : tape.version;
      return traffic.get(version, async () => {
        const startMs = nowMs();
        const report = await heavy('traffic', tape.path);
        const endMs = nowMs();
        lastTraffic.set(tape.file, { version, untilMs: endMs + IDLE_FACTOR * (endMs - startMs) });
        return report;
      });
    },
    async report({ tape: name, runs }) {
      const tape = tapeNamed(name);
      return reports.get(await reportKey(tape, runs), () => heavy('report', tape.path, runs));
    },
    async compare(sides) {
      const paths = sides.map((side) => ({ ...side, path: tapeNamed(side.tape).path }));
      const keys = await Promise.all(sides.map(({ tape, runs }) => reportKey(tapeNamed(tape), runs)));
      return comparisons.get(keys.join(), () => heavy('compare', paths));
    },
    exchanges: async (name, query) => lanes.lists.call('exchanges', tapeNamed(name).path, query),
    exchange: async (name, id) => lanes.lists.call('exchange', tapeNamed(name).path, id, showsBodies),
    requests: async (name, run, query) => lanes.lists.call('requests', tapeNamed(name).path, run, query),
    request: async (name, run, seq) => lanes.lists.call('request', tapeNamed(name).path, run, seq),
    async live(): Promise<LiveView> {
      const atMs = systemClock.wallMs();
      const recent = [...look().values()].filter(({ changedMs }) => atMs - changedMs < SHOWN_AFTER_MS);
      const users = recent.length === 0 ? null : tapeUsers();
      const watched = recent.map(({ name, path, changedMs, inode }) => ({
        name,
        path,
        changedMs,
        users: users === null ? null : (users.get(inode) ?? []),
      }));
      return { atMs, ...(await lanes.lists.call('watch', watched, atMs)) };
    },
    async close() {
      closed = true;
      await Promise.all(Object.values(lanes).map((lane) => lane.close()));
    },
  };
}

function nowMs(): number {
  return systemClock.nowUs() / 1e3;
}

function figuresKey({ file }: FoundTape, { id, startedAtMs }: RunRow): string {
  return `${file}|${id}|${startedAtMs}`;
}
