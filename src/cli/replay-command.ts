import type { Command } from 'commander';
import { type RunSummary, reportedSummary } from '../measure/run-summary.ts';
import { systemClock } from '../model/clock.ts';
import { type Cell, cellName, type Run } from '../model/run.ts';
import { EXIT } from '../model/user-error.ts';
import { createPlan } from '../replay/plan/create-plan.ts';
import { jsonText } from '../report/json.ts';
import { textReport } from '../report/text-report.ts';
import { openTape } from '../store/tape-reader.ts';
import { loadRequests } from './load-requests.ts';
import { planJsonLines, planRows, planText } from './plan-text.ts';
import { planSpec, replayCells } from './replay-cells.ts';
import { addTrafficOptions } from './replay-options.ts';
import { createReplayProgress } from './replay-progress.ts';
import { type ReplayOptions, type ReplaySettings, replaySettings } from './replay-settings.ts';
import { type ReplaySession, runCell } from './run-cell.ts';
import { listenForStop } from './stop-signal.ts';
import { openTapeThread } from './tape-file.ts';
import { type ProgressDisplay, printData, say, showProgress } from './terminal.ts';

/** Rows of a plan that are printed for each cell: most plans of a closed loop have no end. */
const DRY_RUN_ROWS = 1_000;

/** `reprise replay` */
export function register(program: Command): void {
  const command = program
    .command('replay')
    .description(
      "Sends the requests of a tape again, from a fixed number of connections (wrk's threads × connections) or when " +
        'they are due (--open, --rate), and writes every answer with its timing to the same tape.',
    )
    .argument('<tape>', 'the tape')
    .requiredOption('--target <url>', "the server's root, e.g. http://127.0.0.1:8000")
    .option('--label <label>', 'names the runs for compare and report')
    .option('--repeat <n>', 'run the whole matrix this often; a verdict wants 3', '1')
    .option('--dry-run', 'print what would be sent when, and send nothing')
    .option('--json', 'one JSON document');
  addTrafficOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --label before --repeat 3
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --matrix 10x20,100x200 --duration 30s
  reprise replay recordings/monday.sqlite --target https://gpu-2:8000 --requests 1000 --api-key-env VLLM_API_KEY
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --time-scale 2 --cache salt --slo ttft=500ms
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --rate 5/s,10/s,20/s --arrivals poisson`,
    )
    .action(replay);
}

async function replay(path: string, options: ReplayOptions): Promise<void> {
  const settings = replaySettings(options, process.env);
  if (settings.dryRun) await dryRun(path, settings);
  else await sendTape(path, settings);
}

async function dryRun(path: string, settings: ReplaySettings): Promise<void> {
  const reader = openTape(path);
  try {
    const { requests, conversations } = loadRequests(reader, path, settings);
    const bounds = { durationUs: settings.durationUs, limit: DRY_RUN_ROWS };
    for (const { cell, load } of replayCells(settings.traffic, conversations)) {
      const rows = planRows(createPlan(planSpec(settings, load, conversations)), requests, bounds);
      await printData(settings.json ? planJsonLines(rows) : `${cellName(cell)}\n${planText(rows)}`);
      if (rows.length === DRY_RUN_ROWS)
        say(`${cellName(cell)}: these are the first ${DRY_RUN_ROWS} requests`);
    }
  } finally {
    reader.close();
  }
}

async function sendTape(path: string, settings: ReplaySettings): Promise<void> {
  const progress = createReplayProgress(settings, systemClock.nowUs);
  // Whoever writes first brings an older tape up to date.
  const tape = await openTapeThread(path, 'append', {
    yielding: true,
    onProblem: say,
    onDigests: progress.add,
  });
  const reader = openTape(path);
  const stop = listenForStop(say);
  const summaries: RunSummary[] = [];
  let shown: ProgressDisplay | null = null;
  try {
    const loaded = loadRequests(reader, path, settings);
    for (const [reason, n] of Object.entries(loaded.skipped))
      say(`${n} exchanges are not replayed: ${reason}`);
    const earlier = reader.runs();
    const label = settings.label ?? `run-${(earlier.at(-1)?.id ?? 0) + 1}`;
    const { target } = settings;
    shown = showProgress(progress.text);
    const session = {
      settings,
      target,
      label,
      loaded,
      tape,
      reader,
      signal: stop.signal,
      onSending: progress.send,
    };
    await runAll(session, settings.repeat, earlier, progress.prepare, summaries);
    shown.stop();
    for (const [change, n] of Object.entries(loaded.changes)) {
      say(`in ${n} of ${loaded.requests.length} requests: ${change}`);
    }
    say(`wrote ${summaries.length} runs labelled ${label} to ${path}`);
  } finally {
    shown?.stop();
    // In this order: the tape's last user turns it back into one file without a journal beside it.
    reader.close();
    await tape.close();
    if (summaries.length > 0) {
      await printData(
        settings.json ? jsonText({ runs: summaries.map(reportedSummary) }) : textReport(summaries),
      );
    }
  }
  if (stop.signal.aborted) process.exitCode = EXIT.interrupted;
}

/** The whole matrix, then again: a drift of the machine falls on all cells alike. */
async function runAll(
  session: ReplaySession,
  repeat: number,
  earlier: readonly Run[],
  prepare: (cell: Cell, number: number, of: number) => void,
  summaries: RunSummary[],
): Promise<void> {
  const cells = replayCells(session.settings.traffic, session.loaded.conversations);
  const planned = Array.from({ length: repeat }, () => cells).flat();
  for (const replayCell of planned) {
    if (session.signal.aborted) return;
    const { cell } = replayCell;
    prepare(cell, summaries.length + 1, planned.length);
    const same = (run: { readonly label: string; readonly cell: Cell }): boolean =>
      run.label === session.label && cellName(run.cell) === cellName(cell);
    const number = [...earlier, ...summaries].filter(same).length + 1;
    summaries.push(await runCell(session, replayCell, number));
  }
}
