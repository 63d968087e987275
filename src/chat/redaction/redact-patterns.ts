/** Something in a text that must not stay there. */
export interface RedactPattern {
  readonly name: string;
  /** With the flags `g` and `u`. */
  readonly pattern: RegExp;
  /** Also looked for, on its own. */
  readonly also?: RegExp;
  /** A second look at what the pattern found; it stays when this is false. */
  readonly confirm?: (found: string) => boolean;
}

/** Shapes of keys that services give out; a JSON Web Token and a PEM block are keys too. */
const KEY_SHAPES = [
  'sk-[A-Za-z0-9_\\-]{16,}',
  'gh[pousr]_[A-Za-z0-9]{30,}',
  'github_pat_[A-Za-z0-9_]{30,}',
  'hf_[A-Za-z0-9]{20,}',
  'glpat-[A-Za-z0-9_\\-]{20,}',
  'AKIA[0-9A-Z]{16}',
  'xox[abprs]-[A-Za-z0-9\\-]{10,}',
  'AIza[0-9A-Za-z_\\-]{35}',
  '-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\\s\\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)',
] as const;

/**
 * A JSON Web Token, or only what looks like its beginning: to take that as a whole keeps the search linear, and `confirm`
 * lets it stay.
 */
const TOKEN = /eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})?/gu;

/** Patterns that have a name; any other word of the command line is a regular expression. */
export const PRESETS: readonly RedactPattern[] = [
  {
    name: 'email',
    pattern: /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu,
  },
  {
    name: 'keys',
    pattern: new RegExp(`(?:${KEY_SHAPES.join('|')})`, 'gu'),
    also: TOKEN,
    confirm: (found) => !/^eyJ[^.]*$/.test(found),
  },
  { name: 'cards', pattern: /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/gu, confirm: passesLuhn },
];

/** The check digit of card numbers (ISO/IEC 7812-1, annex B). */
function passesLuhn(found: string): boolean {
  const digits = [...found].filter((c) => c >= '0' && c <= '9').map(Number);
  const sum = digits.reverse().reduce((total, digit, i) => {
    const value = i % 2 === 1 ? digit * 2 : digit;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Start and end of everything that the patterns find in a text. */
export function findSecrets(text: string, patterns: readonly RedactPattern[]): readonly [number, number][] {
  return patterns.flatMap(({ pattern, also, confirm }) =>
    [pattern, ...(also === undefined ? [] : [also])]
      .flatMap((one) => [...text.matchAll(one)])
      .filter(([found]) => found.length > 0 && confirm?.(found) !== false)
      .map(({ 0: found, index }): [number, number] => [index, index + found.length]),
  );
}

/** The text with those ranges overwritten, its length unchanged: a replayed prompt stays about as long as it was. */
export function overwrite(text: string, ranges: readonly (readonly [number, number])[]): string {
  if (ranges.length === 0) return text;
  const units = text.split('');
  for (const [start, end] of ranges) units.fill('*', Math.max(0, start), end);
  return units.join('');
}
