import { createRandom, seedOfText } from '../../model/random.ts';
import type { PromptPart } from '../format.ts';

/** Writes the pieces of synthetic prompts with a vocabulary: token ids, or words of one token each. */
export interface PromptMaker {
  /** The items of a prompt, joined. */
  write(parts: readonly PromptPart[]): string;
}

/** Pieces that are kept: nearly all of a trace's blocks come back soon, or never. */
const KEPT_PIECES = 2_048;

/**
 * @param size of the vocabulary: half of it begins shared pieces, half the others, so that none of one kind begins like one
 *   of the other
 * @param item the text of an item
 * @param separator between two items
 */
function createPromptMaker(size: number, item: (index: number) => string, separator: string): PromptMaker {
  const kept = new Map<string, string>();
  const half = Math.floor(size / 2);

  function items({ seed, number, isShared, length }: PromptPart): string {
    const random = createRandom(seedOfText(seed, 0));
    const texts = [item((isShared ? 0 : half) + (number % half))];
    while (texts.length < length) texts.push(item(Math.floor(random.uniform(0, size))));
    return texts.join(separator);
  }

  function piece(part: PromptPart): string {
    if (!part.isShared) return items(part);
    const key = `${part.length} ${part.seed}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= KEPT_PIECES) kept.clear();
    const made = items(part);
    kept.set(key, made);
    return made;
  }

  return { write: (parts) => parts.map(piece).join(separator) };
}

/**
 * The ids that synthetic prompts are made of: below lie bytes and special tokens, above end small vocabularies.
 */
const FIRST_ID = 1_000;
const IDS = 20_000;

/** Prompts of token ids, as the completions API takes them: exact for every model, whatever its tokenizer. */
export function createTokenPrompts(): PromptMaker {
  return createPromptMaker(IDS, (index) => String(FIRST_ID + index), ',');
}
