import { existsSync } from 'node:fs';
import type { PreparedRequests, ScriptStats } from '../../formats/wrk/script-protocol.ts';
import { type ScriptThread, startScript } from '../../formats/wrk/script-thread.ts';
import { createWrkFigures } from '../../measure/as/wrk-figures.ts';
import type { WrkStats } from '../../measure/as/wrk-stats.ts';
import { systemClock } from '../../model/clock.ts';
import { EXIT, UserError } from '../../model/user-error.ts';
import { visibleText } from '../../model/visible-text.ts';
import { jsonText, runsDocument } from '../../report/json.ts';
import { scriptNoteText } from '../../report/messages/notes/script-notes.ts';
import { runsPage } from '../../report/runs-page.ts';
import type { RunsReport } from '../../report/runs-report.ts';
import { textSections } from '../../report/text-page.ts';
import { wrkHead, wrkLines } from '../../report/wrk-block.ts';
import type { CommandResult } from '../command.ts';
import { createReplayProgress, type ReplayProgress } from '../replay/replay-progress.ts';
import { type ReplaySession, repeatOf, runCell } from '../replay/run-cell.ts';
import { gatherReport } from '../report/gather-report.ts';
import { defaultTapePath, openRunTape, type RunTape, removeTape } from '../tape-file.ts';
import { writeStderr } from '../terminal/stderr.ts';
import { listenForStop, printData, say, showProgress } from '../terminal/terminal.ts';
import { createLiveRequests } from './live-requests.ts';
import { writeRequests } from './script-tape.ts';
import { type ScriptedTest, sessionOf } from './wrk-session.ts';
import { readScript, type WrkSettings } from './wrk-settings.ts';

/** What is made of a script's requests before the run; beyond it they are sent again from the first. */
const PREPARED = { bytes: 64 * 1024 * 1024, ms: 2_000 } as const;
const MOST_CALLS = 20_000;
/** More than a server of language models answers. */
const CALLS_PER_SEC = 500;

/**
 * Runs one test as wrk does, prints wrk's block, and below it what wrk cannot see; keeps everything on a tape.
 * @throws UserError (as a rejection) for a script that fails, a target that cannot be reached or a tape that cannot be written
 */
export async function runWrk(settings: WrkSettings): Promise<CommandResult> {
  const name = settings.file ?? 'wrk';
  const ended = new AbortController();
  const script = startScript(name, {
    printed(stream, text) {
      const shown = Buffer.from(text).toString('utf8');
      if (stream === 'stderr') writeStderr(visibleText(shown));
      else void printData(shown);
    },
    exited: () => ended.abort(),
    wrote: (path) => say(scriptNoteText({ kind: 'writesInMemory', file: name, path }, 'en')),
  });
  const stop = listenForStop(say);
  try {
    return await test(settings, script, AbortSignal.any([stop.signal, ended.signal]));
  } catch (error) {
    // What the script did after os.exit() is not an error.
    if (script.exitCode() === null) throw error;
    return { exitCode: script.exitCode() ?? EXIT.ok };
  } finally {
    stop.dispose();
    await script.close();
  }
}

/** A script that is ready to send, and where its run is kept. */
interface ReadyTest extends ScriptedTest {
  readonly script: ScriptThread;
  readonly path: string;
  readonly signal: AbortSignal;
}

async function test(
  settings: WrkSettings,
  script: ScriptThread,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { file, cell, durationUs } = settings;
  const source = file === null ? null : readScript(file);
  const opened = await script.open({ ...settings.script, script: source });
  const calls = Math.min(MOST_CALLS, Math.ceil((durationUs / 1e6) * CALLS_PER_SEC) + cell.connections);
  const prepared = await script.prepare({ ...PREPARED, calls });
  const path = settings.out ?? defaultTapePath(systemClock.wallMs(), 'wrk-');
  const isNew = !existsSync(path);
  const ready = { settings, script, opened, prepared, path, signal, source: source?.source ?? NO_BYTES };
  const ids = writeRequests(path, sourceName(settings), prepared?.requests ?? []);
  const progress = createReplayProgress({ durationUs, requests: null }, systemClock.nowUs);
  const tape = await openRunTape(path, progress.add);
  let hasRun = false;
  try {
    return await runOn(ready, tape, ids, progress);
  } catch (error) {
    throw withoutTarget(error, settings.script.url.text);
  } finally {
    hasRun = tape.reader.runs().length > 0;
    await tape.close();
    if (isNew && !hasRun) removeTape(path);
  }
}

const NO_BYTES = new Uint8Array(0);

function sourceName({ file }: WrkSettings): string {
  return `${file ?? 'wrk'} (wrk)`;
}

/** The sentence about a server that cannot be reached, without an option that wrk does not have. */
function withoutTarget(error: unknown, url: string): unknown {
  if (!(error instanceof UserError) || error.kind !== 'server' || !('code' in error.facts)) return error;
  return new UserError(`unable to connect to ${url} (${error.facts.code ?? 'no answer'})`, {
    kind: 'server',
    facts: error.facts,
    remedy: 'start the server or check the URL',
  });
}

async function runOn(
  ready: ReadyTest,
  tape: RunTape,
  ids: readonly number[],
  progress: ReplayProgress,
): Promise<CommandResult> {
  const { settings, script, prepared, path, signal } = ready;
  const { cell, durationUs } = settings;
  const failed = new AbortController();
  let failure: unknown;
  const live =
    prepared !== null
      ? null
      : liveRequests(ready, (error) => {
          failure = error;
          failed.abort();
        });
  const session: ReplaySession = {
    ...sessionOf(ready, tape, ids),
    signal: AbortSignal.any([signal, failed.signal]),
    live,
    onSending(startedUs, inFlight) {
      void printData(wrkHead(durationUs, cell, settings.script.url.text));
      progress.send(startedUs, inFlight);
    },
  };
  const shown = showProgress(progress.text);
  try {
    progress.prepare(cell, 1, 1);
    const repeat = repeatOf(session, cell);
    const summary = await runCell(session, { cell, load: { kind: 'closed', semantics: 'wrk' } }, repeat);
    shown.stop();
    if (script.exitCode() !== null) return { exitCode: script.exitCode() ?? EXIT.ok };
    if (failure !== undefined) throw failure;
    if (summary === null) return { exitCode: EXIT.interrupted };
    const complete = await printFigures(ready, tape);
    // wrk leaves it at its line, with exit code 0.
    if (complete === 0) say('no request was answered: give a longer --duration, or see the findings');
    say(`wrote run ${session.label} to ${path}: see reprise report ${path}`);
    const data = settings.json
      ? jsonText(runsDocument((await lastRun(tape, path)).runs))
      : await beyondWrk(tape, path);
    const exitCode = signal.aborted ? EXIT.interrupted : complete === 0 ? EXIT.invalid : EXIT.ok;
    return { data, exitCode: script.exitCode() ?? exitCode };
  } finally {
    shown.stop();
    live?.close();
  }
}

function liveRequests({ settings, script, opened, path }: ReadyTest, onFailure: (error: unknown) => void) {
  return createLiveRequests(
    script,
    opened,
    (made) => writeRequests(path, sourceName(settings), made),
    onFailure,
  );
}

/** Whether a thread has sent its requests to the end, and the script would have given others. */
function isRepeated({ isCut, sequences }: PreparedRequests, lastSeq: number): boolean {
  const mostTurns = Math.max(...sequences.flat().map(({ length }) => length));
  const shortest = Math.min(...sequences.map(({ length }) => length));
  return isCut && lastSeq >= shortest * sequences.length * mostTurns;
}

/** Prints wrk's block without its first lines, and what the script's done() prints; gives the number of requests in it. */
async function printFigures(
  { settings, script, opened: { functions }, prepared }: ReadyTest,
  { reader }: RunTape,
): Promise<number> {
  const run = reader.runs().at(-1);
  if (run === undefined) throw new Error('the run is not on the tape');
  const wrk = createWrkFigures(run);
  let lastSeq = -1;
  for (const result of reader.wrkResults(run.id)) {
    wrk.add(result);
    lastSeq = Math.max(lastSeq, result.seq);
  }
  const figures = wrk.figures();
  await printData(wrkLines(figures, settings.latency));
  if (prepared !== null && isRepeated(prepared, lastSeq)) {
    const requests = prepared.sequences.reduce((sum, texts) => sum + texts.length, 0);
    say(scriptNoteText({ kind: 'requestsRepeated', file: settings.file ?? 'wrk', requests }, 'en'));
  }
  const { runtimeUs: duration, complete: requests, bytes, errors } = figures;
  if (functions.includes('done')) {
    const { latency: latencies, rates } = wrk.samples();
    await script.done({ duration, requests, bytes, errors }, statsOf(latencies), statsOf(rates));
  }
  return requests;
}

/** wrk's smallest value of an empty sample. */
const NO_MIN = 2 ** 64;

function statsOf(stats: WrkStats): ScriptStats {
  const { mean, stdev, max } = stats.line();
  const { values, times } = stats.distribution();
  return { min: Math.min(stats.min, NO_MIN), max, mean, stdev, count: stats.count, values, times };
}

/** What wrk cannot see, as the report has it. */
async function beyondWrk(tape: RunTape, path: string): Promise<string> {
  return textSections(runsPage(await lastRun(tape, path), 'en'), ['tests', 'findings']);
}

function lastRun({ reader }: RunTape, path: string): Promise<RunsReport> {
  return gatherReport(reader, path, reader.runs().slice(-1), { note: '', asked: {} });
}
