import { CR, LF } from '../../chat/ascii.ts';
import { HeldBytes } from '../../chat/held-bytes.ts';

/** A line without its end, or too long to be held. */
export interface ByteLine {
  /** Null for a line that is longer than the limit. */
  readonly bytes: Buffer | null;
  /** Counts from 1. */
  readonly line: number;
}

/** One record may come to this much, bytes: a longer one is skipped. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Cuts a file into its lines; empty ones are counted and not given. */
export function createLineCutter(maxBytes = MAX_RECORD_BYTES) {
  const store = new HeldBytes();
  let line = 0;
  let isTooLong = false;

  function cut(bytes: Buffer): ByteLine[] {
    line += 1;
    if (isTooLong || bytes.length > maxBytes) {
      isTooLong = false;
      return [{ bytes: null, line }];
    }
    const end = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length;
    return end === 0 ? [] : [{ bytes: bytes.subarray(0, end), line }];
  }

  return {
    push(piece: Uint8Array): readonly ByteLine[] {
      const searched = store.held.length;
      store.append(piece);
      const { held } = store;
      const lines: ByteLine[] = [];
      let from = 0;
      for (let at = held.indexOf(LF, searched); at !== -1; at = held.indexOf(LF, from)) {
        lines.push(...cut(held.subarray(from, at)));
        from = at + 1;
      }
      const isLong = held.length - from > maxBytes;
      isTooLong ||= isLong;
      store.drop(isLong ? held.length : from);
      return lines;
    },
    end(): readonly ByteLine[] {
      const { held } = store;
      store.drop(held.length);
      return held.length > 0 || isTooLong ? cut(held) : [];
    },
  };
}
