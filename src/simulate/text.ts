import { seedOfText } from '../model/random.ts';

/**
 * Text and its tokens, estimated: a stand-in has no tokenizer of the model. Han characters count 1.5 to a token (what
 * Qwen's vocabulary gives on plain prose), every digit is one token, a word one per five letters.
 */
const PIECE = /\p{Script=Han}{1,3}|\p{Nd}|\s?\p{L}{1,5}|[^\s]/gu;

/** Cuts a text into estimated tokens; white space belongs to the word after it. */
export function tokenPieces(text: string): string[] {
  return (text.match(PIECE) ?? []).flatMap((piece) =>
    // Three Han characters are two tokens.
    /^\p{Script=Han}{3}$/u.test(piece) ? [piece.slice(0, -1), piece.slice(-1)] : [piece],
  );
}

/** Tokens that a chat template puts around each message, and around the whole. */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_PER_CHAT = 3;

/** Estimated prompt tokens of a chat. */
export function chatTokens(contents: readonly string[]): number {
  return contents.reduce(
    (sum, content) => sum + tokenPieces(content).length + TOKENS_PER_MESSAGE,
    TOKENS_PER_CHAT,
  );
}

/** Characters of Chinese that a generated token carries: 50 tokens were 76 characters in the reference benchmark. */
const HAN_PER_TOKEN = 1.52;

const CHINESE =
  '清晨的阳光洒在安静的小河上，微风吹过岸边的柳树，带来淡淡的花香。老人坐在石桥边钓鱼，孩子们在草地上追逐风筝，' +
  '笑声传得很远。傍晚时分，炊烟从村庄里慢慢升起，人们沿着小路回家，谈论着一天的收获。夜色渐深，星星一颗一颗地亮了起来，' +
  '像是谁在天空点起了灯。';

const ENGLISH = (
  ' the river runs quietly past the old mill while morning light moves over the water and a small boat waits near ' +
  'the bridge people walk home along the narrow road talking about the day and the harvest that is still to come'
)
  .split(/(?=\s)/)
  .filter((word) => word.trim() !== '');

/** Gives the text of the tokens `from` (inclusive) to `to` (exclusive) of an answer. */
export type Writer = (from: number, to: number) => string;

/** The same prompt and seed always give the same answer, in the prompt's language. */
export function writerFor(prompt: string, seed: number): Writer {
  const start = seedOfText(prompt, seed);
  if (/\p{Script=Han}/u.test(prompt)) {
    return (from, to) => {
      let text = '';
      for (let i = Math.round(from * HAN_PER_TOKEN); i < Math.round(to * HAN_PER_TOKEN); i++) {
        text += CHINESE[(start + i) % CHINESE.length];
      }
      return text;
    };
  }
  return (from, to) => {
    let text = '';
    for (let i = from; i < to; i++) text += ENGLISH[(start + i) % ENGLISH.length];
    return text;
  };
}
