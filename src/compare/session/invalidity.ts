/** What can forbid a verdict; a user who knows better may accept any of them. */
export const CHECKS = [
  /** Too few valid pairs. */
  'pairs',
  /** An arm failed too many requests. */
  'errors',
  /** The arms serve different models. */
  'models',
  /** The arms wrote different numbers of tokens. */
  'lengths',
  /** The prefix cache helped one arm more. */
  'cache',
  /** The machine, or the difference itself, moved while the session went on. */
  'drift',
  /** A server was not the same process, or the same version, all the time. */
  'restart',
] as const;

export type Check = (typeof CHECKS)[number];

/** Why the arms may not be compared: one sentence with the figure and its limit. */
export interface Invalidity {
  readonly check: Check;
  readonly message: string;
}
