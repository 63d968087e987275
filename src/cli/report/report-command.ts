import type { Command } from 'commander';
import { LANGUAGES } from '../../report/messages/languages.ts';
import { AS_TOOLS, REPORT_FORMATS, type ReportOptions, reportSettings } from './report-settings.ts';

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
    .option('--format <format>', `${REPORT_FORMATS.join(', ')} (default: text)`)
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

async function report(path: string, options: ReportOptions): Promise<void> {
  const settings = reportSettings(options);
  // What measures and writes is loaded only now: help, and a word that cannot be meant, are answered at once.
  await (await import('./write-report.ts')).writeReport(path, settings);
}
