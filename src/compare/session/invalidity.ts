import type { InvalidReason, Note } from '../../model/note.ts';
import type { ComparedKey } from '../compared-metrics.ts';
import type { Arm } from './arm-run.ts';

/** What shows that a server is not the one that it was. */
export type ServerChange =
  | { readonly by: 'version'; readonly from: string; readonly to: string }
  /** Its process has another start time. */
  | { readonly by: 'process' }
  /** A counter of its `/metrics` went down. */
  | { readonly by: 'counter'; readonly counter: string };

/** What can forbid a verdict, by check, each with the figure and its limit. Shares are of 1. */
export interface Invalidities {
  /** Too few valid pairs; the example is a run that is not valid. */
  pairs: {
    readonly valid: number;
    readonly made: number;
    readonly needed: number;
    readonly example: { readonly run: number; readonly reason: InvalidReason } | null;
  };
  /** An arm failed too many requests. */
  errors: {
    readonly arm: Arm;
    readonly failed: number;
    readonly requests: number;
    readonly limit: number;
  };
  /** The arms serve different models. */
  models: { readonly baseline: string; readonly candidate: string };
  /** The arms wrote different numbers of tokens for the same requests. */
  lengths: {
    readonly baseline: number;
    readonly candidate: number;
    readonly limit: number;
    /** Lengths were asked for. */
    readonly pinned: boolean;
  };
  /** The prefix cache held different shares of the arms' prompt tokens. */
  cache: { readonly baseline: number; readonly candidate: number; readonly limit: number };
  /** A metric of both arms, or the difference between them, moved while the session went on. */
  drift: {
    readonly of: 'both' | 'difference';
    readonly metric: ComparedKey;
    readonly ratio: number;
    readonly limit: number;
  };
  /** The second run of a pair differed from the first, whichever arm it was: second ÷ first. */
  slot: { readonly metric: ComparedKey; readonly ratio: number; readonly limit: number };
  /** A server was not the same process, or the same version, during a run or from one run to another. */
  restart: { readonly arm: Arm; readonly from: number; readonly to: number; readonly change: ServerChange };
}

/** Why the arms may not be compared; its kind is the check. */
export type Invalidity = Note<Invalidities>;

export type Check = Invalidity['kind'];

/** A user who knows better may accept what a check found. */
export const CHECKS: readonly Check[] = [
  'pairs',
  'errors',
  'models',
  'lengths',
  'cache',
  'drift',
  'slot',
  'restart',
];
