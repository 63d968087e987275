import { defineCommand } from '../command.ts';
import { REPORT_OPTIONS, reportSettings } from './report-settings.ts';

/** `reprise report` */
export const command = defineCommand({
  description:
    'Writes a report on the runs of a tape: tables, plots, findings and recommendations as text, Markdown or one HTML ' +
    "page; wrk's block, JSON, CSV or an HdrHistogram log; or the figures by another tool's definitions.",
  arguments: [['<tape>', 'the tape']],
  options: REPORT_OPTIONS,
  examples: [
    'report recordings/demo.sqlite',
    'report recordings/demo.sqlite --format html --out report.html',
    'report recordings/demo.sqlite --label after --format markdown --lang zh --out report.md',
    'report recordings/demo.sqlite --run 1 --format wrk',
    'report recordings/demo.sqlite --run 1 --as vllm-bench',
    'report recordings/demo.sqlite --run 1 --format hlog --out run-1.hlog',
    'report recordings/demo.sqlite --label after --repro',
    'report recordings/demo.sqlite --traffic --out traffic.html',
  ],
  prepare(input) {
    const [path = ''] = input.arguments;
    const settings = reportSettings(input);
    return async () => (await import('./write-report.ts')).writeReport(path, settings);
  },
});
