/**
 * Texts and their tokens, estimated: the simulator has no tokenizer of a model. White space belongs to the word after it;
 * words are cut into pieces as byte-pair vocabularies of some 150,000 entries do on plain prose: 1.5 Han characters to a
 * token, every digit one, about four Latin letters, two of kana or Hangul.
 */

/** Entries below hold pieces of text, those from here on the template's marks (their numbers are Qwen2.5's and Qwen3's). */
const SPECIAL = 151_643;

/** The marks of the chat template and of the model's own notation. */
export const MARKS = {
  start: { id: 151_644, text: '<|im_start|>' },
  end: { id: 151_645, text: '<|im_end|>' },
  toolCall: { id: 151_657, text: '<tool_call>' },
  toolCallEnd: { id: 151_658, text: '</tool_call>' },
  think: { id: 151_667, text: '<think>' },
  thinkEnd: { id: 151_668, text: '</think>' },
} as const;

const markTexts = new Map<number, string>(Object.values(MARKS).map(({ id, text }) => [id, text]));

const SPACE = 1;
const HAN = 2;
const SINGLE = 3;
/** A class of letters is this plus the number of its letters that make a token. */
const LETTERS = 10;

const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/\s/u, SPACE],
  [/\p{Script=Han}/u, HAN],
  [/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc]/u, LETTERS + 2],
  [/[\p{Script=Cyrillic}\p{Script=Greek}]/u, LETTERS + 4],
  [/\p{Script=Latin}/u, LETTERS + 5],
  [/[\p{L}\p{M}]/u, LETTERS + 3],
];

/** Classes of the code units seen so far, 0 where none was; surrogates are two single units of one token. */
const classes = new Uint8Array(0x10000);

function classOf(unit: number): number {
  const known = classes[unit] ?? 0;
  if (known !== 0) return known;
  const character = String.fromCharCode(unit);
  const found = CLASSES.find(([pattern]) => pattern.test(character))?.[1] ?? SINGLE;
  classes[unit] = found;
  return found;
}

/** Where the token that begins at `at` ends. */
function tokenEnd(text: string, at: number): number {
  let start = at;
  while (start < text.length && classOf(text.charCodeAt(start)) === SPACE) start += 1;
  if (start === text.length) return start;
  const kind = classOf(text.charCodeAt(start));
  if (kind === SINGLE) {
    const unit = text.charCodeAt(start);
    return unit >= 0xd800 && unit < 0xdc00 && start + 1 < text.length ? start + 2 : start + 1;
  }
  const longest = kind === HAN ? 3 : kind - LETTERS;
  let end = start + 1;
  while (end < text.length && end - start < longest && classOf(text.charCodeAt(end)) === kind) end += 1;
  // Three Han characters are two tokens.
  return kind === HAN && end - start === 3 ? end - 1 : end;
}

/** Cuts a text into its tokens; joined again they are the text. */
export function tokenPieces(text: string): string[] {
  const pieces: string[] = [];
  eachToken(text, (from, to) => pieces.push(text.slice(from, to)));
  return pieces;
}

function eachToken(text: string, visit: (from: number, to: number) => void): void {
  // The third of three Han characters is a token alone, whatever follows.
  let alone = false;
  for (let at = 0; at < text.length; ) {
    const end: number = alone ? at + 1 : tokenEnd(text, at);
    alone = !alone && isCutHan(text, at, end);
    visit(at, end);
    at = end;
  }
}

/** Whether a token of two Han characters is the first part of three. */
function isCutHan(text: string, from: number, to: number): boolean {
  return (
    to < text.length &&
    to - from >= 2 &&
    classOf(text.charCodeAt(to - 1)) === HAN &&
    classOf(text.charCodeAt(to - 2)) === HAN &&
    classOf(text.charCodeAt(to)) === HAN
  );
}

/** Pieces by their ids, as far as they were seen: ids are hashes, so this is the only way back. */
const seen: (string | undefined)[] = new Array(SPECIAL);

/** The ids of a text's tokens: made up, but the same piece has the same id in every process. */
export function tokenIds(text: string): number[] {
  const ids: number[] = [];
  eachToken(text, (from, to) => {
    const id = idAt(text, from, to);
    if (seen[id] === undefined) seen[id] = text.slice(from, to);
    ids.push(id);
  });
  return ids;
}

/** The id of one piece. */
export function pieceId(piece: string): number {
  const id = idAt(piece, 0, piece.length);
  if (seen[id] === undefined) seen[id] = piece;
  return id;
}

function idAt(text: string, from: number, to: number): number {
  const word = wordNumber(text, from, to);
  if (word !== -1) return word;
  // FNV-1a (Fowler, Noll, Vo), 32 bit.
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash % SPECIAL;
}

/** The text of some ids. An id that no text has shown yet reads as a made-up word, which has that id again. */
export function tokensText(ids: readonly number[]): string {
  return ids.map(tokenText).join('');
}

/** The text of one id. */
export function tokenText(id: number): string {
  if (id >= SPECIAL) return markTexts.get(id) ?? '';
  return seen[id] ?? numberWord(id);
}

const CONSONANTS = 'bcdfghjklmnpqrstvwxyz';
const VOWELS = 'aeiou';
/** A made-up word: a space, then consonants and vowels in turn; 231,525 of them, more than there are ids. */
const PATTERN = [CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS] as const;

function numberWord(id: number): string {
  let rest = id;
  let word = '';
  for (const letters of PATTERN) {
    word += letters[rest % letters.length];
    rest = Math.floor(rest / letters.length);
  }
  return ` ${word}`;
}

/** By place and code unit, what a letter counts; -1 where it has no place. */
const DIGITS = PATTERN.map((letters) =>
  Int16Array.from({ length: 128 }, (_, unit) => letters.indexOf(String.fromCharCode(unit))),
);
const WEIGHTS = PATTERN.map((_, i) =>
  PATTERN.slice(0, i).reduce((weight, letters) => weight * letters.length, 1),
);

/** The number of a made-up word; -1 for any other piece. */
function wordNumber(text: string, from: number, to: number): number {
  if (to - from !== PATTERN.length + 1 || text.charCodeAt(from) !== 32) return -1;
  let number = 0;
  for (let i = 0; i < PATTERN.length; i++) {
    const digit = DIGITS[i]?.[text.charCodeAt(from + 1 + i)] ?? -1;
    if (digit === -1) return -1;
    number += digit * (WEIGHTS[i] ?? 0);
  }
  return number < SPECIAL ? number : -1;
}
