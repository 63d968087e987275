import type { RewriteOptions } from '../../chat/requests/rewrite-request.ts';
import type { Slo } from '../../measure/goodput.ts';
import type { Percentile } from '../../measure/sample.ts';
import type { SendSettings } from '../../model/run.ts';
import { checkAll } from '../../model/user-error.ts';
import type { Trust } from '../../replay/engine/target-socket.ts';
import { duration } from '../../report/quantities.ts';
import { invalid, type ListenAddress } from '../option-values.ts';
import type { Input } from '../options.ts';
import { withoutSecrets } from '../secrets.ts';
import { refuseIndivisible, type ShardedSettings, shardSettings } from '../shards/shard-settings.ts';
import { say } from '../terminal/terminal.ts';
import { type LoopSettings, loopBounds, loopSettings } from './loop-settings.ts';
import type { REPLAY_OPTIONS, TrafficInput } from './replay-options.ts';
import { parseSelection, type Selection } from './select-exchanges.ts';
import { fieldSetting, modelNames } from './traffic-values.ts';

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
  /** What tables show; absent or null: the usual ones. */
  readonly percentiles?: readonly Percentile[] | null;
  /** Raw pairs, sent with every request beside its own. */
  readonly headers: readonly string[];
  /** Whether each request has a trace context. */
  readonly traced: boolean;
  readonly trust: Trust;
  /** Share of failed answers above which a run is stopped; null for never. */
  readonly maxErrors: number | null;
  /** A request is sent as a test before the first run. */
  readonly tests: boolean;
  /** The timeout was written out; else `timeoutFor` the tape decides it. */
  readonly timeoutGiven: boolean;
  /** Run at start and end of each run, its output stored; null for none. */
  readonly serverCommand: string | null;
}

/** All options of `reprise replay`. */
export interface ReplaySettings extends TrafficSettings, ShardedSettings {
  readonly target: URL;
  /** Null: a label that the tape does not have yet. */
  readonly label: string | null;
  readonly repeat: number;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Where the running replay is watched; null for nowhere. */
  readonly metrics: ListenAddress | null;
  /** Collector of spans; null for none. */
  readonly otlp: URL | null;
}

/** @throws UserError with every mistake */
export function replaySettings(input: Input<typeof REPLAY_OPTIONS>): ReplaySettings {
  const { traffic, shards } = checkAll({
    traffic: () => trafficSettings(input),
    shards: () => shardSettings(input, !input.values.dryRun),
  });
  const { target, label, repeat, dryRun, json, percentiles, metrics, otlp } = input.values;
  if (shards.sharded !== null) refuseIndivisible(shards.sharded, traffic.traffic, repeat);
  return { ...traffic, ...shards, target, label, repeat, dryRun, json, percentiles, metrics, otlp };
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
  const { order, aborts, cache, lengths, warmup, timeout, seed, workers, slo, serverCommand } = values;
  const { ca, insecure } = values;
  const { select, limit, model, set, stream, usage } = values;
  const think = values.think ?? ({ kind: traffic.kind === 'open' ? 'recorded' : 'none' } as const);
  const asked = { select, limit, model, set: set.map(withoutSecrets), stream, usage };
  const send = {
    ...bounds,
    ...asked,
    timeoutUs: timeout ?? LEAST_TIMEOUT_US,
    order,
    think,
    aborts,
    cache,
    lengths,
    warmup,
    seed,
    ...(values.honourRetryAfter ? { honoursRetryAfter: true } : {}),
  };
  const reached = {
    trust: { ca, insecure },
    traced: values.traceparent,
    tests: !values.noTest,
    maxErrors: values.maxErrors,
    timeoutGiven: timeout !== null,
  };
  return { send, requests, traffic, workers, slo, headers, serverCommand, ...reached };
}

function requestSettings({ values, given }: TrafficInput): RequestSettings {
  const { select, limit, aborts, cache, lengths, model, stream, usage } = values;
  const { selection, models, set } = checkAll({
    selection: () => parseSelection(select),
    models: () => modelNames('--model', model),
    set: () => values.set.map((text) => fieldSetting('--set', text)),
  });
  const rewrite = { lengths, models, stream, usage, salt: cache === 'salt', set };
  return { selection, limit, aborts, rewrite, usageOptional: given.usage === null && usage === 'final' };
}

/** The usual timeout, microseconds. */
const LEAST_TIMEOUT_US = 30e6;

/** By this factor an answer may take longer than the longest recorded one before it is given up. */
const TIMEOUT_FACTOR = 3;

/**
 * The settings with a timeout that no answer of the tape comes near, unless the user gave one.
 * @param longestAnswerUs of the requests that are replayed, microseconds
 */
export function withTimeout<S extends TrafficSettings>(settings: S, longestAnswerUs: number): S {
  if (settings.timeoutGiven) return settings;
  const timeoutUs = Math.max(LEAST_TIMEOUT_US, Math.ceil(longestAnswerUs * TIMEOUT_FACTOR));
  if (timeoutUs > LEAST_TIMEOUT_US) {
    say(
      `the timeout of a request is ${duration(timeoutUs / 1e3)}, three times the longest recorded answer; change it with --timeout`,
    );
  }
  return { ...settings, send: { ...settings.send, timeoutUs } };
}

/** From the environment, since every user of the machine can see a command line. */
function apiKey(name: string | null, env: NodeJS.ProcessEnv): readonly string[] {
  if (name === null) return [];
  // A file that is read into a variable brings its last line end along, a copied key a space.
  const key = env[name]?.trim();
  if (key === undefined || key === '') {
    throw invalid('--api-key-env', name, 'names no environment variable that is set', 'export it first');
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw invalid(
      '--api-key-env',
      name,
      'has a key with a character that cannot be sent',
      'check the variable',
    );
  }
  return ['authorization', `Bearer ${key}`];
}
