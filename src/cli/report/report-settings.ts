import type { Slo } from '../../model/slo.ts';
import { UserError } from '../../model/user-error.ts';
import { LANGUAGES, type Language } from '../../report/messages/languages.ts';
import { oneOf, slo } from '../option-values.ts';

/** The formats that are the whole report in words. */
export const PAGE_FORMATS = ['text', 'markdown', 'html'] as const;

export type PageFormat = (typeof PAGE_FORMATS)[number];

/** What a report can look like. */
export const REPORT_FORMATS = ['text', 'wrk', 'markdown', 'html', 'json', 'csv', 'hlog'] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** The tools whose definitions a report can use. */
export const AS_TOOLS = ['vllm-bench', 'aiperf', 'guidellm'] as const;

export type AsTool = (typeof AS_TOOLS)[number];

/** The words of `report`, as commander gives them. */
export interface ReportOptions {
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

/** A report in values. */
export interface ReportSettings {
  readonly traffic: boolean;
  /** Run ids or a label; null is all runs. */
  readonly runs: string | null;
  readonly format: ReportFormat;
  readonly language: Language;
  readonly note: string;
  readonly limits: Slo | null;
  readonly as: AsTool | null;
  readonly repro: boolean;
  /** Null is stdout. */
  readonly out: string | null;
}

/** @throws UserError for every word that cannot be meant */
export function reportSettings(options: ReportOptions): ReportSettings {
  const { run, label, traffic } = options;
  const format = oneOf('--format', options.format ?? (traffic === true ? 'html' : 'text'), REPORT_FORMATS);
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
  return {
    traffic: traffic === true,
    runs: run ?? label ?? null,
    format,
    language,
    note: options.note,
    limits,
    as,
    repro: options.repro === true,
    out: options.out ?? null,
  };
}

export function isPageFormat(format: ReportFormat): format is PageFormat {
  return PAGE_FORMATS.some((one) => one === format);
}
