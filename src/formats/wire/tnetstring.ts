import { COLON } from '../../chat/ascii.ts';
/**
 * Values of mitmproxy's dialect of tnetstrings (https://tnetstrings.info): `LENGTH:PAYLOAD TYPE`, with `;` for text beside
 * `,` for bytes.
 */
export type Tnet =
  | Buffer
  | string
  | number
  | boolean
  | null
  | readonly Tnet[]
  | { readonly [key: string]: Tnet };

/** Digits of a length at most. */
const MAX_DIGITS = 12;

/** Values within values beyond this are no flow. */
const MAX_DEPTH = 64;

/** Where a value lies: its payload, and the end behind its type. */
export interface TnetPlace {
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

/**
 * Finds the value that begins at `at`; `end` may lie behind what is held.
 * @returns null where more bytes are needed to read its length, undefined where no value begins
 */
export function tnetPlace(bytes: Buffer, at: number): TnetPlace | null | undefined {
  const colon = bytes.subarray(at, at + MAX_DIGITS + 1).indexOf(COLON);
  const digits = bytes.toString(
    'latin1',
    at,
    colon === -1 ? Math.min(bytes.length, at + MAX_DIGITS) : at + colon,
  );
  if (!/^\d+$/.test(digits)) return digits === '' && colon === -1 ? null : undefined;
  if (colon === -1) return digits.length < MAX_DIGITS ? null : undefined;
  const from = at + colon + 1;
  const to = from + Number(digits);
  return { from, to, end: to + 1 };
}

/** Reads a value that is held as a whole; undefined where it is none. */
export function readTnet(bytes: Buffer, { from, to, end }: TnetPlace, depth = 0): Tnet | undefined {
  if (end > bytes.length || depth > MAX_DEPTH) return undefined;
  const payload = bytes.subarray(from, to);
  switch (String.fromCharCode(bytes[to] ?? 0)) {
    case ',':
      return payload;
    case ';':
      return payload.toString('utf8');
    case '#':
    case '^': {
      const number = Number(payload.toString('latin1'));
      return payload.length > 0 && Number.isFinite(number) ? number : undefined;
    }
    case '!':
      return payload.toString('latin1') === 'true';
    case '~':
      return payload.length === 0 ? null : undefined;
    case ']':
      return readItems(payload, depth);
    case '}': {
      const items = readItems(payload, depth);
      if (items === undefined || items.length % 2 !== 0) return undefined;
      const pairs = items.flatMap((key, i) =>
        i % 2 === 0 ? [[String(key), items[i + 1] ?? null] as const] : [],
      );
      return Object.fromEntries(pairs);
    }
    default:
      return undefined;
  }
}

function readItems(payload: Buffer, depth: number): readonly Tnet[] | undefined {
  const items: Tnet[] = [];
  let at = 0;
  while (at < payload.length) {
    const place = tnetPlace(payload, at);
    const item = place == null ? undefined : readTnet(payload, place, depth + 1);
    if (place == null || item === undefined) return undefined;
    items.push(item);
    at = place.end;
  }
  return items;
}
