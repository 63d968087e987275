import { join } from 'node:path';
import type { OpenedScript, PreparedRequests, ScriptStats } from '../../formats/wrk/script-protocol.ts';
import { type ScriptThread, startScript } from '../../formats/wrk/script-thread.ts';
import { createWrkFigures } from '../../measure/as/wrk-figures.ts';
import type { WrkStats } from '../../measure/as/wrk-stats.ts';
import { reportedSummary } from '../../measure/run-summary.ts';
import { systemClock } from '../../model/clock.ts';
import { cellKey, type Run } from '../../model/run.ts';
import { EXIT } from '../../model/user-error.ts';
import { visibleText } from '../../model/visible-text.ts';
import { planContent } from '../../replay/plan/plan-fingerprint.ts';
import { jsonText, runDocument } from '../../report/json.ts';
import { runsPage } from '../../report/runs-page.ts';
import { textSections } from '../../report/text-page.ts';
import { wrkHead, wrkLines } from '../../report/wrk-block.ts';
import type { CommandResult } from '../command.ts';
import type { LoadedRequests } from '../replay/load-requests.ts';
import { createReplayProgress } from '../replay/replay-progress.ts';
import type { TrafficSettings } from '../replay/replay-settings.ts';
import { type ReplaySession, runCell } from '../replay/run-cell.ts';
import { gatherReport, plainResults } from '../report/gather-report.ts';
import { openRunTape, type RunTape } from '../tape-file.ts';
import { listenForStop, printData, say, showProgress } from '../terminal/terminal.ts';
import { createLiveRequests } from './live-requests.ts';
import { replayable, writeRequests } from './script-tape.ts';
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
      if (stream === 'stderr') process.stderr.write(visibleText(shown));
      else void printData(shown);
    },
    exited: () => ended.abort(),
    wrote: (path) => say(`${name} writes ${path} in memory only: nothing is written to the disk`),
  });
  const stop = listenForStop(say);
  try {
    return await test(settings, script, AbortSignal.any([stop.signal, ended.signal]));
  } catch (error) {
    // What the script did after os.exit() is nobody's error.
    if (script.exitCode() === null) throw error;
    return { exitCode: script.exitCode() ?? EXIT.ok };
  } finally {
    stop.dispose();
    await script.close();
  }
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
  const path = settings.out ?? join('recordings', `wrk-${stamp(systemClock.wallMs())}.sqlite`);
  const origin = `${file ?? 'wrk'} (wrk)`;
  const ids = writeRequests(path, origin, prepared?.requests ?? []);
  const progress = createReplayProgress({ durationUs, requests: null }, systemClock.nowUs);
  const tape = await openRunTape(path, progress.add);
  const failed = new AbortController();
  let failure: unknown;
  const live =
    prepared !== null
      ? null
      : createLiveRequests(
          script,
          opened,
          (made) => writeRequests(path, origin, made),
          (error) => {
            failure = error;
            failed.abort();
          },
        );
  const session: ReplaySession = {
    ...sessionOf(settings, tape, opened, prepared, ids, source?.source ?? new Uint8Array(0)),
    signal: AbortSignal.any([signal, failed.signal]),
    live,
    onSending: progress.send,
  };
  await printData(wrkHead(durationUs, cell, settings.script.url.text));
  const shown = showProgress(progress.text);
  try {
    progress.prepare(cell, 1, 1);
    const earlier = tape.reader
      .runs()
      .filter((run) => run.label === session.label && cellKey(run.cell) === cellKey(cell));
    const summary = await runCell(
      session,
      { cell, load: { kind: 'closed', semantics: 'wrk' } },
      earlier.length + 1,
    );
    shown.stop();
    if (script.exitCode() !== null) return { exitCode: script.exitCode() ?? EXIT.ok };
    if (failure !== undefined) throw failure;
    if (summary === null) return { exitCode: EXIT.interrupted };
    const lastSeq = await printFigures(settings, script, opened, tape);
    if (prepared !== null && isRepeated(prepared, lastSeq)) say(repeatedText(file, prepared));
    say(`wrote run ${session.label} to ${path}: see reprise report ${path}`);
    return {
      data: settings.json
        ? jsonText({ runs: [runDocument(reportedSummary(summary))] })
        : await beyondWrk(tape, path),
      exitCode: script.exitCode() ?? (signal.aborted ? EXIT.interrupted : EXIT.ok),
    };
  } finally {
    shown.stop();
    live?.close();
    await tape.close();
  }
}

function stamp(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19).replaceAll(':', '-');
}

/** Whether a thread has sent its requests to the end, and the script would have given others. */
function isRepeated({ isCut, sequences }: PreparedRequests, lastSeq: number): boolean {
  const mostTurns = Math.max(...sequences.flat().map(({ length }) => length));
  const shortest = Math.min(...sequences.map(({ length }) => length));
  return isCut && lastSeq >= shortest * sequences.length * mostTurns;
}

function repeatedText(file: string | null, { sequences }: PreparedRequests): string {
  const texts = sequences.reduce((sum, { length }) => sum + length, 0);
  return `${file} made ${texts} requests before the run, and more were sent: those were the same again from the first`;
}

/** One run of the replay, in which requests are a script's. */
function sessionOf(
  settings: WrkSettings,
  { tape, reader }: RunTape,
  { addresses }: OpenedScript,
  prepared: PreparedRequests | null,
  ids: readonly number[],
  source: Uint8Array,
): Omit<ReplaySession, 'signal'> {
  const { url } = settings.script;
  const { host, port, scheme } = url;
  const target = new URL(
    `${scheme}://${host.includes(':') ? `[${host}]` : host}${port === '' ? '' : `:${port}`}`,
  );
  return {
    settings: trafficOf(settings),
    target,
    label: settings.label ?? `run-${(reader.runs().at(-1)?.id ?? 0) + 1}`,
    loaded: loadedOf(prepared, ids, { settings, source }),
    tape,
    reader,
    ...(prepared === null ? {} : { sequences: prepared.sequences }),
    ...(addresses.some((address) => address !== null)
      ? { addresses: addresses.map((address) => (address === null ? null : `${scheme}://${address}`)) }
      : {}),
  };
}

/** The options of a replay that sends as wrk does: nothing is changed, nothing is tested, no certificate is verified. */
function trafficOf({ cell, durationUs, timeoutUs }: WrkSettings): TrafficSettings {
  const rewrite = {
    lengths: 'free',
    models: { renamed: new Map<string, string>(), others: null },
    stream: 'keep',
    usage: 'keep',
    salt: false,
    set: [],
  } as const;
  return {
    send: {
      durationUs,
      timeoutUs,
      requests: null,
      loop: true,
      order: 'recorded',
      think: { kind: 'none' },
      aborts: 'ignore',
      cache: 'warm',
      lengths: 'free',
      select: [],
      limit: null,
      model: [],
      set: [],
      stream: 'keep',
      usage: 'keep',
      warmup: null,
      seed: 1,
    },
    requests: {
      selection: { fits: () => true, names: [] },
      limit: null,
      aborts: 'ignore',
      rewrite,
      usageOptional: false,
    },
    traffic: { kind: 'closed', semantics: 'wrk', cells: [cell] },
    workers: null,
    slo: null,
    headers: [],
    trust: { ca: null, insecure: true },
    maxErrors: null,
    tests: false,
    timeoutGiven: true,
    serverCommand: null,
  };
}

/** What is sent, named by its bytes; where they are made during the run, by the script and its words. */
function loadedOf(
  prepared: PreparedRequests | null,
  ids: readonly number[],
  { settings: { script }, source }: { readonly settings: WrkSettings; readonly source: Uint8Array },
): LoadedRequests {
  const requests = prepared?.requests.map((request, i) => replayable(request, ids[i] ?? 0)) ?? [];
  const conversations = (prepared?.sequences ?? [])
    .flat()
    .map((batch) => batch.map((request) => ({ request, arrivedUs: 0, finishedUs: 0 })));
  const { url, args, headers, threads } = script;
  const facts = Buffer.concat([source, Buffer.from(JSON.stringify([args, headers, threads]))]);
  const named =
    prepared === null
      ? [{ exchangeId: 0, path: url.path, headers: [], body: facts, saltAt: null, abort: null }]
      : requests;
  return {
    requests,
    conversations,
    content: planContent(named, conversations),
    hasArrivals: false,
    tests: [],
    longestAnswerUs: 0,
    skipped: [],
    changes: [],
  };
}

/**
 * Prints wrk's block without its first lines, and what the script's done() prints.
 * @returns the last position that was sent
 */
async function printFigures(
  { latency }: WrkSettings,
  script: ScriptThread,
  { functions }: OpenedScript,
  { reader }: RunTape,
): Promise<number> {
  const run: Run | undefined = reader.runs().at(-1);
  if (run === undefined) throw new Error('the run is not on the tape');
  const wrk = createWrkFigures(run);
  let lastSeq = -1;
  for (const result of plainResults(reader, run)) {
    wrk.add(result);
    lastSeq = Math.max(lastSeq, result.seq);
  }
  const figures = wrk.figures();
  await printData(wrkLines(figures, latency));
  if (!functions.includes('done')) return lastSeq;
  const { runtimeUs: duration, complete: requests, bytes, errors } = figures;
  const { latency: latencies, rates } = wrk.samples();
  await script.done({ duration, requests, bytes, errors }, statsOf(latencies), statsOf(rates));
  return lastSeq;
}

/** wrk's smallest value of an empty sample. */
const NO_MIN = 2 ** 64;

function statsOf(stats: WrkStats): ScriptStats {
  const { mean, stdev, max } = stats.line();
  const { values, times } = stats.distribution();
  return { min: Math.min(stats.min, NO_MIN), max, mean, stdev, count: stats.count, values, times };
}

/** What wrk cannot see, as the report has it. */
async function beyondWrk({ reader }: RunTape, path: string): Promise<string> {
  const report = await gatherReport(reader, path, reader.runs().slice(-1), { note: '', limits: null });
  return textSections(runsPage(report, 'en'), ['tests', 'findings']);
}
