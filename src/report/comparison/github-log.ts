import type { Comparison } from '../../compare/compare-runs.ts';
import type { Verdict } from '../../compare/judge.ts';
import { cellName } from '../../model/run.ts';
import type { Messages } from '../messages/messages.ts';
import { figureCells } from './comparison-tables.ts';

/** How much a verdict matters to a pipeline, in the words of GitHub's workflow commands. */
const LEVEL: Readonly<Record<Verdict, 'error' | 'warning' | 'notice'>> = {
  regression: 'error',
  invalid: 'error',
  inconclusive: 'warning',
  improvement: 'notice',
  equivalent: 'notice',
  small: 'notice',
};

/** GitHub shows ten annotations of a kind for a step. */
const MOST = 10;

/** What a log of GitHub Actions is made of. */
export interface GithubLog {
  readonly comparison: Pick<Comparison, 'verdict' | 'cells'>;
  /** The conclusion. */
  readonly sentence: string;
  /** The comparison for a terminal. */
  readonly text: string;
  /** A word that nobody can guess: labels from a tape are in the text, and must not be read as workflow commands. */
  readonly seal: string;
}

/**
 * A comparison as the log of a step of GitHub Actions: workflow commands that make annotations (the conclusion, and each
 * deciding metric that is slower), then the text.
 */
export function githubLog({ comparison, sentence, text, seal }: GithubLog, messages: Messages): string {
  const { verdicts } = messages.comparison;
  const { verdict, cells } = comparison;
  const slower = cells.flatMap(({ cell, metrics }) =>
    Object.values(metrics)
      .filter((metric) => metric.gating && metric.verdict === 'regression')
      .map((metric) => {
        const [name = '', before, after, change, range] = figureCells(metric, messages);
        return command('error', `${name} ${cellName(cell)}`, `${before} → ${after}, ${change} (${range})`);
      }),
  );
  return [
    command(LEVEL[verdict], `reprise: ${verdicts[verdict]}`, sentence),
    ...slower.slice(0, MOST - 1),
    `::stop-commands::${seal}`,
    text.replace(/\n$/, ''),
    `::${seal}::`,
    '',
  ].join('\n');
}

/** One workflow command, escaped as the runner's own toolkit does. */
function command(level: string, title: string, message: string): string {
  const data = (text: string): string =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = data(title).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${level} title=${property}::${data(message)}`;
}
