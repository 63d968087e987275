import type { Command } from 'commander';
import { collect } from '../option-values.ts';

/** The words that say what is sent, how fast and with which bytes, as commander gives them. */
export interface TrafficOptions {
  readonly threads?: string;
  readonly connections?: string;
  readonly matrix?: string;
  readonly semantics?: string;
  readonly open?: true;
  readonly timeScale?: string;
  readonly rate?: string;
  readonly arrivals?: string;
  readonly maxInFlight?: string;
  readonly duration?: string;
  readonly requests?: string;
  /** Undefined where neither `--loop` nor `--no-loop` was given. */
  readonly loop?: boolean;
  readonly think?: string;
  readonly order?: string;
  readonly select?: readonly string[];
  readonly limit?: string;
  readonly aborts?: string;
  readonly cache?: string;
  readonly lengths?: string;
  readonly model?: readonly string[];
  readonly stream?: string;
  readonly usage?: string;
  readonly warmup?: string;
  readonly timeout: string;
  readonly workers?: string;
  readonly seed?: string;
  readonly slo?: string;
  readonly header?: readonly string[];
  readonly apiKeyEnv?: string;
  readonly serverCommand?: string;
}

/** What a command means by words that are not given, as far as commands differ. */
export interface TrafficDefaults {
  readonly cache: string;
  readonly usage: string;
  /** For the help; null where there is none. */
  readonly connections: string;
  readonly duration: string | null;
  readonly requests: string | null;
  readonly warmup: string | null;
}

const REPLAY_DEFAULTS: TrafficDefaults = {
  cache: 'warm',
  usage: 'keep',
  connections: '20,100,200',
  duration: '60s',
  requests: null,
  warmup: null,
};

/** Gives a command that sends recorded traffic its options; their values are checked by `trafficSettings`. */
export function addTrafficOptions(command: Command, defaults: TrafficDefaults = REPLAY_DEFAULTS): Command {
  const or = (word: string | null): string => (word === null ? '' : ` (default: ${word})`);
  return command
    .option('--threads <n>', "wrk's threads: groups of connections (default: 10)")
    .option('--connections <list>', `one cell for each number${or(defaults.connections)}`)
    .option('--matrix <cells>', 'cells as THREADSxCONNECTIONS, e.g. 10x20,10x100,100x100,100x200')
    .option(
      '--semantics <kind>',
      'what is in flight at the end: drain counts it, wrk drops it (default: drain)',
    )
    .option(
      '--open',
      'send when requests are due, whatever the server does: as recorded, unless told otherwise',
    )
    .option(
      '--time-scale <factor>',
      'recorded arrivals so many times as fast: 2 sends in half the time, 0.5 in twice',
    )
    .option('--rate <list>', 'requests per second, e.g. 10/s; one cell for each of 5/s,10/s,20/s')
    .option(
      '--arrivals <kind>',
      'recorded, constant, poisson or gamma:CV (default: recorded; constant with --rate)',
    )
    .option('--max-in-flight <n>', 'let no more than this be in flight; what waits is counted as late')
    .option('--duration <time>', `how long to send in each cell${or(defaults.duration)}`)
    .option(
      '--requests <n>',
      `how many requests to send in each cell, instead of --duration${or(defaults.requests)}`,
    )
    .option('--loop', 'go through the tape over and over')
    .option(
      '--no-loop',
      'go through it once (default only for recorded arrivals without --duration or --requests)',
    )
    .option(
      '--think <time>',
      "pause before a conversation's next turn: none, recorded or 2s (default: none; recorded in an open loop)",
    )
    .option('--order <order>', 'of the conversations: recorded, or shuffled anew in each pass', 'recorded')
    .option(
      '--select <words>',
      "only these exchanges, e.g. 'model=m status=200 since=10m'; may be repeated",
      collect,
    )
    .option('--limit <n>', 'only the first N of them')
    .option(
      '--aborts <kind>',
      'recorded client aborts: replay them, ignore the requests, or complete them',
      'replay',
    )
    .option(
      '--cache <kind>',
      "the server's prefix cache: warm, salt (each run its own) or reset before each run",
      defaults.cache,
    )
    .option(
      '--lengths <kind>',
      'pinned asks for as many tokens as recorded where that is safe, free does not',
      'pinned',
    )
    .option('--model <name>', "the target's model NAME, or OLD=NEW; may be repeated", collect)
    .option('--stream <kind>', 'ask for streams: keep, on or off', 'keep')
    .option('--usage <kind>', 'token counts in streams: keep, final or continuous', defaults.usage)
    .option(
      '--warmup <n>',
      `send so many requests, or for so long (30s), before the clock starts${or(defaults.warmup)}`,
    )
    .option('--timeout <time>', 'the longest an answer may take', '30s')
    .option('--workers <n>', 'sending threads, or auto', 'auto')
    .option('--seed <n>', 'of shuffled orders and random arrivals', '1')
    .option('--slo <limits>', 'what counts as good, e.g. ttft=500ms,tpot=50ms,e2el=10s')
    .option('--header <line>', "'Name: value' sent with every request; may be repeated", collect)
    .option('--api-key-env <name>', 'environment variable that holds the API key')
    .option('--server-command <command>', "store what this prints around each run, e.g. 'nvidia-smi -q'");
}
