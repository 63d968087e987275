import { Worker } from 'node:worker_threads';
import { systemClock } from '../../model/clock.ts';
import { openRemote, type Remote } from '../../model/remote.ts';
import { UserError } from '../../model/user-error.ts';
import type { RunsReport, TrafficReport } from '../../report/runs-report.ts';
import { runFigures } from '../../serve/run-figures.ts';
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
import type { LaneData } from './shelf.worker.ts';
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
/** What takes longer to read is large, ms. */
const LARGE_MS = 1_000;
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
function createLane(yields: boolean): Lane {
  let open: ReturnType<typeof start> | null = null;
  const start = () => {
    const worker = new Worker(workerFile('shelf', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
      workerData: { yields } satisfies LaneData,
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
 * Tapes for the pages. A thread reads for lists, another what takes long: reports and, while nobody waits for one, the figures
 * of all runs, so that no more than one run is measured at a time, however large. Figures of a run that has ended never
 * change: they are kept by file and run. Threads give way to all other processes, but for a report while no tape is written.
 */
export function openShelf({
  given,
  showsBodies,
  onDefect,
}: ShelfOptions): Shelf & { close(): Promise<void> } {
  const lanes = { lists: createLane(true), behind: createLane(true), urgent: createLane(false) };
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
    if (tape !== undefined && tape.problem === null) return tape;
    if (tape?.problem != null) throw new UserError(tape.problem);
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

  async function contentsOf({ path, version, problem: stray }: FoundTape): Promise<Read> {
    if (stray !== null) return { version, contents: null, problem: stray };
    try {
      return { version, contents: await lanes.lists.call('contents', path), problem: null };
    } catch (error) {
      if (error instanceof UserError) return { version, contents: null, problem: error.message };
      throw error;
    }
  }

  /** Computes the figures of all runs that have ended, newest tapes first. */
  async function measure(): Promise<void> {
    for (const tape of [...found.values()].sort((a, b) => b.changedMs - a.changedMs)) {
      const runs = read.get(tape.name)?.contents?.runs ?? [];
      const wanted = runs
        .filter((run) => run.lengthMs !== null && !figures.has(figuresKey(tape, run)))
        .toReversed();
      for (let i = 0; i < wanted.length; i += FIGURES_AT_ONCE) {
        await measureSome(tape, wanted.slice(i, i + FIGURES_AT_ONCE));
      }
    }
    if (reporting.size === 0) await lanes.behind.close();
  }

  async function heavy<K extends keyof TapeReading>(
    name: K,
    ...args: Parameters<TapeReading[K]>
  ): Promise<Awaited<ReturnType<Reader[K]>>> {
    const writtenMs = Math.max(...[...found.values()].map(({ changedMs }) => changedMs));
    const lane = systemClock.wallMs() - writtenMs < WRITTEN_MS ? lanes.behind : lanes.urgent;
    const isFirst = reporting.size === 0;
    const startMs = nowMs();
    const made = (async () => {
      // Somebody waits for a report, nobody for the figures of lists: they are begun again afterwards.
      if (isFirst) await lanes.behind.close();
      return lane.call(name, ...(args as Parameters<Reader[K]>));
    })();
    reporting.add(made);
    try {
      return await made;
    } finally {
      reporting.delete(made);
      // A thread keeps the memory that its largest run took.
      if (reporting.size === 0 && nowMs() - startMs > LARGE_MS) void lane.close();
    }
  }

  async function measureSome(tape: FoundTape, runs: readonly RunRow[]): Promise<void> {
    for (;;) {
      while (reporting.size > 0) await Promise.allSettled(reporting);
      const wanted = runs.filter((run) => !figures.has(figuresKey(tape, run)));
      if (wanted.length === 0) return;
      const ids = wanted.map(({ id }) => id);
      try {
        const measured = await lanes.behind.call('figures', tape.path, ids);
        for (const [i, run] of wanted.entries())
          figures.set(figuresKey(tape, run), measured[i] ?? UNREADABLE);
      } catch (error) {
        if (reporting.size === 0) throw error;
      }
    }
  }

  /** A report has what lists show of its runs. */
  async function reportOf(tape: FoundTape, runs: string): Promise<RunsReport> {
    const report = await heavy('report', tape.path, runs);
    const reported = new Map(report.runs.map((run) => [run.summary.id, run]));
    for (const run of read.get(tape.name)?.contents?.runs ?? []) {
      const { summary, series } = reported.get(run.id) ?? {};
      if (run.lengthMs === null || summary === undefined || series === undefined) continue;
      figures.set(figuresKey(tape, run), runFigures(summary, series.timeline));
    }
    return report;
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
      return reports.get(await reportKey(tape, runs), () => reportOf(tape, runs));
    },
    async compare(sides) {
      const paths = sides.map((side) => ({ ...side, path: tapeNamed(side.tape).path }));
      const keys = await Promise.all(sides.map(({ tape, runs }) => reportKey(tapeNamed(tape), runs)));
      return comparisons.get(keys.join(), () => heavy('compare', paths));
    },
    exchanges: async (name, query) => lanes.lists.call('exchanges', tapeNamed(name).path, query),
    exchange: async (name, id) => lanes.lists.call('exchange', tapeNamed(name).path, id, showsBodies),
    requests: async (name, runs, query) => lanes.lists.call('requests', tapeNamed(name).path, runs, query),
    request: async (name, run, seq) => lanes.lists.call('request', tapeNamed(name).path, run, seq),
    async live(): Promise<LiveView> {
      const atMs = systemClock.wallMs();
      const recent = [...look().values()].filter(
        ({ changedMs, problem }) => problem === null && atMs - changedMs < SHOWN_AFTER_MS,
      );
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
