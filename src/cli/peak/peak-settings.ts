import { AXES, type Axis } from '../../compare/peak/axis.ts';
import type { Arm } from '../../compare/session/arm-run.ts';
import { checkAll, usageError } from '../../model/user-error.ts';
import type { Language } from '../../report/messages/languages.ts';
import { type PerArm, targetsOf } from '../compare/pair-settings.ts';
import type { Input } from '../options.ts';
import type { PageFiles } from '../output-file.ts';
import { decidedTraffic, type TrafficInput } from '../replay/replay-options.ts';
import { type TrafficSettings, trafficSettings } from '../replay/replay-settings.ts';
import type { PEAK_OPTIONS } from './peak-options.ts';

type PeakInput = Input<typeof PEAK_OPTIONS>;

/** The options of a search; shares are of 1. */
export interface PeakSettings
  extends Pick<
    PeakInput['values'],
    | 'slo'
    | 'axis'
    | 'good'
    | 'step'
    | 'confidence'
    | 'from'
    | 'to'
    | 'warmup'
    | 'label'
    | 'json'
    | keyof PageFiles
  > {
  /** Of each block, which has no warm-up. */
  readonly traffic: TrafficSettings;
  /** One server, as the baseline of both, or two. */
  readonly targets: PerArm<URL>;
  readonly arms: readonly Arm[];
  /** The user's command that changes the arm; null where each arm has its own server. */
  readonly switchCommand: string | null;
  /** Microseconds. */
  readonly blockUs: number;
  readonly maxTimeUs: number;
  readonly language: Language;
}

/** @throws UserError with every mistake */
export function peakSettings(input: PeakInput): PeakSettings {
  const { values } = input;
  const { traffic, servers } = checkAll({
    traffic: () => trafficSettings(trafficInput(input)),
    servers: () => serversOf(input),
    share: () => belowOne('--good', input.given.good, values.good),
    confidence: () => belowOne('--confidence', input.given.confidence, values.confidence),
    bounds: () => bounds(input),
  });
  const { slo, block: blockUs, maxTime: maxTimeUs, lang: language } = values;
  const send = { ...traffic.send, warmup: null };
  return {
    ...values,
    ...servers,
    traffic: { ...traffic, slo, maxErrors: null, send },
    blockUs,
    maxTimeUs,
    language,
  };
}

/** What the axis decides of a run; its load and its length follow block by block. */
const DECIDED: Readonly<Record<Axis, Parameters<typeof decidedTraffic>[0]>> = {
  rate: { rate: '1', duration: '1s' },
  connections: { connections: '1', duration: '1s' },
  'time-scale': { timeScale: '1', duration: '1s' },
};

/** The input that `replay` would have, with what the search decides filled in. */
function trafficInput(input: PeakInput): TrafficInput {
  const decided = decidedTraffic(DECIDED[input.values.axis], input.env);
  // Recorded arrivals belong to the time scale, and an open loop alone has arrivals.
  const byAxis = input.values.axis === 'rate' ? {} : { arrivals: { value: null } };
  const values = Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(decided.values),
      ...Object.getOwnPropertyDescriptors(input.values),
      ...byAxis,
    },
  ) as TrafficInput['values'];
  return { ...decided, values, given: { ...decided.given, ...input.given } as TrafficInput['given'] };
}

function serversOf({ values, given }: PeakInput): Pick<PeakSettings, 'targets' | 'arms' | 'switchCommand'> {
  const { target, baseline, candidate, switch: command } = values;
  if (target !== null && (baseline ?? candidate ?? command) !== null) {
    throw usageError(
      `${given.target} is one server`,
      'leave out --baseline, --candidate and --switch, or use them alone',
    );
  }
  if (target !== null) {
    return { targets: { baseline: target, candidate: target }, arms: ['baseline'], switchCommand: null };
  }
  if (baseline === null)
    throw usageError('there is no --target', 'give a server, or two with --baseline and --candidate');
  const targets = targetsOf(baseline, values, {
    problem: 'there is no second server',
    remedy: 'give --candidate, or --switch with a command that reconfigures the one',
  });
  return { targets, arms: ['baseline', 'candidate'], switchCommand: command };
}

function bounds({ values: { axis, from, to }, given }: PeakInput): void {
  if (from !== null && to !== null && to <= from) {
    throw usageError(
      `${given.to} is not above ${given.from}`,
      'the search goes from a low load to a high one',
    );
  }
  for (const text of [given.from, given.to]) {
    if (AXES[axis].whole && text !== null && !/ \d+$/.test(text)) {
      throw usageError(`${text} is not a whole number of connections`, 'write for example --from 1 --to 512');
    }
  }
}

function belowOne(option: string, given: string | null, value: number): void {
  if (value >= 1) {
    throw usageError(
      `${given ?? option} is not below 100 %`,
      `give less than 100 %, for example ${option} 99%`,
    );
  }
}
