import { MARGIN, type Margins, PRIMARY_KEYS } from '../../compare/compared-metrics.ts';
import type { Arm } from '../../compare/session/arm-run.ts';
import { CHECKS } from '../../compare/session/invalidity.ts';
import type { SessionRules } from '../../compare/session/session-rules.ts';
import { FEWEST_PAIRS } from '../../compare/statistics/power.ts';
import type { Warmup } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { LANGUAGES, type Language } from '../../report/messages/languages.ts';
import { count, oneOf, runLabel, serverUrl, share } from '../option-values.ts';
import { withoutSecrets } from '../replay/command-line.ts';
import { type TrafficSettings, trafficSettings } from '../replay/replay-settings.ts';
import { warmup } from '../replay/traffic-values.ts';
import { DEFAULT_PAIRS, PAIR_DEFAULTS, type PairOptions } from './pair-options.ts';
import { ARM_PLACE } from './switch-server.ts';

/** One of something for each arm. */
export type PerArm<T> = Readonly<Record<Arm, T>>;

/** A session of pairs in values. */
export interface PairSettings {
  /** Of each run, which has no warm-up of its own. */
  readonly traffic: TrafficSettings;
  /** Sent, and forgotten, to each server that has just started. */
  readonly warmup: Warmup;
  readonly targets: PerArm<URL>;
  /** Null: labels that the tape does not have yet. */
  readonly labels: PerArm<string> | null;
  readonly rules: SessionRules;
  /** The operator's command that changes the arm; null where each arm has its own server. */
  readonly switchCommand: string | null;
  readonly json: boolean;
  /** Files for the summary. */
  readonly markdown: string | null;
  readonly html: string | null;
  readonly language: Language;
}

/** `ab`'s words as commander gives them. */
export interface AbOptions extends PairOptions {
  readonly baseline: string;
  readonly candidate?: string;
  readonly sequential?: string;
  readonly inconclusive: string;
}

/** @throws UserError for every word that cannot be meant */
export function abSettings(options: AbOptions, env: NodeJS.ProcessEnv): PairSettings {
  const { pairs, sequential } = options;
  if (pairs !== undefined && sequential !== undefined) {
    throw new UserError(
      `--pairs ${pairs} and --sequential ${sequential} exclude each other: the last look is the number of pairs`,
    );
  }
  const looks = sequential === undefined ? [pairCount(pairs)] : lookList(sequential);
  return pairSettings(options, twoTargets(options), looks, env);
}

/** @throws UserError for every word that cannot be meant */
export function aaSettings(
  options: PairOptions & { readonly target: string },
  env: NodeJS.ProcessEnv,
): PairSettings {
  const target = serverUrl('--target', options.target);
  return pairSettings(options, { baseline: target, candidate: target }, [pairCount(options.pairs)], env);
}

function pairSettings(
  options: PairOptions,
  targets: PerArm<URL>,
  looks: readonly number[],
  env: NodeJS.ProcessEnv,
): PairSettings {
  const {
    switch: switchCommand = null,
    primary,
    accept = [],
    margin,
    markdown = null,
    html = null,
  } = options;
  return {
    traffic: { ...trafficSettings(shortRuns(options), env), warmup: null },
    warmup: warmup('--warmup', options.warmup ?? PAIR_DEFAULTS.warmup),
    targets,
    labels: options.labels === undefined ? null : twoLabels(options.labels),
    rules: {
      looks,
      primary: oneOf('--primary', primary, PRIMARY_KEYS),
      margins: margin === undefined ? MARGIN : bothMargins(share('--margin', margin)),
      restartsPlanned: switchCommand !== null,
      accepted: accept.map((check) => oneOf('--accept', check, CHECKS)),
    },
    switchCommand,
    json: options.json === true,
    markdown,
    html,
    language: oneOf('--lang', options.lang ?? 'en', LANGUAGES),
  };
}

/** One cell of 20 connections and 200 requests unless told otherwise; recorded arrivals have their own number. */
function shortRuns(options: PairOptions): PairOptions {
  const { open, timeScale, rate, arrivals, matrix, connections, duration, requests, semantics } = options;
  const opens = [open, timeScale, rate, arrivals].some((word) => word !== undefined);
  const asRecorded = opens && rate === undefined && (arrivals ?? 'recorded') === 'recorded';
  const bounded = (duration ?? requests) !== undefined || semantics === 'wrk' || asRecorded;
  return {
    ...options,
    ...((connections ?? matrix) !== undefined || opens ? {} : { connections: PAIR_DEFAULTS.connections }),
    ...(bounded ? {} : { requests: PAIR_DEFAULTS.requests }),
  };
}

function twoTargets({ baseline, candidate, switch: switchCommand }: AbOptions): PerArm<URL> {
  const first = serverUrl('--baseline', baseline);
  if (switchCommand !== undefined && !switchCommand.includes(ARM_PLACE)) {
    throw new UserError(
      `--switch ${withoutSecrets(switchCommand)} does not say which arm it is for: put ${ARM_PLACE} where baseline or candidate belongs`,
    );
  }
  const second = candidate === undefined ? first : serverUrl('--candidate', candidate);
  if (switchCommand === undefined && second.origin === first.origin) {
    const told =
      candidate === undefined ? 'there is no --candidate' : `--candidate ${candidate} is the baseline`;
    throw new UserError(
      `${told}: give a second server, or --switch with a command that changes the one, or measure its noise with reprise aa`,
    );
  }
  return { baseline: first, candidate: second };
}

function twoLabels(word: string): PerArm<string> {
  const [baseline, candidate, ...more] = word.split(',').map((label) => runLabel(label.trim()));
  if (baseline === undefined || candidate === undefined || more.length > 0 || baseline === candidate) {
    throw new UserError(`--labels ${word} are not two labels: write for example --labels before,after`);
  }
  return { baseline, candidate };
}

function pairCount(word: string = DEFAULT_PAIRS): number {
  return count('--pairs', word, FEWEST_PAIRS);
}

function lookList(word: string): readonly number[] {
  const looks = word.split(',').map((part) => count('--sequential', part.trim(), FEWEST_PAIRS));
  if (looks.some((look, i) => i > 0 && look <= (looks[i - 1] ?? 0))) {
    throw new UserError(
      `--sequential ${word} does not rise: write the pairs at each look, for example 6,10,16`,
    );
  }
  return looks;
}

function bothMargins(margin: number): Margins {
  return { lower: margin, higher: margin };
}
