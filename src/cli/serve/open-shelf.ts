import { systemClock } from '../../model/clock.ts';
import type { RunsReport, TrafficReport } from '../../report/runs-report.ts';
import {
  type Compared,
  type LiveView,
  SHOWN_AFTER_MS,
  type Shelf,
  type SideName,
} from '../../serve/shelf.ts';
import { toolVersion } from '../provenance.ts';
import { createKept } from './kept.ts';
import { createKnownFigures } from './known-figures.ts';
import { createKnownTapes, type KnownTapes } from './known-tapes.ts';
import { type Lanes, openLanes } from './lanes.ts';
import { tapeUsers } from './tape-users.ts';

export interface ShelfOptions {
  /** Folders and tapes. */
  readonly given: readonly string[];
  readonly showsBodies: boolean;
  /** Called with an unexpected error of background work. */
  readonly onDefect: (error: unknown) => void;
}

/** How long a list waits for tapes that have not been read, and for figures, ms. */
const PATIENCE_MS = 500;
/** A whole tape that is being written is read again after this many times as long as it took to read it. */
const IDLE_FACTOR = 10;
/** Runs in all reports that are kept: one takes 0.3 MB, be it of a million results. */
const MOST_RUNS = 100;
/** Pages of traffic that are kept. */
const MOST_TRAFFIC = 24;

/**
 * Tapes for the pages. One thread reads for lists, another what takes long: reports and, while nobody waits for one, the
 * figures of all runs, so that no more than one run is measured at a time, however large. Threads give way to all other
 * processes, but for a report while no tape is written.
 */
export function openShelf({
  given,
  showsBodies,
  onDefect,
}: ShelfOptions): Shelf & { close(): Promise<void> } {
  const lanes = openLanes();
  const tapes = createKnownTapes(given, (path) => lanes.light('contents', path));
  let isClosed = false;
  const figures = createKnownFigures(tapes, lanes, (error) => {
    if (!isClosed) onDefect(error);
  });
  const pathOf = (name: string): string => tapes.named(name).path;
  return {
    given,
    showsBodies,
    toolVersion: toolVersion(),
    async tapes() {
      const ready = tapes.refresh().then(figures.measure);
      await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
      return tapes.rows();
    },
    figuresOf(name, run) {
      const tape = tapes.find(name);
      return tape === undefined ? null : figures.of(tape, run);
    },
    traffic: trafficReader(tapes, lanes),
    ...reportReader(tapes, lanes, figures),
    exchanges: async (name, query) => lanes.light('exchanges', pathOf(name), query),
    exchange: async (name, id) => lanes.light('exchange', pathOf(name), id, showsBodies),
    requests: async (name, runs, query) => lanes.light('requests', pathOf(name), runs, query),
    request: async (name, run, seq) => lanes.light('request', pathOf(name), run, seq),
    live: () => liveView(tapes, lanes),
    close() {
      isClosed = true;
      return lanes.close();
    },
  };
}

/** Traffic by the file as it is; one that is being written would be read all the time. */
function trafficReader(tapes: KnownTapes, lanes: Lanes): Shelf['traffic'] {
  const kept = createKept<TrafficReport>(MOST_TRAFFIC);
  const last = new Map<string, { readonly version: string; readonly untilUs: number }>();
  return async (name) => {
    const tape = tapes.named(name);
    const known = last.get(tape.file);
    const version = known !== undefined && systemClock.nowUs() < known.untilUs ? known.version : tape.version;
    return kept.get(version, async () => {
      const startUs = systemClock.nowUs();
      const report = await lanes.heavy(tapes.areWritten(), 'traffic', tape.path);
      const endUs = systemClock.nowUs();
      last.set(tape.file, { version, untilUs: endUs + IDLE_FACTOR * (endUs - startUs) });
      return report;
    });
  };
}

/** Reports and comparisons by their runs. */
function reportReader(
  tapes: KnownTapes,
  lanes: Lanes,
  figures: ReturnType<typeof createKnownFigures>,
): Pick<Shelf, 'report' | 'compare'> {
  const reports = createKept<RunsReport>(MOST_RUNS, ({ runs }) => runs.length);
  const comparisons = createKept<Compared>(MOST_RUNS, ({ sides }) =>
    sides.reduce((sum, { ids }) => sum + ids.length, 0),
  );

  /** Runs are the same as long as the file is, whatever else is written to it; those that go on change with it. */
  async function keyOf({ tape: name, runs }: SideName): Promise<string> {
    const tape = tapes.named(name);
    const ids = runs.split(',');
    const chosen = (await tapes.runsOf(tape)).filter(
      ({ id, label }) => label === runs || ids.includes(String(id)),
    );
    const open = chosen.some(({ lengthMs }) => lengthMs === null) ? tape.version : '';
    return JSON.stringify([tape.file, runs, chosen.map(({ id, startedAtMs }) => [id, startedAtMs]), open]);
  }

  return {
    async report(side) {
      const tape = tapes.named(side.tape);
      return reports.get(await keyOf(side), async () => {
        const report = await lanes.heavy(tapes.areWritten(), 'report', tape.path, side.runs);
        figures.addReport(tape, await tapes.runsOf(tape), report);
        return report;
      });
    },
    async compare(sides) {
      const paths = sides.map((side) => ({ ...side, path: tapes.named(side.tape).path }));
      const keys = await Promise.all(sides.map(keyOf));
      return comparisons.get(keys.join(), () => lanes.heavy(tapes.areWritten(), 'compare', paths));
    },
  };
}

/** What is going on, or ended lately, on the tapes that were written lately. */
async function liveView(tapes: KnownTapes, lanes: Lanes): Promise<LiveView> {
  const atMs = systemClock.wallMs();
  const recent = tapes
    .found()
    .filter(({ changedMs, problem }) => problem === null && atMs - changedMs < SHOWN_AFTER_MS);
  const users = recent.length === 0 ? null : tapeUsers();
  const watched = recent.map(({ name, path, changedMs, inode }) => ({
    name,
    path,
    changedMs,
    users: users === null ? null : (users.get(inode) ?? []),
  }));
  return { atMs, ...(await lanes.light('watch', watched, atMs)) };
}
