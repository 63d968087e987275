import { DEFAULT_PRIMARY, PRIMARY_KEYS } from '../../compare/compared-metrics.ts';
import { CHECKS } from '../../compare/session/invalidity.ts';
import { FEWEST_PAIRS } from '../../compare/statistics/power.ts';
import { atLeast, baseUrl, choice, count, invalid, runLabel, share, text } from '../option-values.ts';
import { flag, group, list, required, value, withDefault } from '../options.ts';
import { PAGE_FILE_OPTIONS } from '../output-file.ts';
import { TRAFFIC_OPTIONS } from '../replay/replay-options.ts';
import { INCONCLUSIVE_MEANS, SESSION_OUTPUT } from './comparison-output.ts';

/** Options of an A/B test that `ab` and `aa` share. */
const DECISION = group('Decision:', {
  pairs: value('--pairs <n>', `number of paired runs, at least ${FEWEST_PAIRS}`, atLeast(FEWEST_PAIRS), '6'),
  primary: value(
    '--primary <metric>',
    `primary metric: ${PRIMARY_KEYS.join(', ')}`,
    choice(PRIMARY_KEYS),
    DEFAULT_PRIMARY,
  ),
  margin: value(
    '--margin <percent>',
    'smallest change that matters (default: 3 % for latency, 2 % for throughput)',
    share,
  ),
  control: flag(
    '--control',
    'time a small request on both sides beside each pair, and leave out pairs in which it moved by over 10 %',
  ),
  accept: list(
    '--accept <check>',
    `report this failed check as a warning: ${CHECKS.join(', ')}`,
    choice(CHECKS),
  ),
});

const OUTPUT = group('Output:', {
  labels: value('--labels <before,after>', 'labels of the two sets of runs', runLabels),
  ...SESSION_OUTPUT,
  ...PAGE_FILE_OPTIONS,
});

/**
 * Short runs over the same requests, isolated from the caches of earlier runs. The server counts its tokens: stream events
 * are no measure, since a busy server puts several tokens into one event and the servers need not be equally busy.
 */
const SHORT_RUNS = {
  ...TRAFFIC_OPTIONS,
  cache: withDefault(TRAFFIC_OPTIONS.cache, 'salt'),
  connections: withDefault(TRAFFIC_OPTIONS.connections, '20'),
  requests: withDefault(TRAFFIC_OPTIONS.requests, '200'),
  warmup: withDefault(TRAFFIC_OPTIONS.warmup, '30s'),
  // It applies only where a number of requests cannot end a load, so the help does not show it.
  duration: { ...TRAFFIC_OPTIONS.duration, default: null },
};

const PAIR_OPTIONS = { ...DECISION, ...SHORT_RUNS, ...OUTPUT };

const SERVERS = group('Servers:', {
  baseline: required('--baseline <url>', 'base URL of the server', baseUrl),
  candidate: value('--candidate <url>', 'base URL of the second server; optional with --switch', baseUrl),
});

/** The place of the arm's name in the user's command. */
export const ARM_PLACE = '{arm}';

export const SWITCH = group('Servers:', {
  switch: value(
    '--switch <command>',
    `command that reconfigures the server before each change; ${ARM_PLACE} is baseline or candidate`,
    text,
  ),
});

export const AA_OPTIONS = {
  ...group('Servers:', { target: required('--target <url>', 'base URL of the server', baseUrl) }),
  ...SWITCH,
  ...PAIR_OPTIONS,
};

export const AB_OPTIONS = {
  ...SERVERS,
  ...SWITCH,
  ...DECISION,
  ...group('Decision:', {
    sequential: value(
      '--sequential <pairs>',
      'check for a verdict after these numbers of pairs, e.g. 6,10,16, and stop at the first',
      risingPairs,
    ),
    inconclusive: value(
      '--inconclusive <result>',
      'exit status of an inconclusive result: fail (3) or pass (0)',
      choice(INCONCLUSIVE_MEANS),
      'fail',
    ),
  }),
  ...PAIR_OPTIONS,
};

/** Parsers of the options of an A/B test; failures as in `option-values`. */

/** `before,after`: a label for each arm. */
export function runLabels(
  option: string,
  text: string,
): { readonly baseline: string; readonly candidate: string } {
  const [baseline, candidate, ...more] = text.split(',').map((label) => runLabel(option, label.trim()));
  if (baseline === undefined || candidate === undefined || more.length > 0 || baseline === candidate) {
    throw invalid(option, text, 'are not two labels', `write for example ${option} before,after`);
  }
  return { baseline, candidate };
}

/** `6,10,16`: numbers of pairs that rise. */
export function risingPairs(option: string, text: string): readonly number[] {
  const pairs = text.split(',').map((part) => count(option, part.trim(), FEWEST_PAIRS));
  if (pairs.every((n, i) => i === 0 || n > (pairs[i - 1] ?? 0))) return pairs;
  throw invalid(
    option,
    text,
    'does not rise',
    'write the pairs at each interim analysis, for example 6,10,16',
  );
}
