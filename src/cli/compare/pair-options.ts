import type { Command } from 'commander';
import { PRIMARY_KEYS } from '../../compare/compared-metrics.ts';
import { CHECKS } from '../../compare/session/invalidity.ts';
import { LANGUAGES } from '../../report/messages/languages.ts';
import { collect } from '../option-values.ts';
import { addTrafficOptions, type TrafficDefaults, type TrafficOptions } from '../replay/replay-options.ts';

/** The words of a session of pairs, as commander gives them; `ab` and `aa` have some of their own beside them. */
export interface PairOptions extends TrafficOptions {
  readonly pairs?: string;
  readonly primary: string;
  readonly margin?: string;
  readonly switch?: string;
  readonly accept?: readonly string[];
  readonly labels?: string;
  readonly json?: true;
  readonly markdown?: string;
  readonly html?: string;
  readonly lang?: string;
}

/**
 * Short runs over the same requests, which no cache remembers from the run before. The server counts its tokens: events
 * are no measure, since a busy server puts several tokens into one and the arms need not be equally busy.
 */
export const PAIR_DEFAULTS = {
  cache: 'salt',
  usage: 'final',
  connections: '20',
  duration: null,
  requests: '200',
  warmup: '30s',
} as const satisfies TrafficDefaults;

/** Pairs of a session unless told otherwise. */
export const DEFAULT_PAIRS = '6';

/** Gives a command that makes pairs of runs its options; their values are checked by `pairSettings`. */
export function addPairOptions(command: Command): Command {
  command
    .option('--pairs <n>', `pairs to make, 3 or more (default: ${DEFAULT_PAIRS})`)
    .option('--primary <metric>', `what the session is about: ${PRIMARY_KEYS.join(', ')}`, 'tpot')
    .option('--margin <share>', 'a change below it is of no consequence (default: 3%, of throughput 2%)')
    .option(
      '--switch <command>',
      'run before each change of arm: it turns the server into that {arm}, baseline or candidate, and ends when it is ready',
    )
    .option(
      '--accept <check>',
      `tell of this and judge all the same: ${CHECKS.join(', ')}; may be repeated`,
      collect,
    )
    .option('--labels <two>', 'label the runs on the tape, e.g. before,after')
    .option('--json', 'one JSON document')
    .option('--markdown <file>', 'write the summary for a pull request or a job to this file as well')
    .option('--html <file>', 'write a page with each pair as a picture to this file as well')
    .option('--lang <language>', `the language of text, markdown and html: ${LANGUAGES.join(', ')}`, 'en');
  return addTrafficOptions(command, PAIR_DEFAULTS);
}
