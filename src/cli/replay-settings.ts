import type { Cell } from '../model/run.ts';
import { UserError } from '../model/user-error.ts';
import {
  cellsOf,
  count,
  durationUs,
  headerPairs,
  matrixCells,
  runLabel,
  serverUrl,
} from './option-values.ts';

/** `reprise replay`'s words as commander gives them. */
export interface ReplayOptions {
  readonly target: string;
  readonly threads?: string;
  readonly connections?: string;
  readonly matrix?: string;
  readonly duration?: string;
  readonly requests?: string;
  readonly timeout: string;
  readonly label?: string;
  readonly repeat: string;
  readonly header?: readonly string[];
  readonly apiKeyEnv?: string;
  readonly json?: true;
}

/** The same, checked and turned into values. */
export interface ReplaySettings {
  readonly target: URL;
  readonly cells: readonly Cell[];
  /** Microseconds; null when `requests` decides. */
  readonly durationUs: number | null;
  readonly requests: number | null;
  readonly timeoutUs: number;
  /** Null: a label that the tape does not have yet. */
  readonly label: string | null;
  readonly repeat: number;
  readonly headers: readonly string[];
  readonly json: boolean;
}

const DEFAULTS = { threads: '10', connections: '20,100,200', duration: '60s' } as const;

/** @throws UserError for every word that cannot be meant */
export function replaySettings(options: ReplayOptions, env: NodeJS.ProcessEnv): ReplaySettings {
  const { matrix, threads, connections, duration, requests } = options;
  if (matrix !== undefined && (threads ?? connections) !== undefined) {
    throw new UserError(
      `--matrix ${matrix} already names threads and connections: leave out --threads and --connections`,
    );
  }
  if (duration !== undefined && requests !== undefined) {
    throw new UserError(
      `--duration ${duration} and --requests ${requests} exclude each other: give one of them`,
    );
  }
  return {
    target: serverUrl('--target', options.target),
    cells:
      matrix === undefined
        ? cellsOf(threads ?? DEFAULTS.threads, connections ?? DEFAULTS.connections)
        : matrixCells(matrix),
    durationUs: requests === undefined ? durationUs('--duration', duration ?? DEFAULTS.duration) : null,
    requests: requests === undefined ? null : count('--requests', requests),
    timeoutUs: durationUs('--timeout', options.timeout),
    label: options.label === undefined ? null : runLabel(options.label),
    repeat: count('--repeat', options.repeat),
    headers: [...headerPairs(options.header ?? []), ...apiKey(options.apiKeyEnv, env)],
    json: options.json === true,
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
