import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { hdrHistogramLog } from '../measure/hlog.ts';
import { reportedSummary } from '../measure/run-summary.ts';
import { summarizeRun } from '../measure/summarize-run.ts';
import { wrkFigures } from '../measure/wrk-figures.ts';
import type { Run } from '../model/run.ts';
import type { Slo } from '../model/slo.ts';
import { UserError } from '../model/user-error.ts';
import { jsonText } from '../report/json.ts';
import { markdownReport } from '../report/markdown.ts';
import { textReport } from '../report/text-report.ts';
import { wrkBlock, wrkFootnote } from '../report/wrk-block.ts';
import { openTape, type TapeReader } from '../store/tape-reader.ts';
import { oneOf, slo } from './option-values.ts';
import { AS_TOOLS, reportAs } from './report-as.ts';
import { selectRuns } from './select-runs.ts';
import { printData, say } from './terminal.ts';

/** What a report can look like. */
const FORMATS = ['text', 'wrk', 'markdown', 'json', 'hlog'] as const;

interface ReportOptions {
  readonly run?: string;
  readonly label?: string;
  readonly format: string;
  readonly slo?: string;
  readonly as?: string;
  readonly out?: string;
}

/** `reprise report` */
export function register(program: Command): void {
  program
    .command('report')
    .description(
      "Prints runs of a tape: as tables, as wrk's own block, as Markdown, as JSON, as an HdrHistogram log, or with the " +
        'figures that another tool would have given.',
    )
    .argument('<tape>', 'the tape')
    .option('--run <ids>', 'only these runs, e.g. 3 or 1,2,3')
    .option('--label <label>', 'only the runs of this label')
    .option('--format <format>', FORMATS.join(', '), 'text')
    .option('--slo <limits>', 'adds goodput: requests with ttft=500ms,tpot=50ms,e2el=10s or any of them')
    .option('--as <tool>', `figures by another tool's definitions: ${AS_TOOLS.join(', ')}`)
    .option('--out <file>', 'write to a file instead of stdout')
    .addHelpText(
      'after',
      `
Examples:
  reprise report recordings/demo.sqlite
  reprise report recordings/demo.sqlite --run 1 --format wrk
  reprise report recordings/demo.sqlite --label after --format markdown --out report.md
  reprise report recordings/demo.sqlite --run 1 --as vllm-bench
  reprise report recordings/demo.sqlite --run 1 --format hlog --out run-1.hlog`,
    )
    .action(report);
}

async function report(path: string, options: ReportOptions): Promise<void> {
  const format = oneOf('--format', options.format, FORMATS);
  const as = options.as === undefined ? null : oneOf('--as', options.as, AS_TOOLS);
  if (options.run !== undefined && options.label !== undefined) {
    throw new UserError(
      `--run ${options.run} and --label ${options.label} exclude each other: give one of them`,
    );
  }
  if (options.slo !== undefined && (as !== null || format === 'wrk' || format === 'hlog')) {
    throw new UserError(`--slo ${options.slo} goes with text, markdown or json of our own: leave it out`);
  }
  const tape = openTape(path);
  try {
    const all = tape.runs();
    const word = options.run ?? options.label;
    if (word === undefined && all.length === 0) selectRuns(all, '');
    const runs = word === undefined ? all : selectRuns(all, word);
    const text =
      as === null
        ? render(tape, runs, format, options.slo === undefined ? null : slo('--slo', options.slo))
        : reportAs(as, format, runs, ({ id }) => tape.results(id));
    if (options.out === undefined) await printData(text);
    else writeReport(options.out, text);
  } finally {
    tape.close();
  }
}

function render(
  tape: TapeReader,
  runs: readonly Run[],
  format: (typeof FORMATS)[number],
  limits: Slo | null,
): string {
  if (format === 'hlog') return hlogText(tape, runs);
  if (format === 'wrk') return runs.map((run) => wrkText(tape, run)).join('\n');
  const summaries = runs.map((run) =>
    summarizeRun(run, tape.results(run.id), { slo: limits, states: tape.serverStates({ runId: run.id }) }),
  );
  if (format === 'json') return jsonText({ runs: summaries.map(reportedSummary) });
  return format === 'markdown' ? markdownReport(summaries) : textReport(summaries);
}

function hlogText(tape: TapeReader, runs: readonly Run[]): string {
  const [run, another] = runs;
  if (run === undefined || another !== undefined) {
    throw new UserError(`--format hlog takes one run and not ${runs.length}: choose it with --run`);
  }
  return hdrHistogramLog(run, tape.results(run.id));
}

function wrkText(tape: TapeReader, run: Run): string {
  const figures = wrkFigures(run, plainResults(tape, run));
  const block = wrkBlock(figures, run.cell, `${run.target}${commonPath(tape)}`);
  return `${block}${wrkFootnote(figures, run.settings.load)}`;
}

function* plainResults(tape: TapeReader, run: Run) {
  for (const { result } of tape.results(run.id)) yield result;
}

/** The route that most exchanges of the tape took. */
function commonPath(tape: TapeReader): string {
  const counts = new Map<string, number>();
  for (const { path } of tape.exchanges()) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '/';
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${file} cannot be written (${code}): choose another --out`);
  }
  say(`wrote ${file}`);
}
