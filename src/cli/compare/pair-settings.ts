import { MARGIN } from '../../compare/compared-metrics.ts';
import type { Arm } from '../../compare/session/arm-run.ts';
import type { SessionRules } from '../../compare/session/session-plan.ts';
import type { Warmup } from '../../model/run.ts';
import { checkAll, usageError } from '../../model/user-error.ts';
import type { Language } from '../../report/messages/languages.ts';
import { invalid } from '../option-values.ts';
import type { Input } from '../options.ts';
import type { PageFiles } from '../output-file.ts';
import { type TrafficSettings, trafficSettings } from '../replay/replay-settings.ts';
import { addressOf } from '../replay/target-address.ts';
import { type AA_OPTIONS, type AB_OPTIONS, ARM_PLACE } from './pair-options.ts';

/** One of something for each arm. */
export type PerArm<T> = Readonly<Record<Arm, T>>;

/** The options of an A/B test. */
export interface PairSettings extends PageFiles {
  /** Of each run, which has no warm-up. */
  readonly traffic: TrafficSettings;
  /** Unmeasured requests to each server that has just started. */
  readonly warmup: Warmup | null;
  readonly targets: PerArm<URL>;
  /** Null: labels that the tape does not have yet. */
  readonly labels: PerArm<string> | null;
  readonly rules: SessionRules;
  /** The user's command that changes the arm; null where each arm has its own server. */
  readonly switchCommand: string | null;
  readonly format: 'text' | 'json' | 'github';
  readonly language: Language;
}

/** @throws UserError with every mistake */
export function abSettings(input: Input<typeof AB_OPTIONS>): PairSettings {
  const { settings, targets, looks } = checkAll({
    settings: () => pairSettings(input),
    targets: () => twoTargets(input),
    looks: () => abLooks(input),
  });
  return { ...settings, targets, rules: { ...settings.rules, looks } };
}

/** @throws UserError with every mistake */
export function aaSettings(input: Input<typeof AA_OPTIONS>): PairSettings {
  const settings = pairSettings(input);
  const { target } = input.values;
  const rules = { ...settings.rules, sameServer: true };
  return { ...settings, rules, targets: { baseline: target, candidate: target } };
}

/** Everything but the targets, with one look at the end. */
function pairSettings(input: Input<Omit<typeof AA_OPTIONS, 'target'>>): Omit<PairSettings, 'targets'> {
  const traffic = trafficSettings(input);
  const { values } = input;
  const { pairs, primary, margin, accept, control, labels, warmup, json, format, lang } = values;
  const { switch: switchCommand, markdown, html, force } = values;
  const rules = {
    looks: [pairs],
    primary,
    margins: margin === null ? MARGIN : { lower: margin, higher: margin },
    restartsPlanned: switchCommand !== null,
    sameServer: false,
    control,
    accepted: accept,
  };
  return {
    traffic: { ...traffic, send: { ...traffic.send, warmup: null } },
    ...{ warmup, labels, rules, switchCommand, markdown, html, force },
    format: json ? 'json' : format,
    language: lang,
  };
}

function abLooks({ values, given }: Input<typeof AB_OPTIONS>): readonly number[] {
  if (given.pairs !== null && given.sequential !== null) {
    throw usageError(
      `${given.pairs} and ${given.sequential} exclude each other`,
      'the last number of --sequential is the number of pairs',
    );
  }
  return values.sequential ?? [values.pairs];
}

function twoTargets({ values, given }: Input<typeof AB_OPTIONS>): PerArm<URL> {
  const problem = given.candidate === null ? 'there is no --candidate' : `${given.candidate} is the baseline`;
  return targetsOf(values.baseline, values, {
    problem,
    remedy:
      'give a second server, or --switch with a command that reconfigures the one, or measure its noise with reprise aa',
  });
}

/**
 * Two servers, or one that a command turns into each arm.
 * @param same what is said where both are one server
 * @throws UserError
 */
export function targetsOf(
  baseline: URL,
  { candidate, switch: command }: { readonly candidate: URL | null; readonly switch: string | null },
  same: { readonly problem: string; readonly remedy: string },
): PerArm<URL> {
  if (command !== null && !command.includes(ARM_PLACE)) {
    const remedy = `put ${ARM_PLACE} where baseline or candidate belongs`;
    throw invalid('--switch', command, 'does not say which arm it is for', remedy);
  }
  const second = candidate ?? baseline;
  if (command === null && addressOf(second) === addressOf(baseline)) {
    throw usageError(same.problem, same.remedy);
  }
  return { baseline, candidate: second };
}
