import { aiperfFigures } from '../../measure/as/aiperf.ts';
import type { ToolFigures } from '../../measure/as/answer-events.ts';
import { genaiPerfFigures } from '../../measure/as/genai-perf.ts';
import { guidellmFigures } from '../../measure/as/guidellm.ts';
import { sglangFigures } from '../../measure/as/sglang.ts';
import { vllmBenchFigures } from '../../measure/as/vllm-bench.ts';
import { wrkFigures } from '../../measure/as/wrk-figures.ts';
import { type MeasuredResult, reportedSummary } from '../../measure/run-summary.ts';
import type { Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import type { Page, PageFormat } from '../../report/block.ts';
import { csvReport } from '../../report/csv.ts';
import { reproCommands } from '../../report/environment-facts.ts';
import { htmlPage } from '../../report/html/html-page.ts';
import { jsonText, runsDocument } from '../../report/json.ts';
import { markdownPage } from '../../report/markdown-page.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { runsPage } from '../../report/runs-page.ts';
import { textPage } from '../../report/text-page.ts';
import { toolText } from '../../report/tool-report.ts';
import { trafficPage } from '../../report/traffic-page.ts';
import { wrkBlock, wrkFootnote } from '../../report/wrk-block.ts';
import { type TapeReader, withTape } from '../../store/tape-reader.ts';
import type { CommandResult } from '../command.ts';
import { openOutput } from '../output-file.ts';
import { terminalWidth } from '../terminal/terminal.ts';
import { commonPath, gatherReport, selectRuns } from './gather-report.ts';
import { gatherTraffic, trafficJson } from './gather-traffic.ts';
import { measureRuns } from './measure-runs.ts';
import { type AsTool, isPageFormat, type ReportSettings } from './report-settings.ts';

/**
 * Writes what a tape's runs show, or its traffic, to stdout or a file.
 * @throws UserError (as a rejection) for a tape, runs or a file that cannot be used
 */
export async function writeReport(path: string, settings: ReportSettings): Promise<CommandResult> {
  return withTape(path, async (tape) => {
    const put = openOutput(settings);
    return put(
      settings.traffic ? renderTraffic(tape, path, settings) : await renderRuns(tape, path, settings),
    );
  });
}

function renderTraffic(tape: TapeReader, path: string, { format, language }: ReportSettings): string {
  const traffic = gatherTraffic(tape, path);
  return isPageFormat(format) ? PAGES[format](trafficPage(traffic, language)) : trafficJson(traffic);
}

async function renderRuns(tape: TapeReader, path: string, settings: ReportSettings): Promise<string> {
  const { format, language, note, asked, as } = settings;
  const all = tape.runs();
  // The selection reports a tape without runs as well.
  const runs = settings.runs === null && all.length > 0 ? all : selectRuns(all, settings.runs ?? '');
  if (settings.repro || format === 'wrk') refuseImported(runs, settings.repro ? '--repro' : '--format wrk');
  if (settings.repro) return reproText(runs);
  if (as !== null) return reportAs(as, format, runs, ({ id }) => tape.plainResults(id), language);
  if (format === 'hlog') return hlogText(tape, runs);
  if (format === 'wrk') return wrkText(tape, runs);
  if (isPageFormat(format)) {
    return PAGES[format](runsPage(await gatherReport(tape, path, runs, { note, asked }), language));
  }
  if (format === 'json') return jsonText(runsDocument(await measureRuns('page', tape, path, runs, asked)));
  return csvReport((await measureRuns('figures', tape, path, runs, asked)).map(reportedSummary));
}

const PAGES = {
  text: (page: Page) => textPage(page, terminalWidth()),
  markdown: markdownPage,
  html: htmlPage,
} as const satisfies Record<PageFormat, unknown>;

/** wrk's block needs what a result file lacks, such as bytes, and the command that made it is unknown. */
function refuseImported(runs: readonly Run[], option: string): void {
  const imported = runs.find(({ settings }) => settings.origin !== undefined);
  if (imported === undefined) return;
  throw new UserError(
    `${option} does not apply to run ${imported.id}, which was imported from ${imported.settings.origin?.tool}`,
    {
      remedy: 'choose other runs with --run or --label',
    },
  );
}

function reproText(runs: readonly Run[]): string {
  return reproCommands(runs)
    .map((command) => `${command}\n`)
    .join('');
}

async function hlogText(tape: TapeReader, runs: readonly Run[]): Promise<string> {
  const [run, another] = runs;
  if (run === undefined || another !== undefined) {
    throw new UserError(`--format hlog takes one run and not ${runs.length}: choose it with --run`);
  }
  // HdrHistogram brings its compressor: a fifth of what a report would load.
  const { hdrHistogramLog } = await import('../../measure/hlog.ts');
  return hdrHistogramLog(run, tape.results(run.id));
}

function wrkText(tape: TapeReader, runs: readonly Run[]): string {
  // Of the whole tape: read once, not for each run.
  const route = commonPath(tape);
  return runs
    .map((run) => {
      const figures = wrkFigures(run, tape.wrkResults(run.id));
      const block = wrkBlock(figures, run.cell, `${run.target}${route}`);
      return `${block}${wrkFootnote(figures, run.settings.load)}`;
    })
    .join('\n');
}

interface Tool {
  /** The version whose definitions these are. */
  readonly name: string;
  readonly measure: (run: Run, results: Iterable<MeasuredResult>) => ToolFigures;
}

const TOOLS: Readonly<Record<AsTool, Tool>> = {
  'vllm-bench': { name: 'vllm bench serve 0.32', measure: vllmBenchFigures },
  sglang: { name: 'sglang.benchmark.serving 0.5.23', measure: sglangFigures },
  aiperf: { name: 'aiperf 0.13', measure: (_run, results) => aiperfFigures(results) },
  'genai-perf': { name: 'genai-perf 0.0.16', measure: (_run, results) => genaiPerfFigures(results) },
  guidellm: { name: 'guidellm 0.8', measure: (_run, results) => guidellmFigures(results) },
};

/**
 * Reports runs by another tool's definitions.
 * @throws UserError for a format that has no such report
 */
export function reportAs(
  tool: AsTool,
  format: string,
  runs: readonly Run[],
  resultsOf: (run: Run) => Iterable<MeasuredResult>,
  language: Language = 'en',
): string {
  if (format !== 'text' && format !== 'json') {
    throw new UserError(`--as ${tool} with --format ${format}: give text or json`);
  }
  const { name, measure } = TOOLS[tool];
  const measured = runs.map((run) => ({ run, ...measure(run, resultsOf(run)) }));
  if (format === 'text')
    return measured
      .map(({ run, ...figures }) => toolText(name, run, figures, messagesOf(language)))
      .join('\n');
  return jsonText({
    as: tool,
    definitions: name,
    runs: measured.map(({ run: { id, label, target, cell }, caveats, metrics }) => ({
      id,
      label,
      target,
      cell,
      caveats,
      metrics,
    })),
  });
}
