import type { Command } from 'commander';
import { type RunSummary, reportedSummary } from '../measure/run-summary.ts';
import { type Cell, cellName, type Run } from '../model/run.ts';
import { EXIT } from '../model/user-error.ts';
import { jsonText } from '../report/json.ts';
import { textReport } from '../report/text-report.ts';
import { openTape } from '../store/tape-reader.ts';
import { loadRequests } from './load-requests.ts';
import { collect } from './option-values.ts';
import { replayCells } from './replay-cells.ts';
import { createReplayProgress } from './replay-progress.ts';
import { type ReplayOptions, replaySettings } from './replay-settings.ts';
import { type ReplaySession, runCell } from './run-cell.ts';
import { listenForStop } from './stop-signal.ts';
import { openTapeThread } from './tape-file.ts';
import { printData, say, showProgress } from './terminal.ts';

/** `reprise replay` */
export function register(program: Command): void {
  program
    .command('replay')
    .description(
      'Sends the requests of a tape again, in recorded order and over and over, from a fixed number of ' +
        "connections (wrk's threads × connections), and writes every answer with its timing to the same tape.",
    )
    .argument('<tape>', 'the tape')
    .requiredOption('--target <url>', "the server's root, e.g. http://127.0.0.1:8000")
    .option('--threads <n>', "wrk's threads: groups of connections (default: 10)")
    .option('--connections <list>', 'one cell for each number (default: 20,100,200)')
    .option('--matrix <cells>', 'cells as THREADSxCONNECTIONS, e.g. 10x20,10x100,100x100,100x200')
    .option('--duration <time>', 'how long to send in each cell (default: 60s)')
    .option('--requests <n>', 'how many requests to send in each cell, instead of --duration')
    .option('--timeout <time>', 'the longest an answer may take', '30s')
    .option('--label <label>', 'names the runs for compare and report')
    .option('--repeat <n>', 'run the whole matrix this often; a verdict wants 3', '1')
    .option('--header <line>', "'Name: value' sent with every request; may be repeated", collect)
    .option('--api-key-env <name>', 'environment variable that holds the API key')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --label before --repeat 3
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --matrix 10x20,100x200 --duration 30s
  reprise replay recordings/monday.sqlite --target https://gpu-2:8000 --requests 1000 --api-key-env VLLM_API_KEY`,
    )
    .action(replay);
}

async function replay(path: string, options: ReplayOptions): Promise<void> {
  const settings = replaySettings(options, process.env);
  const reader = openTape(path);
  const stop = listenForStop(say);
  const loaded = loadRequests(reader, path, settings);
  for (const [reason, n] of Object.entries(loaded.skipped)) say(`${n} exchanges are not replayed: ${reason}`);
  const earlier = reader.runs();
  const label = settings.label ?? `run-${(earlier.at(-1)?.id ?? 0) + 1}`;

  const progress = createReplayProgress(settings.durationUs);
  const tape = await openTapeThread(path, 'append', { onProblem: say, onDigests: progress.add });
  const shown = showProgress(progress.line);
  const session = { settings, label, loaded, tape, reader, signal: stop.signal };
  const summaries: RunSummary[] = [];
  try {
    await runAll(session, earlier, progress.begin, summaries);
  } finally {
    shown.stop();
    // In this order: the tape's last user turns it back into one file without a journal beside it.
    reader.close();
    await tape.close();
    if (summaries.length > 0) {
      await printData(
        settings.json ? jsonText({ runs: summaries.map(reportedSummary) }) : textReport(summaries),
      );
    }
  }
  say(`wrote ${summaries.length} runs labelled ${label} to ${path}`);
  if (stop.signal.aborted) process.exitCode = EXIT.interrupted;
}

/** The whole matrix, then again: a drift of the machine falls on all cells alike. */
async function runAll(
  session: ReplaySession,
  earlier: readonly Run[],
  begin: (cell: Cell, of: string) => void,
  summaries: RunSummary[],
): Promise<void> {
  const { traffic, repeat } = session.settings;
  const cells = replayCells(traffic, session.loaded.conversations).map(({ cell }) => cell);
  const planned = Array.from({ length: repeat }, () => cells).flat();
  for (const cell of planned) {
    if (session.signal.aborted) return;
    begin(cell, `${summaries.length + 1} of ${planned.length}`);
    const same = (run: { readonly label: string; readonly cell: Cell }): boolean =>
      run.label === session.label && cellName(run.cell) === cellName(cell);
    const number = [...earlier, ...summaries].filter(same).length + 1;
    summaries.push(await runCell(session, cell, number));
  }
}
