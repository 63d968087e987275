import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { reportedSummary } from '../measure/run-summary.ts';
import { wrkFigures } from '../measure/wrk-figures.ts';
import type { Run } from '../model/run.ts';
import type { Slo } from '../model/slo.ts';
import { UserError } from '../model/user-error.ts';
import { csvReport } from '../report/csv.ts';
import { htmlPage } from '../report/html/html-page.ts';
import { jsonText } from '../report/json.ts';
import { markdownPage } from '../report/markdown-page.ts';
import { reproCommands } from '../report/repro-command.ts';
import { runsPage } from '../report/runs-page.ts';
import { textPage } from '../report/text-page.ts';
import { trafficPage } from '../report/traffic-page.ts';
import { LANGUAGES, type Language } from '../report/words/words.ts';
import { wrkBlock, wrkFootnote } from '../report/wrk-block.ts';
import { openTape, type TapeReader } from '../store/tape-reader.ts';
import { commonPath, gatherReport, plainResults } from './gather-report.ts';
import { gatherTraffic, trafficJson } from './gather-traffic.ts';
import { measureRuns } from './measure-runs.ts';
import { oneOf, slo } from './option-values.ts';
import { AS_TOOLS, type AsTool, reportAs } from './report-as.ts';
import { selectRuns } from './select-runs.ts';
import { printData, say } from './terminal.ts';

/** What a report can look like. */
const FORMATS = ['text', 'wrk', 'markdown', 'html', 'json', 'csv', 'hlog'] as const;

type Format = (typeof FORMATS)[number];

interface ReportOptions {
  readonly run?: string;
  readonly label?: string;
  readonly traffic?: true;
  readonly format?: string;
  readonly lang: string;
  readonly note: string;
  readonly slo?: string;
  readonly as?: string;
  readonly repro?: true;
  readonly out?: string;
}

/** `reprise report` */
export function register(program: Command): void {
  program
    .command('report')
    .description(
      'Writes what runs of a tape show: tables, plots, findings and recommendations as text, Markdown or one HTML page, ' +
        "wrk's own block, JSON, CSV or an HdrHistogram log, or the figures that another tool would have given.",
    )
    .argument('<tape>', 'the tape')
    .option('--run <ids>', 'only these runs, e.g. 3 or 1,2,3')
    .option('--label <label>', 'only the runs of this label')
    .option('--traffic', 'what the tape recorded, instead of its runs; html unless told otherwise')
    .option('--format <format>', `${FORMATS.join(', ')} (default: text)`)
    .option('--lang <language>', `the language of text, markdown and html: ${LANGUAGES.join(', ')}`, 'en')
    .option('--note <text>', 'a line on top of text, markdown and html: what was tested, and why', '')
    .option('--slo <limits>', 'adds goodput: requests with ttft=500ms,tpot=50ms,e2el=10s or any of them')
    .option('--as <tool>', `figures by another tool's definitions: ${AS_TOOLS.join(', ')}`)
    .option('--repro', 'print the commands that repeat the runs, instead of a report')
    .option('--out <file>', 'write to a file instead of stdout')
    .addHelpText(
      'after',
      `
Examples:
  reprise report recordings/demo.sqlite
  reprise report recordings/demo.sqlite --format html --out report.html
  reprise report recordings/demo.sqlite --label after --format markdown --lang zh --out report.md
  reprise report recordings/demo.sqlite --run 1 --format wrk
  reprise report recordings/demo.sqlite --run 1 --as vllm-bench
  reprise report recordings/demo.sqlite --run 1 --format hlog --out run-1.hlog
  reprise report recordings/demo.sqlite --label after --repro
  reprise report recordings/demo.sqlite --traffic --out traffic.html`,
    )
    .action(report);
}

/** The options, read. */
interface Asked {
  readonly format: Format;
  readonly language: Language;
  readonly note: string;
  readonly limits: Slo | null;
  readonly as: AsTool | null;
}

async function report(path: string, options: ReportOptions): Promise<void> {
  const asked = read(options);
  const tape = openTape(path);
  try {
    const text =
      options.traffic === true
        ? renderTraffic(tape, path, asked)
        : await renderRuns(tape, path, options, asked);
    if (options.out === undefined) await printData(text);
    else writeReport(options.out, text);
  } finally {
    tape.close();
  }
}

function read(options: ReportOptions): Asked {
  const { run, label, traffic } = options;
  const format = oneOf('--format', options.format ?? (traffic === true ? 'html' : 'text'), FORMATS);
  const language = oneOf('--lang', options.lang, LANGUAGES);
  const as = options.as === undefined ? null : oneOf('--as', options.as, AS_TOOLS);
  const limits = options.slo === undefined ? null : slo('--slo', options.slo);
  if (run !== undefined && label !== undefined) {
    throw new UserError(`--run ${run} and --label ${label} exclude each other: give one of them`);
  }
  if (traffic === true && !isPageFormat(format) && format !== 'json') {
    throw new UserError(`--format ${format} shows runs: with --traffic choose html, text, markdown or json`);
  }
  if (limits !== null && (traffic === true || as !== null || format === 'wrk' || format === 'hlog')) {
    throw new UserError(
      `--slo ${options.slo} goes with text, markdown, html, json or csv of our own: leave it out`,
    );
  }
  if (as !== null && (traffic === true || options.repro === true)) {
    throw new UserError(
      `--as ${as} shows figures of runs: leave out ${traffic === true ? '--traffic' : '--repro'}`,
    );
  }
  return { format, language, note: options.note, limits, as };
}

function renderTraffic(tape: TapeReader, path: string, { format, language }: Asked): string {
  const traffic = gatherTraffic(tape, path);
  return isPageFormat(format) ? PAGES[format](trafficPage(traffic, language)) : trafficJson(traffic);
}

async function renderRuns(
  tape: TapeReader,
  path: string,
  options: ReportOptions,
  asked: Asked,
): Promise<string> {
  const { format, language, note, limits, as } = asked;
  const all = tape.runs();
  const word = options.run ?? options.label;
  if (word === undefined && all.length === 0) selectRuns(all, '');
  const runs = word === undefined ? all : selectRuns(all, word);
  if (options.repro === true) return reproText(path, runs);
  if (as !== null) return reportAs(as, format, runs, ({ id }) => tape.results(id));
  if (format === 'hlog') return hlogText(tape, runs);
  if (format === 'wrk') return runs.map((run) => wrkText(tape, run)).join('\n');
  if (isPageFormat(format)) {
    return PAGES[format](runsPage(await gatherReport(tape, path, runs, { note, limits }), language));
  }
  const summaries = (await measureRuns('figures', tape, path, runs, { slo: limits })).map(reportedSummary);
  return format === 'json' ? jsonText({ runs: summaries }) : csvReport(summaries);
}

/** The formats that are the whole report in words. */
const PAGES = { text: textPage, markdown: markdownPage, html: htmlPage } as const;

function isPageFormat(format: Format): format is keyof typeof PAGES {
  return format in PAGES;
}

function reproText(path: string, runs: readonly Run[]): string {
  return reproCommands(path, runs)
    .map((command) => `${command}\n`)
    .join('');
}

async function hlogText(tape: TapeReader, runs: readonly Run[]): Promise<string> {
  const [run, another] = runs;
  if (run === undefined || another !== undefined) {
    throw new UserError(`--format hlog takes one run and not ${runs.length}: choose it with --run`);
  }
  // HdrHistogram brings its compressor: a fifth of what a report would load.
  const { hdrHistogramLog } = await import('../measure/hlog.ts');
  return hdrHistogramLog(run, tape.results(run.id));
}

function wrkText(tape: TapeReader, run: Run): string {
  const figures = wrkFigures(run, plainResults(tape, run));
  const block = wrkBlock(figures, run.cell, `${run.target}${commonPath(tape)}`);
  return `${block}${wrkFootnote(figures, run.settings.load)}`;
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
