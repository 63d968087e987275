import type { AskedFigures } from '../../measure/run-summary.ts';
import { checkAll, usageError } from '../../model/user-error.ts';
import type { PageFormat } from '../../report/block.ts';
import type { Language } from '../../report/messages/languages.ts';
import { FIGURE_OPTIONS, LANG_OPTION } from '../figure-options.ts';
import { choice, text } from '../option-values.ts';
import { flag, type Input, value } from '../options.ts';
import { OUT_OPTIONS, type OutputPlace } from '../output-file.ts';

/** All formats of a report. */
export const REPORT_FORMATS = ['text', 'wrk', 'markdown', 'html', 'json', 'csv', 'hlog'] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** The tools whose definitions a report can use. */
export const AS_TOOLS = ['vllm-bench', 'sglang', 'aiperf', 'genai-perf', 'guidellm'] as const;

export type AsTool = (typeof AS_TOOLS)[number];

export const REPORT_OPTIONS = {
  run: value('--run <ids>', 'only the runs with these IDs, e.g. 3 or 1,2,3', text),
  label: value('--label <label>', 'only the runs with this label', text),
  traffic: flag('--traffic', 'report on recorded traffic instead of runs (default format: html)'),
  format: value(
    '--format <format>',
    'text, wrk, markdown, html, json, csv or hlog (default: text)',
    choice(REPORT_FORMATS),
  ),
  lang: LANG_OPTION,
  note: value('--note <text>', 'introductory line of the report', text),
  ...FIGURE_OPTIONS,
  as: value(
    '--as <tool>',
    `use the metric definitions of another tool: ${AS_TOOLS.join(', ')}`,
    choice(AS_TOOLS),
  ),
  repro: flag('--repro', 'print the commands that reproduce these runs'),
  ...OUT_OPTIONS,
};

/** The options of `report`. */
export interface ReportSettings extends OutputPlace {
  readonly traffic: boolean;
  /** Run IDs or a label; null is all runs. */
  readonly runs: string | null;
  readonly format: ReportFormat;
  readonly language: Language;
  readonly note: string;
  readonly asked: AskedFigures;
  readonly as: AsTool | null;
  readonly repro: boolean;
}

/** @throws UserError with every mistake */
export function reportSettings({ values, given }: Input<typeof REPORT_OPTIONS>): ReportSettings {
  const { traffic, repro } = values;
  const formatOf = (): ReportFormat => values.format ?? (traffic ? 'html' : 'text');
  checkAll({
    runs() {
      if (given.run === null || given.label === null) return;
      throw usageError(`${given.run} and ${given.label} exclude each other`, 'give one of them');
    },
    format() {
      const format = formatOf();
      if (!traffic || isPageFormat(format) || format === 'json') return;
      throw usageError(`--format ${format} shows runs`, 'with --traffic choose html, text, markdown or json');
    },
    chosen() {
      const chosen = given.slo ?? given.percentiles;
      if (chosen === null) return;
      const format = formatOf();
      if (!traffic && given.as === null && format !== 'wrk' && format !== 'hlog') return;
      throw usageError(
        `${chosen} applies to text, markdown, html, json and csv reports on runs`,
        'leave it out',
      );
    },
    as() {
      if (given.as === null || !(traffic || repro)) return;
      throw usageError(`${given.as} shows figures of runs`, `leave out ${traffic ? '--traffic' : '--repro'}`);
    },
  });
  return {
    traffic,
    runs: values.run ?? values.label,
    format: formatOf(),
    language: values.lang,
    note: values.note ?? '',
    asked: { slo: values.slo, percentiles: values.percentiles },
    as: values.as,
    repro,
    out: values.out,
    force: values.force,
  };
}

export function isPageFormat(format: ReportFormat): format is PageFormat {
  return format === 'text' || format === 'markdown' || format === 'html';
}
