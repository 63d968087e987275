import { visibleLine } from './visible-text.ts';

/** Process exit codes of every command; a pipeline acts on them. */
export const EXIT = {
  ok: 0,
  /** Wrong use, bad input, or a server that cannot be reached: one sentence a mistake on stderr. */
  usage: 1,
  regression: 2,
  inconclusive: 3,
  invalid: 4,
  /** A defect of reprise (EX_SOFTWARE of sysexits.h): the stack on stderr. */
  defect: 70,
  /** Stopped by Ctrl-C, as shells report it. */
  interrupted: 130,
} as const;

/** What of the user's world is wrong, a closed list, each with the exit code of a command that fails by it. */
const EXIT_OF = {
  /** An option or argument of the command line. */
  usage: EXIT.usage,
  /** A file, tape or port. */
  input: EXIT.usage,
  /** A server that cannot be reached or used. */
  server: EXIT.usage,
  /** A command of the user that failed. */
  command: EXIT.usage,
} as const;

export type ErrorKind = keyof typeof EXIT_OF;

/** What is known of an error beside its sentence. */
export interface ErrorDetails {
  readonly kind?: ErrorKind;
  /** What the user can do, as the second half of the sentence. */
  readonly remedy?: string;
  /** The offending values by name, without secrets. */
  readonly facts?: Readonly<Record<string, string | number | null>>;
  readonly cause?: unknown;
}

/**
 * A mistake that the user can correct. Its message is one sentence that names the offending value and the remedy; the
 * command line prints it without a stack and exits with `exitCode`. Everything else that is thrown is a defect of ours.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly kind: ErrorKind;
  readonly facts: NonNullable<ErrorDetails['facts']>;
  readonly remedy: string | null;

  constructor(problem: string, { kind = 'input', remedy, facts = {}, cause }: ErrorDetails = {}) {
    // It may quote a tape's label or a server's answer: one line, whatever is in them.
    const sentence = visibleLine(remedy === undefined ? problem : `${problem}: ${remedy}`);
    super(sentence, cause === undefined ? {} : { cause });
    this.kind = kind;
    this.facts = facts;
    this.remedy = remedy ?? null;
  }

  get exitCode(): number {
    return EXIT_OF[this.kind];
  }

  /** One error for each mistake. */
  get mistakes(): readonly UserError[] {
    return [this];
  }
}

/** A mistake on the command line. @param remedy as the second half of the sentence */
export function usageError(problem: string, remedy: string): UserError {
  return new UserError(problem, { kind: 'usage', remedy });
}

/** Several mistakes of one command line; the message has a line for each. */
class UserErrors extends UserError {
  readonly #mistakes: readonly UserError[];

  constructor(mistakes: readonly UserError[]) {
    super('', { kind: 'usage' });
    this.message = mistakes.map(({ message }) => message).join('\n');
    this.#mistakes = mistakes;
  }

  override get mistakes(): readonly UserError[] {
    return this.#mistakes;
  }
}

/**
 * Runs every part and gives their results, so that all mistakes of a command line are reported at once.
 * @throws UserError with the mistakes of all parts, each once; any other error of a part as it is
 */
export function checkAll<T extends Readonly<Record<string, unknown>>>(
  parts: {
    readonly [K in keyof T]: () => T[K];
  },
): T {
  const mistakes = new Set<UserError>();
  const results = Object.entries<() => unknown>(parts).map(([name, part]) => {
    try {
      return [name, part()];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      for (const mistake of error.mistakes) mistakes.add(mistake);
      return [name, undefined];
    }
  });
  const [first, ...more] = mistakes;
  if (first !== undefined) throw more.length === 0 ? first : new UserErrors([...mistakes]);
  return Object.fromEntries(results) as T;
}
