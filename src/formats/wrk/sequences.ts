import { splitRequests, type TextRequest } from './http-text.ts';
import type { PreparedRequests } from './script-protocol.ts';

/** Collects the texts that threads send, each once, and finds where they begin to repeat. */
export function createSequences(threads: number) {
  const requests: TextRequest[] = [];
  const batches: (readonly number[])[] = [];
  const known = new Map<string, number>();
  const order = Array.from({ length: threads }, (): number[] => []);
  let bytes = 0;

  function batchOf(text: Buffer): number {
    const key = text.toString('latin1');
    const found = known.get(key);
    if (found !== undefined) return found;
    const parts = splitRequests(text).requests;
    batches.push(parts.map((_, i) => requests.length + i));
    requests.push(...parts);
    bytes += text.length;
    known.set(key, batches.length - 1);
    return batches.length - 1;
  }

  return {
    add(thread: number, text: Buffer): void {
      order[thread]?.push(batchOf(text));
    },
    /** Of distinct texts. */
    get bytes(): number {
      return bytes;
    },
    prepared(): PreparedRequests {
      const periods = order.map(periodOf);
      return {
        requests,
        sequences: order.map((texts, thread) =>
          texts.slice(0, periods[thread] ?? texts.length).map((n) => batches[n] ?? []),
        ),
        isCut: periods.includes(null) && order.some(({ length }) => length > 1),
      };
    },
  };
}

/**
 * The shortest period of a sequence, seen twice in full at least; null where there is none (Knuth, Morris and Pratt, SIAM J.
 * Comput. 6 (1977), 323: what remains of the longest border is the period).
 */
export function periodOf(sequence: readonly number[]): number | null {
  const border = new Int32Array(sequence.length);
  for (let i = 1, matched = 0; i < sequence.length; i++) {
    while (matched > 0 && sequence[i] !== sequence[matched]) matched = border[matched - 1] ?? 0;
    if (sequence[i] === sequence[matched]) matched += 1;
    border[i] = matched;
  }
  const period = sequence.length - (border.at(-1) ?? 0);
  return period * 2 <= sequence.length ? period : null;
}
