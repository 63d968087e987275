import { isSpoiledByClient } from '../../measure/invalid-reasons.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import { systemClock } from '../../model/clock.ts';
import type { LiveSample } from '../../model/completion.ts';
import type { InvalidReason } from '../../model/note.ts';
import { type Cell, cellName } from '../../model/run.ts';
import { EXIT, UserError } from '../../model/user-error.ts';
import { type AdminServer, startAdminServer } from '../../record/admin-server.ts';
import { msUntilStart } from '../../replay/shards/common-start.ts';
import { jsonText, runsDocument } from '../../report/json.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { textReport } from '../../report/text-page.ts';
import { createPart } from '../../store/merge/create-part.ts';
import { refuseExisting } from '../../store/new-tape.ts';
import { openTape, type TapeReader } from '../../store/tape-reader.ts';
import type { CommandResult } from '../command.ts';
import { measureRuns } from '../report/measure-runs.ts';
import { type OpenStart, openStart } from '../shards/open-start.ts';
import { openRunTape, type RunTape, removeTape } from '../tape-file.ts';
import {
  keepLines,
  listenForStop,
  type ProgressDisplay,
  say,
  showProgress,
  terminalWidth,
} from '../terminal/terminal.ts';
import { replayCells } from './loop-settings.ts';
import { createReplayMetrics, type ReplayMetrics } from './replay-metrics.ts';
import { createReplayProgress } from './replay-progress.ts';
import type { ReplaySettings } from './replay-settings.ts';
import { type ReplaySession, repeatOf, runCell } from './run-cell.ts';
import { RUN_HEADS, runRow } from './run-rows.ts';
import { sendSpans } from './send-spans.ts';
import { addressOf } from './target-address.ts';
import { readyTraffic } from './test-request.ts';
import { sayChanges } from './with-run-tape.ts';

/** What a replay has opened, and closes again. */
interface Opened {
  /** Where the requests are, with --out; that tape may be read-only. */
  readonly source: TapeReader | null;
  /** Where the results go. */
  runTape: RunTape | null;
  start: OpenStart | null;
  admin: AdminServer | null;
  shown: ProgressDisplay | null;
}

/**
 * Sends a tape's requests cell by cell, stores every response on the same tape and gives what the runs show.
 * Ctrl-C, and an error after the first run, keep what was done.
 */
export async function replayTape(path: string, given: ReplaySettings): Promise<CommandResult> {
  const { sharded, out } = given;
  if (sharded?.start?.kind === 'time') msUntilStart(sharded.start.atMs, systemClock.wallMs());
  if (out !== null) refuseExisting(out, 'part');
  const watch = createWatch(given);
  const source = out === null ? null : openTape(path);
  const runTape = source === null ? await openRunTape(path, watch.seen) : null;
  const opened: Opened = { source, runTape, start: null, admin: null, shown: null };
  const stop = listenForStop(say);
  const summaries: RunSummary[] = [];
  let failure: unknown;
  let document: string | null = null;
  try {
    await sendRuns(opened, watch, summaries, { path, given, signal: stop.signal });
  } catch (error) {
    const isStop = stop.signal.aborted && opened.start === null && error instanceof UserError;
    failure = isStop ? undefined : error;
  } finally {
    opened.shown?.stop();
    stop.dispose();
    await opened.admin?.close();
    try {
      await opened.start?.close();
      if (given.json && opened.runTape !== null)
        document = await documentOf(opened.runTape.reader, out ?? path, summaries, given);
    } catch (error) {
      failure ??= error;
    }
    await closeTapes(opened, out);
  }
  return {
    ...(summaries.length === 0 ? {} : { data: document ?? textReport(summaries, 'en', terminalWidth()) }),
    exitCode: stop.signal.aborted ? EXIT.interrupted : exitOf(summaries),
    failure,
  };
}

/** Live figures of a replay: for its progress lines and for --metrics. */
type Watch = ReturnType<typeof createWatch>;

function createWatch({ send, metrics }: ReplaySettings) {
  const progress = createReplayProgress(send, systemClock.nowUs);
  const watched = createReplayMetrics();
  return {
    progress,
    watched,
    seen(samples: readonly LiveSample[]): void {
      progress.add(samples);
      if (metrics !== null) watched.add(samples);
    },
  };
}

/** @param summaries where the runs are added as they end */
async function sendRuns(
  opened: Opened,
  { progress, watched, seen }: Watch,
  summaries: RunSummary[],
  { path, given, signal }: { path: string; given: ReplaySettings; signal: AbortSignal },
): Promise<void> {
  const { sharded, out, target } = given;
  opened.admin = await openMetrics(given.metrics, watched, () => opened.runTape?.tape.drops() ?? {});
  // First of all: a port that is taken, or a wrong number, is known before anything is sent.
  if (sharded?.start) opened.start = await openStart(sharded.shard, sharded.start, signal);
  const { settings, loaded } = await readyTraffic({
    tape: opened.source ?? tapeOf(opened.runTape).reader,
    path,
    settings: given,
    targets: [target],
    test: given.tests,
    signal,
  });
  if (out !== null) {
    createPart(out, path, new Set(loaded.requests.map(({ exchangeId }) => exchangeId)));
    opened.runTape = await openRunTape(out, seen);
  }
  const { tape, reader } = tapeOf(opened.runTape);
  const label = given.label ?? `run-${(reader.runs().at(-1)?.id ?? 0) + 1}`;
  const { start } = opened;
  opened.shown = showProgress(progress.text);
  const session: ReplaySession = {
    settings,
    target,
    label,
    loaded,
    tape,
    reader,
    signal: start === null ? signal : AbortSignal.any([signal, start.start.signal]),
    onSending(...[startedUs, inFlight, onRead]) {
      progress.send(startedUs, inFlight, onRead);
      watched.send(inFlight);
    },
    sharded: start,
  };
  await runAll(session, given.repeat, summaries, {
    prepare(cell, number, of) {
      progress.prepare(cell, number, of);
      watched.prepare({ label, target: addressOf(target), load: cellName(cell), number, of });
    },
    ended(summary, of) {
      watched.ended(summary.valid);
      const head = summaries.length === 1 ? [RUN_HEADS] : [];
      keepLines([...head, ...runRow(summary, summaries.length, of)]);
    },
  });
  opened.shown.stop();
  sayChanges(loaded);
  const timeouts = summaries.reduce((sum, { outcomes }) => sum + (outcomes.timeout ?? 0), 0);
  if (timeouts > 0) {
    say(`${counted(timeouts, 'request')} got no complete answer within the timeout: give a longer --timeout`);
  }
  if (given.otlp !== null && !signal.aborted)
    await sendSpans(given.otlp, reader, new Set(summaries.map(({ id }) => id)));
  if (summaries.length > 0)
    say(`wrote ${counted(summaries.length, 'run')} labelled ${label} to ${out ?? path}`);
  for (const sentence of clientOnly(summaries)) say(sentence);
}

async function closeTapes({ source, runTape }: Opened, out: string | null): Promise<void> {
  // A part without a run, as where a shard did not come, would be in the way of the next try.
  const isEmpty = out !== null && runTape?.reader.runs().length === 0;
  source?.close();
  await runTape?.close();
  if (isEmpty) removeTape(out);
}

/** @throws UserError (as a rejection) when it cannot listen there */
async function openMetrics(
  address: ReplaySettings['metrics'],
  metrics: ReplayMetrics,
  drops: () => Readonly<Record<string, number>>,
): Promise<AdminServer | null> {
  if (address === null) return null;
  const pages = { metrics: async () => metrics.page(drops()), notReady: () => null };
  const admin = await startAdminServer(address.host, address.port, pages, '--metrics');
  say(`the replay can be watched at ${admin.url.origin}/metrics`);
  return admin;
}

function tapeOf(tape: RunTape | null): RunTape {
  if (tape === null) throw new Error('the tape of the results is not open');
  return tape;
}

/** The runs as `report --format json` gives them. */
async function documentOf(
  reader: TapeReader,
  path: string,
  summaries: readonly RunSummary[],
  { slo, percentiles = null }: ReplaySettings,
): Promise<string> {
  const runs = reader.runs().filter(({ id }) => summaries.some((summary) => summary.id === id));
  return jsonText(runsDocument(await measureRuns('page', reader, path, runs, { slo, percentiles })));
}

/** What is said where nothing but the load generator kept runs from being valid. */
export function clientOnly(runs: readonly Pick<RunSummary, 'invalidReasons'>[]): readonly string[] {
  const isAll = runs.length > 0 && runs.every(({ invalidReasons }) => isSpoiledByClient(invalidReasons));
  return isAll
    ? [
        'no run is valid, but no request is to blame: only this load generator was too busy, so run it on a quieter machine',
      ]
    : [];
}

/** Reasons that are failures of requests, unlike a load generator that was too busy. */
const FAILURES: ReadonlySet<InvalidReason['kind']> = new Set([
  'requestsFailed',
  'noneSucceeded',
  'noneAnswered',
]);

/** The exit code of a replay that was not interrupted. */
export function exitOf(runs: readonly Pick<RunSummary, 'valid' | 'invalidReasons'>[]): number {
  const kinds = runs.flatMap(({ invalidReasons }) => invalidReasons.map(({ kind }) => kind));
  // A shard that ends with 0 has sent its part: a pipeline must not merge one that has not.
  if (kinds.includes('shardsLost')) return EXIT.invalid;
  const failed = runs.some(({ invalidReasons }) => invalidReasons.some(({ kind }) => FAILURES.has(kind)));
  return failed && runs.every(({ valid }) => !valid) ? EXIT.invalid : EXIT.ok;
}

/**
 * The whole matrix, then again: a drift of the machine falls on all cells alike. Runs that the load generator spoiled are
 * made again at the end, up to half as many as were asked for; a single run of each load (`--repeat 1`) is not.
 */
async function runAll(
  session: ReplaySession,
  repeat: number,
  summaries: RunSummary[],
  on: {
    prepare(cell: Cell, number: number, of: number): void;
    ended(summary: RunSummary, of: number): void;
  },
): Promise<void> {
  const cells = replayCells(session.settings.traffic, session.loaded.conversations);
  const planned = Array.from({ length: repeat }, () => cells).flat();
  // Shards would disagree about which.
  let spare = repeat === 1 || session.sharded ? 0 : Math.floor(planned.length / 2);
  for (const replayCell of planned) {
    if (session.signal.aborted) return;
    const { cell } = replayCell;
    on.prepare(cell, summaries.length + 1, planned.length);
    const summary = await runCell(session, replayCell, repeatOf(session, cell));
    if (summary === null) continue;
    summaries.push(summary);
    on.ended(summary, planned.length);
    if (spare === 0 || !isSpoiledByClient(summary.invalidReasons)) continue;
    spare -= 1;
    planned.push(replayCell);
    say(`run ${summary.id} is made again, because this load generator was too busy`);
  }
}
