import type { Cell } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { cellsOf, count, durationUs, matrixCells, oneOf, positive } from '../option-values.ts';
import type { TrafficOptions } from './replay-options.ts';
import { type ArrivalShape, arrivalShape, ratesPerSec } from './traffic-values.ts';

/** What decides when a request leaves, before the tape is known. */
export type LoopSettings =
  | { readonly kind: 'closed'; readonly semantics: 'drain' | 'wrk'; readonly cells: readonly Cell[] }
  | {
      readonly kind: 'open';
      readonly shape: ArrivalShape;
      /** One cell for each; null for the recorded rate, `timeScale` times. */
      readonly ratesPerSec: readonly number[] | null;
      readonly timeScale: number;
      readonly maxInFlight: number | null;
    };

/** How far a cell goes. Nothing but the plan's end stops it when both bounds are null. */
export interface LoopBounds {
  /** Microseconds. */
  readonly durationUs: number | null;
  readonly requests: number | null;
  /** Over and over the tape, else once. */
  readonly loop: boolean;
}

const DEFAULTS = { threads: '10', connections: '20,100,200', duration: '60s' } as const;

/** Words that mean an open loop, and words that mean a closed one. */
const OPEN_WORDS = ['open', 'timeScale', 'rate', 'arrivals', 'maxInFlight'] as const;
const CLOSED_WORDS = ['threads', 'connections', 'matrix', 'semantics'] as const;

/** @throws UserError for every word that cannot be meant, and for words that exclude each other */
export function loopSettings(options: TrafficOptions): LoopSettings {
  const opens = OPEN_WORDS.find((word) => options[word] !== undefined);
  const closes = CLOSED_WORDS.find((word) => options[word] !== undefined);
  if (opens === undefined) return closedLoop(options);
  if (closes !== undefined) {
    throw exclude(
      optionText(options, opens),
      optionText(options, closes),
      'the first opens the loop, where requests leave when they are due and not when a connection is free',
    );
  }
  if (opens === 'maxInFlight') {
    throw new UserError(
      `--max-in-flight ${options.maxInFlight} bounds an open loop: add --open, --rate or --time-scale`,
    );
  }
  return openLoop(options);
}

function closedLoop({ matrix, threads, connections, semantics }: TrafficOptions): LoopSettings {
  if (matrix !== undefined && (threads ?? connections) !== undefined) {
    throw new UserError(
      `--matrix ${matrix} already names threads and connections: leave out --threads and --connections`,
    );
  }
  return {
    kind: 'closed',
    semantics: oneOf('--semantics', semantics ?? 'drain', ['drain', 'wrk']),
    cells:
      matrix === undefined
        ? cellsOf(threads ?? DEFAULTS.threads, connections ?? DEFAULTS.connections)
        : matrixCells(matrix),
  };
}

function openLoop({ rate, arrivals, timeScale, maxInFlight }: TrafficOptions): LoopSettings {
  const shape = arrivalShape('--arrivals', arrivals ?? (rate === undefined ? 'recorded' : 'constant'));
  if (rate !== undefined && shape.kind === 'recorded') {
    throw exclude(
      `--rate ${rate}`,
      '--arrivals recorded',
      'recorded arrivals have their own rate, --time-scale changes it',
    );
  }
  if (rate !== undefined && timeScale !== undefined) {
    throw exclude(
      `--rate ${rate}`,
      `--time-scale ${timeScale}`,
      'the one sets a rate, the other scales the recorded one',
    );
  }
  return {
    kind: 'open',
    shape,
    ratesPerSec: rate === undefined ? null : ratesPerSec('--rate', rate),
    timeScale: timeScale === undefined ? 1 : positive('--time-scale', timeScale),
    maxInFlight: maxInFlight === undefined ? null : count('--max-in-flight', maxInFlight),
  };
}

/**
 * How far each cell goes: the duration or the number of requests that was given, over and over the tape unless told
 * otherwise. Where neither was given, recorded arrivals come once, and everything else takes a minute.
 */
export function loopBounds(options: TrafficOptions, loop: LoopSettings): LoopBounds {
  const { duration, requests } = options;
  if (duration !== undefined && requests !== undefined) {
    throw exclude(`--duration ${duration}`, `--requests ${requests}`, 'give one of them');
  }
  if (
    loop.kind === 'closed' &&
    loop.semantics === 'wrk' &&
    (requests !== undefined || options.loop === false)
  ) {
    throw exclude(
      '--semantics wrk',
      requests === undefined ? '--no-loop' : `--requests ${requests}`,
      'wrk goes on until its time is over, give it a --duration',
    );
  }
  const asRecorded = loop.kind === 'open' && loop.shape.kind === 'recorded';
  const bounded = duration !== undefined || requests !== undefined;
  const loops = options.loop ?? (bounded || !asRecorded);
  const time = duration ?? (requests === undefined && loops ? DEFAULTS.duration : undefined);
  return {
    durationUs: time === undefined ? null : durationUs('--duration', time),
    requests: requests === undefined ? null : count('--requests', requests),
    loop: loops,
  };
}

function exclude(one: string, other: string, why: string): UserError {
  return new UserError(`${one} and ${other} exclude each other: ${why}`);
}

/** An option as the user wrote it, e.g. `--rate 10/s`. */
function optionText(options: TrafficOptions, name: keyof TrafficOptions): string {
  const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const value = options[name];
  return value === true ? option : `${option} ${value}`;
}
