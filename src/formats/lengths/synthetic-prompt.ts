import { createRandom, seedOfText } from '../../model/random.ts';
import { createRecent } from '../../model/recent.ts';
import type { PromptPart } from '../format.ts';

/** Writes synthetic prompts. */
export interface PromptMaker {
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
  const kept = createRecent<string, string>(KEPT_PIECES);
  const half = Math.floor(size / 2);

  function items({ seed, number, isShared, length }: PromptPart): string {
    const random = createRandom(seedOfText(seed, 0));
    const texts = [item((isShared ? 0 : half) + (number % half))];
    while (texts.length < length) texts.push(item(Math.floor(random.uniform(0, size))));
    return texts.join(separator);
  }

  const piece = (part: PromptPart): string =>
    part.isShared
      ? kept.get(`${part.length} ${part.seed}`, () => ({ value: items(part), size: 1 }))
      : items(part);

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

/** A first word of a text, which has no space before it. */
export interface FirstWord {
  readonly text: string;
  /** Tokens that it is. */
  readonly tokens: number;
}

/** What a tokenizer makes of words. */
export interface TextVocabulary {
  /** Each is one token, wherever it is, with the space before it. */
  readonly words: readonly string[];
  /** Each begins with another token. */
  readonly first: readonly FirstWord[];
  /** Tokens that a chat template puts before a text, and after it. */
  readonly before: number;
  readonly after: number;
}

/**
 * Prompts of words, exact to the token for the tokenizer whose vocabulary it is: the template's own tokens count. A prompt
 * shorter than the template and one word becomes as long as these.
 */
export function createTextPrompts({ words, first, before, after }: TextVocabulary): PromptMaker {
  const maker = createPromptMaker(words.length, (index) => words[index] ?? '', '');
  const half = Math.floor(first.length / 2);
  return {
    write(parts) {
      const [{ number, isShared } = { number: 0, isShared: false }] = parts;
      const start = first[(isShared ? 0 : half) + (number % half)] ?? { text: '', tokens: 0 };
      const rest = without(parts, before + start.tokens);
      return start.text + maker.write(without(rest.toReversed(), after).toReversed());
    },
  };
}

/** Pieces that are shorter by some tokens in all, the first ones first. */
function without(parts: readonly PromptPart[], tokens: number): readonly PromptPart[] {
  let left = tokens;
  return parts.flatMap((part) => {
    const cut = Math.min(left, part.length);
    left -= cut;
    return cut === part.length ? [] : [{ ...part, length: part.length - cut }];
  });
}
