import { type RewriteOptions, STREAM_TREATMENTS, USAGE_TREATMENTS } from '../../chat/rewrite-request.ts';
import { ABORT_TREATMENTS, CACHE_TREATMENTS, ORDERS, type Think, type Warmup } from '../../model/run.ts';
import type { Slo } from '../../model/slo.ts';
import { UserError } from '../../model/user-error.ts';
import { count, durationUs, headerPairs, oneOf, runLabel, serverUrl, slo } from '../option-values.ts';
import { type LoopBounds, type LoopSettings, loopBounds, loopSettings } from './loop-settings.ts';
import type { TrafficOptions } from './replay-options.ts';
import { parseSelection, type Selection } from './select-exchanges.ts';
import { modelNames, seed, think, warmup, workers } from './traffic-values.ts';

/** `reprise replay`'s words as commander gives them. */
export interface ReplayOptions extends TrafficOptions {
  readonly target: string;
  readonly label?: string;
  readonly repeat: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** What is taken from the tape and with which bytes it is sent. */
export interface RequestSettings {
  readonly selection: Selection;
  /** The first so many that are selected and can be sent; null for all. */
  readonly limit: number | null;
  readonly aborts: (typeof ABORT_TREATMENTS)[number];
  readonly rewrite: RewriteOptions;
}

/** The words of `TrafficOptions`, checked and turned into values. */
export interface TrafficSettings extends RequestSettings, LoopBounds {
  /** Of which `replayCells` makes the cells when the tape is known. */
  readonly traffic: LoopSettings;
  readonly think: Think;
  readonly order: (typeof ORDERS)[number];
  readonly cache: (typeof CACHE_TREATMENTS)[number];
  readonly warmup: Warmup | null;
  readonly timeoutUs: number;
  /** Null: as many as help. */
  readonly workers: number | null;
  readonly seed: number;
  readonly slo: Slo | null;
  /** Raw pairs, sent with every request beside its own. */
  readonly headers: readonly string[];
  /** What is run before and after each run, its output kept; null for nothing. */
  readonly serverCommand: string | null;
}

/** All of `reprise replay`'s words. */
export interface ReplaySettings extends TrafficSettings {
  readonly target: URL;
  /** Null: a label that the tape does not have yet. */
  readonly label: string | null;
  readonly repeat: number;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** What is meant by words that are not given; the loop's own are in `loop-settings`. */
const DEFAULTS = {
  order: 'recorded',
  aborts: 'replay',
  cache: 'warm',
  lengths: 'pinned',
  stream: 'keep',
  usage: 'keep',
  workers: 'auto',
  seed: '1',
} as const;

/** @throws UserError for every word that cannot be meant */
export function replaySettings(options: ReplayOptions, env: NodeJS.ProcessEnv): ReplaySettings {
  return {
    ...trafficSettings(options, env),
    target: serverUrl('--target', options.target),
    label: options.label === undefined ? null : runLabel(options.label),
    repeat: count('--repeat', options.repeat),
    dryRun: options.dryRun === true,
    json: options.json === true,
  };
}

/** @throws UserError for every word that cannot be meant */
export function trafficSettings(given: TrafficOptions, env: NodeJS.ProcessEnv): TrafficSettings {
  const options = { ...DEFAULTS, ...given };
  const traffic = loopSettings(options);
  const cache = oneOf('--cache', options.cache, CACHE_TREATMENTS);
  return {
    traffic,
    ...loopBounds(options, traffic),
    think: think('--think', options.think ?? (traffic.kind === 'open' ? 'recorded' : 'none')),
    order: oneOf('--order', options.order, ORDERS),
    selection: parseSelection(options.select ?? []),
    limit: options.limit === undefined ? null : count('--limit', options.limit),
    aborts: oneOf('--aborts', options.aborts, ABORT_TREATMENTS),
    cache,
    rewrite: {
      lengths: oneOf('--lengths', options.lengths, ['pinned', 'free']),
      models: modelNames('--model', options.model ?? []),
      stream: oneOf('--stream', options.stream, STREAM_TREATMENTS),
      usage: oneOf('--usage', options.usage, USAGE_TREATMENTS),
      salt: cache === 'salt',
    },
    warmup: options.warmup === undefined ? null : warmup('--warmup', options.warmup),
    timeoutUs: durationUs('--timeout', options.timeout),
    workers: workers('--workers', options.workers),
    seed: seed('--seed', options.seed),
    slo: options.slo === undefined ? null : slo('--slo', options.slo),
    headers: [...headerPairs(options.header ?? []), ...apiKey(options.apiKeyEnv, env)],
    serverCommand: options.serverCommand ?? null,
  };
}

/** From the environment, since what stands on a command line is seen by every user of the machine. */
function apiKey(name: string | undefined, env: NodeJS.ProcessEnv): readonly string[] {
  if (name === undefined) return [];
  const key = env[name];
  if (key === undefined || key === '') {
    throw new UserError(`--api-key-env ${name} names no environment variable that is set: export it first`);
  }
  return ['authorization', `Bearer ${key}`];
}
