import { isError, type Outcome } from '../model/outcome.ts';
import type { Result } from '../model/result.ts';

/** Errors that look alike. */
export interface ErrorKind {
  readonly outcome: Outcome;
  readonly status: number | null;
  /** The beginning of the message; null where there was none. */
  readonly error: string | null;
  readonly count: number;
}

export interface ErrorKinds {
  add(result: Result): void;
  /** The most frequent ones, most frequent first. */
  kinds(): readonly ErrorKind[];
}

const SHOWN = 10;
/** Messages that name a request or a time are all different: beyond this many none is added. */
const KEPT = 1_000;
const LENGTH = 120;

export function createErrorKinds(): ErrorKinds {
  const counts = new Map<string, { readonly kind: Omit<ErrorKind, 'count'>; count: number }>();
  return {
    add({ outcome, status, error }) {
      if (!isError(outcome)) return;
      const kind = { outcome, status, error: error === null ? null : firstLine(error) };
      const key = JSON.stringify(kind);
      const known = counts.get(key);
      if (known !== undefined) known.count += 1;
      else if (counts.size < KEPT) counts.set(key, { kind, count: 1 });
    },
    kinds: () =>
      [...counts.values()]
        .sort((a, b) => b.count - a.count)
        .slice(0, SHOWN)
        .map(({ kind, count }) => ({ ...kind, count })),
  };
}

function firstLine(message: string): string {
  const line = message.trim().split('\n', 1)[0] ?? '';
  return line.length <= LENGTH ? line : `${line.slice(0, LENGTH - 1)}…`;
}
