import type { RewriteOptions } from '../../chat/requests/rewrite-request.ts';
import type { SendSettings } from '../../model/run.ts';
import type { Slo } from '../../model/slo.ts';
import { checkAll } from '../../model/user-error.ts';
import { invalid } from '../option-values.ts';
import type { Input } from '../options.ts';
import { type LoopSettings, loopBounds, loopSettings } from './loop-settings.ts';
import type { REPLAY_OPTIONS, TrafficInput } from './replay-options.ts';
import { parseSelection, type Selection } from './select-exchanges.ts';
import { modelNames } from './traffic-values.ts';

/** What is read from the tape and with which bytes it is sent. */
export interface RequestSettings {
  readonly selection: Selection;
  /** At most this many of the selected requests that can be sent; null for all. */
  readonly limit: number | null;
  readonly aborts: SendSettings['aborts'];
  readonly rewrite: RewriteOptions;
  /** Usage is asked for by default only: where the server refuses it, requests go without. */
  readonly usageOptional: boolean;
}

/** The options of a command that sends recorded traffic. */
export interface TrafficSettings {
  /** What is stored with each run. */
  readonly send: SendSettings;
  readonly requests: RequestSettings;
  /** `replayCells` makes the cells from it when the tape is known. */
  readonly traffic: LoopSettings;
  /** Sender threads; null for as many as help. */
  readonly workers: number | null;
  readonly slo: Slo | null;
  /** Raw pairs, sent with every request beside its own. */
  readonly headers: readonly string[];
  /** PEM of an authority to trust beside the usual ones; null for none. */
  readonly ca: string | null;
  /** Run at start and end of each run, its output stored; null for none. */
  readonly serverCommand: string | null;
}

/** All options of `reprise replay`. */
export interface ReplaySettings extends TrafficSettings {
  readonly target: URL;
  /** Null: a label that the tape does not have yet. */
  readonly label: string | null;
  readonly repeat: number;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** @throws UserError with every mistake */
export function replaySettings(input: Input<typeof REPLAY_OPTIONS>): ReplaySettings {
  const traffic = trafficSettings(input);
  const { target, label, repeat, dryRun, json } = input.values;
  return { ...traffic, target, label, repeat, dryRun, json };
}

/** @throws UserError with every mistake */
export function trafficSettings(input: TrafficInput): TrafficSettings {
  const { values, env } = input;
  const { traffic, bounds, requests, headers } = checkAll({
    traffic: () => loopSettings(input),
    bounds: () => loopBounds(input),
    requests: () => requestSettings(input),
    headers: () => [...values.header.flat(), ...apiKey(values.apiKeyEnv, env)],
  });
  const { order, aborts, cache, lengths, warmup, timeout, seed, workers, slo, ca, serverCommand } = values;
  const { select, limit, model, stream, usage } = values;
  const think = values.think ?? ({ kind: traffic.kind === 'open' ? 'recorded' : 'none' } as const);
  const asked = { select, limit, model, stream, usage };
  const send = {
    ...bounds,
    ...asked,
    timeoutUs: timeout,
    order,
    think,
    aborts,
    cache,
    lengths,
    warmup,
    seed,
  };
  return { send, requests, traffic, workers, slo, headers, ca, serverCommand };
}

function requestSettings({ values, given }: TrafficInput): RequestSettings {
  const { select, limit, aborts, cache, lengths, model, stream, usage } = values;
  const { selection, models } = checkAll({
    selection: () => parseSelection(select),
    models: () => modelNames('--model', model),
  });
  const rewrite = { lengths, models, stream, usage, salt: cache === 'salt' };
  return { selection, limit, aborts, rewrite, usageOptional: given.usage === null && usage === 'final' };
}

/** From the environment, since every user of the machine can see a command line. */
function apiKey(name: string | null, env: NodeJS.ProcessEnv): readonly string[] {
  if (name === null) return [];
  const key = env[name];
  if (key === undefined || key === '') {
    throw invalid('--api-key-env', name, 'names no environment variable that is set', 'export it first');
  }
  return ['authorization', `Bearer ${key}`];
}
