import { CORPORA, type Language } from './corpora.ts';
import { pieceId, tokenPieces } from './tokens.ts';

/** One token of an answer. */
export interface Token {
  readonly id: number;
  /** What it adds to the text: nothing when the bytes of its last character are not complete yet. */
  readonly text: string;
}

/** Characters of Chinese that a generated token carries: 50 tokens were 76 characters in the reference benchmark. */
const HAN_PER_TOKEN = 1.52;

const SCRIPTS: readonly (readonly [RegExp, Language])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Cyrillic}/u, 'ru'],
];

/** The language to answer in: that of the script a text shows, English otherwise. */
export function languageOf(text: string): Language {
  return SCRIPTS.find(([script]) => script.test(text))?.[1] ?? 'en';
}

const rings = new Map<Language, readonly Token[]>();

/** All tokens of a language's prose; the first follows the last. */
export function proseRing(language: Language): readonly Token[] {
  const known = rings.get(language);
  if (known !== undefined) return known;
  const pieces = language === 'zh' ? hanPieces(CORPORA.zh) : tokenPieces(CORPORA[language]);
  const ring = pieces.flatMap(holdBack);
  rings.set(language, ring);
  return ring;
}

/** Cuts at even steps, so that answers of one length in tokens have one length in characters. */
function hanPieces(text: string): string[] {
  const characters = Array.from(text);
  const cut = (token: number): number => Math.round(token * HAN_PER_TOKEN);
  const tokens = Math.round(characters.length / HAN_PER_TOKEN);
  return Array.from({ length: tokens }, (_, i) => characters.slice(cut(i), cut(i + 1)).join(''));
}

/** A character beyond the basic plane takes two tokens; the first of them ends in the middle of its bytes. */
function holdBack(piece: string): Token[] {
  const at = piece.search(/[\u{10000}-\u{10ffff}]/u);
  if (at === -1) return [{ id: pieceId(piece), text: piece }];
  const first = piece.slice(0, at);
  const rest = piece.slice(at);
  return [
    { id: pieceId(`${first}\ufffd`), text: first },
    { id: pieceId(rest), text: rest },
  ];
}
