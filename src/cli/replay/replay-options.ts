import {
  ABORT_TREATMENTS,
  CACHE_TREATMENTS,
  LENGTHS,
  ORDERS,
  STREAM_TREATMENTS,
  USAGE_TREATMENTS,
} from '../../model/run.ts';
import { FIGURE_OPTIONS } from '../figure-options.ts';
import {
  baseUrl,
  choice,
  count,
  durationUs,
  header,
  listenAddress,
  longDurationUs,
  pem,
  positive,
  runLabel,
  text,
} from '../option-values.ts';

import { flag, group, type Input, inputOf, list, required, toggle, value } from '../options.ts';
import { SHARD_OPTIONS } from '../shards/shard-options.ts';
import {
  arrivalShape,
  connectionCounts,
  matrixCells,
  maxErrors,
  ratesPerSec,
  seed,
  think,
  warmup,
  workers,
} from './traffic-values.ts';

/** Which load is sent; the defaults are those of `replay`. */
const LOAD = group('Load:', {
  connections: value(
    '--connections <list>',
    'concurrent connections; one load per number',
    connectionCounts,
    '20,100,200',
  ),
  threads: value(
    '--threads <n>',
    'connection groups, as in wrk; affects reporting only, except with --semantics wrk',
    count,
    '10',
  ),
  matrix: value('--matrix <loads>', 'loads as THREADSxCONNECTIONS, e.g. 10x20,100x200', matrixCells),
  semantics: value(
    '--semantics <mode>',
    'requests unfinished at the end: drain waits for them, wrk discards them',
    choice(['drain', 'wrk']),
    'drain',
  ),
  open: flag('--open', 'open loop with the recorded arrival times'),
  timeScale: value('--time-scale <factor>', 'speed of recorded arrivals; 2 is twice as fast', positive),
  rate: value('--rate <list>', 'open loop at this request rate, e.g. 10/s; one load per rate', ratesPerSec),
  arrivals: value(
    '--arrivals <process>',
    'arrival process: recorded, constant, poisson or gamma:CV (default: recorded; constant with --rate)',
    arrivalShape,
  ),
  maxInFlight: value(
    '--max-in-flight <n>',
    'concurrency limit of an open loop; requests that hit it count as late',
    count,
  ),
  duration: value('--duration <time>', 'sending time per load', durationUs, '60s'),
  requests: value('--requests <n>', 'requests per load, instead of --duration', count),
  loop: toggle(
    '--loop',
    'repeat the tape as often as needed',
    'send it once (default only for recorded arrivals without --duration or --requests)',
  ),
  think: value(
    '--think <pause>',
    'pause before the next turn of a conversation: none, recorded or a time (default: none; recorded in an open loop)',
    think,
  ),
  warmup: value('--warmup <amount>', 'unmeasured requests (100) or time (30s) before the run', warmup),
  timeout: value(
    '--timeout <time>',
    "per-request timeout (default: 30s, or three times the tape's longest answer if that is longer)",
    longDurationUs,
  ),
  maxErrors: value(
    '--max-errors <share>',
    'stop a run when more than this share of at least 50 answers failed (broken streams too), or off',
    maxErrors,
    '50%',
  ),
  honourRetryAfter: flag(
    '--honour-retry-after',
    'a connection waits as long as a 429 or 503 asks (Retry-After), 60s at most',
  ),
  noTest: flag('--no-test', 'leave out the test request before the first run'),
  workers: value('--workers <n>', 'sender threads, or auto', workers, 'auto'),
});

/** Which requests are sent, and with which bytes. */
const REQUESTS = group('Requests:', {
  select: list(
    '--select <filter>',
    "replay only matching requests, e.g. 'model=m status=200 since=10m'",
    text,
  ),
  limit: value('--limit <n>', 'replay at most N requests of the tape', count),
  order: value(
    '--order <order>',
    'conversation order: recorded, or shuffled on each pass',
    choice(ORDERS),
    'recorded',
  ),
  seed: value('--seed <n>', 'random seed for order and arrivals', seed, '1'),
  aborts: value(
    '--aborts <mode>',
    'requests cancelled by the client: replay the cancellation, ignore or complete them',
    choice(ABORT_TREATMENTS),
    'replay',
  ),
  cache: value(
    '--cache <mode>',
    'prefix cache between runs: warm (keep), salt (isolate each run) or reset (clear)',
    choice(CACHE_TREATMENTS),
    'warm',
  ),
  lengths: value(
    '--lengths <mode>',
    'output length: pinned to the recorded token count, or free',
    choice(LENGTHS),
    'pinned',
  ),
  model: list('--model <name>', 'model name on the target, or OLD=NEW', text),
  set: list(
    '--set <field>',
    "set a field of every request body, e.g. 'temperature=0'; 'stream_options=null' removes it",
    text,
  ),
  stream: value(
    '--stream <mode>',
    'streaming: as recorded (keep), on or off',
    choice(STREAM_TREATMENTS),
    'keep',
  ),
  usage: value(
    '--usage <mode>',
    'token usage in streams: final, continuous, none, or as recorded (keep); the default falls back to none where it is refused',
    choice(USAGE_TREATMENTS),
    'final',
  ),
  header: list('--header <header>', "extra request header 'Name: value'", header),
  traceparent: flag(
    '--traceparent',
    'send a W3C trace context with every request, and keep its id (result_view.trace_id)',
  ),
  apiKeyEnv: value('--api-key-env <name>', 'environment variable with the API key', text),
  ca: value('--ca <file>', 'additional CA certificate for the target (PEM)', pem),
  insecure: flag('--insecure', 'accept any certificate of the target, also a self-signed one'),
});

const OUTPUT = group('Output:', {
  slo: FIGURE_OPTIONS.slo,
  serverCommand: value(
    '--server-command <command>',
    "command whose output is stored at start and end of each run, e.g. 'nvidia-smi -q'",
    text,
  ),
});

/** Options of every command that sends recorded traffic. */
export const TRAFFIC_OPTIONS = { ...LOAD, ...REQUESTS, ...OUTPUT };

export type TrafficInput = Input<typeof TRAFFIC_OPTIONS>;

/** The input of a command that decides some of these options itself, as a user would write them; the rest are the defaults. */
export function decidedTraffic(
  texts: Readonly<Partial<Record<keyof typeof TRAFFIC_OPTIONS, string>>>,
  env: NodeJS.ProcessEnv,
): TrafficInput {
  const given = new Map(Object.entries(texts).map(([name, text]) => [name, [text]] as const));
  return inputOf(TRAFFIC_OPTIONS, given, new Map(), { arguments: [], env });
}

export const REPLAY_OPTIONS = {
  target: required('--target <url>', 'base URL of the server', baseUrl),
  label: value('--label <label>', 'name of these runs for compare and report (default: run-N)', runLabel),
  repeat: value('--repeat <n>', 'repetitions of every load; compare needs 3', count, '1'),
  dryRun: flag('--dry-run', 'print the send plan and exit'),
  json: flag('--json', 'print JSON'),
  percentiles: FIGURE_OPTIONS.percentiles,
  otlp: value(
    '--otlp <url>',
    'send results as spans to this OpenTelemetry collector (OTLP over HTTP) when the runs have ended',
    baseUrl,
  ),
  metrics: value(
    '--metrics <address>',
    'address for /metrics (OpenMetrics) of the running replay',
    listenAddress,
  ),
  ...TRAFFIC_OPTIONS,
  ...SHARD_OPTIONS,
};
