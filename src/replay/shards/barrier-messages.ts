import { asObject } from '../../model/json.ts';
import { SHARD_ENDS, type ShardStart } from '../../model/run.ts';

/**
 * What shards say to one another over the barrier: JSON, a line each, on a connection that HTTP/1.1 upgraded to this
 * protocol (RFC 9110, section 7.8). Its name has a version.
 */
export const BARRIER_PROTOCOL = 'reprise-barrier/1';

/** Where all shards wait for one another in each run, in this order; they pass `ready` with the instant of the start. */
export const STEPS = [
  /** Nothing of the run has been sent; the prefix cache is reset. */
  'begin',
  /** Connections are open, the warm-up is over. */
  'warm',
  /** Connections are open again, the clocks are measured. */
  'ready',
] as const;

export type Step = (typeof STEPS)[number];

/** Why the barrier lets nobody, or this shard, pass. */
export type Refusal =
  | { readonly kind: 'duplicate'; readonly index: number }
  | { readonly kind: 'count'; readonly index: number; readonly of: number; readonly expected: number }
  | { readonly kind: 'version'; readonly index: number; readonly version: string; readonly expected: string }
  | { readonly kind: 'plan'; readonly index: number }
  | {
      readonly kind: 'missing';
      readonly shards: readonly number[];
      readonly of: number;
      readonly waitedMs: number;
    }
  /** It ended before the run began. */
  | { readonly kind: 'gone'; readonly index: number };

export type ToBarrier =
  | { readonly kind: 'join'; readonly index: number; readonly of: number; readonly version: string }
  /** @param identity of the run to come, with `begin`: what all shards must have in common */
  | { readonly kind: 'reached'; readonly step: Step; readonly identity?: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'done'; readonly start: ShardStart }
  /** Nothing more comes, and nothing is wrong. */
  | { readonly kind: 'bye' }
  | { readonly kind: 'beat' };

export type ToShard =
  /** `run` names the run, `atUs` is its start on shard 0's monotonic clock; 0 before the last step. */
  | { readonly kind: 'passed'; readonly step: Step; readonly run: string; readonly atUs: number }
  | { readonly kind: 'pong'; readonly us: number }
  /** The run is to end now: another shard has ended early, or is gone. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'end'; readonly shards: readonly ShardStart[] }
  | { readonly kind: 'refused'; readonly why: Refusal }
  | { readonly kind: 'beat' };

/** A line that is longer is none of ours, bytes: the starts of a few thousand shards fit. */
const LONGEST_LINE = 1 << 20;

/**
 * Cuts what arrives into messages; what is none is null.
 * @param take given each message of a piece, in order
 */
export function messageReader(take: (message: Readonly<Record<string, unknown>> | null) => void) {
  let rest = '';
  return (piece: string): void => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(parsed(line));
    if (rest.length > LONGEST_LINE) take(null);
  };
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  try {
    return asObject(JSON.parse(line) as unknown);
  } catch {
    return null;
  }
}

/** @returns null for what no shard of this version says */
export function readToBarrier(message: Readonly<Record<string, unknown>> | null): ToBarrier | null {
  switch (message?.kind) {
    case 'ping':
    case 'beat':
    case 'bye':
      return { kind: message.kind };
    case 'join': {
      const { index, of, version } = message;
      const isShard = Number.isSafeInteger(index) && (index as number) >= 0 && Number.isSafeInteger(of);
      return isShard && typeof version === 'string'
        ? { kind: 'join', index: index as number, of: of as number, version }
        : null;
    }
    case 'reached': {
      const step = STEPS.find((one) => one === message.step);
      const { identity } = message;
      if (step === undefined) return null;
      return typeof identity === 'string' ? { kind: 'reached', step, identity } : { kind: 'reached', step };
    }
    case 'done':
      return isShardStart(message.start) ? { kind: 'done', start: message.start } : null;
    default:
      return null;
  }
}

function isShardStart(value: unknown): value is ShardStart {
  const start = asObject(value);
  const isFigure = (one: unknown): boolean => one === null || Number.isFinite(one);
  return (
    start !== null &&
    Number.isSafeInteger(start.index) &&
    [start.lateMs, start.offsetMs, start.uncertaintyMs, start.driftMs].every(isFigure) &&
    SHARD_ENDS.some((end) => end === start.end)
  );
}
