/** Process exit codes of every command; a pipeline acts on them. */
export const EXIT = {
  ok: 0,
  /** Wrong use or bad input: one sentence on stderr. */
  usage: 1,
  regression: 2,
  inconclusive: 3,
  invalid: 4,
  /** Stopped by Ctrl-C, as shells report it. */
  interrupted: 130,
} as const;

/**
 * A mistake the user can mend: its message is one sentence that names the offending value and what to do. The command
 * line prints it without a stack trace and exits with 1. Everything else that is thrown is a defect of ours.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}
