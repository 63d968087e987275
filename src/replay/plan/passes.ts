import { createRandom, seedOfText } from '../../model/random.ts';
import type { ORDERS } from '../../model/run.ts';

/** In which order one pass over the tape takes its conversations. */
export interface Pass {
  /** Element k is the conversation that comes k-th. */
  readonly conversations: Uint32Array;
  /** Element k is the position, within the pass, of its first request. */
  readonly firstSeq: Uint32Array;
}

/**
 * The order of each pass, from 0: as recorded, or a permutation of its own that depends on the seed and the pass alone.
 * @param lengths requests of each conversation
 */
export function createPasses(
  lengths: readonly number[],
  order: (typeof ORDERS)[number],
  seed: number,
): (pass: number) => Pass {
  const recorded = passOf(Uint32Array.from(lengths.keys()), lengths);
  if (order === 'recorded') return () => recorded;
  // Senders stand around one place of the plan: while the last ones end a pass the first have begun the next.
  const kept = new Map<number, Pass>();
  return (number) => {
    const known = kept.get(number);
    if (known !== undefined) return known;
    const made = passOf(permutation(lengths.length, seedOfText(`order of pass ${number}`, seed)), lengths);
    if (kept.size >= KEPT_PASSES) kept.delete(Math.min(...kept.keys()));
    kept.set(number, made);
    return made;
  };
}

const KEPT_PASSES = 3;

function passOf(conversations: Uint32Array, lengths: readonly number[]): Pass {
  const firstSeq = new Uint32Array(conversations.length);
  let seq = 0;
  conversations.forEach((conversation, k) => {
    firstSeq[k] = seq;
    seq += lengths[conversation] ?? 0;
  });
  return { conversations, firstSeq };
}

/** Fisher and Yates's shuffle, as Durstenfeld (1964) has it. */
function permutation(size: number, seed: number): Uint32Array {
  const random = createRandom(seed);
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random.uniform(0, i + 1));
    const moved = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = moved;
  }
  return order;
}
