import { createHmac } from 'node:crypto';
import { createRecent } from '../../model/recent.ts';
import { percentDecoded } from '../headers.ts';

/** What holds credentials by its name; a tape keeps these rules beside the user's own. */
export const CREDENTIAL_RULES = {
  /** Headers of requests, and parameters of URLs, whose names have one of these in them. */
  namesWith: [
    'auth',
    'token',
    'secret',
    'key',
    'cookie',
    'session',
    'passw',
    'passphrase',
    'passcode',
    'bearer',
    'credential',
    'signature',
  ],
  /** Parameters of URLs that do so without such a word. */
  parameters: ['sig', 'pwd', 'pass', 'code'],
  /** Headers of answers, lower case: a server's own names, such as its limits, are no secrets. */
  answerHeaders: ['set-cookie', 'set-cookie2', 'authorization', 'x-auth-token', 'x-api-key', 'api-key'],
} as const;

/** Parts of names, between punctuation, that denote credentials: of identity proxies and model hubs. */
const PARTS = [
  'jwt',
  'oidc',
  'iap',
  'assertion',
  'hf',
  'saml',
  'sso',
  'cf-access-[a-z-]+',
  'dpop',
  'csrf',
  'xsrf',
  'otp',
].join('|');

/** Names that count tokens, such as `x-ratelimit-limit-tokens` and `max_tokens`, are not credentials. */
const CREDENTIAL_NAME = new RegExp(
  `^(?!.*[-_]tokens$).*(?:${CREDENTIAL_RULES.namesWith.join('|')}|(?<![a-z])(?:${PARTS})(?![a-z]))`,
  'i',
);

/** The beginning of what replaces a credential on the tape; a keyed hash may follow: `[redacted 5f3a9c1e0b7d]`. */
const MARK = '[redacted';

/** True for a value that was redacted. */
export function isRedacted(value: string): boolean {
  return value.startsWith(MARK) && value.endsWith(']');
}

/** Takes credentials out of what is about to be recorded. Names, order and every other byte stay as they were. */
export interface CredentialRedaction {
  /** A copy of raw header pairs in which the values of credential headers, and credentials in URLs, are replaced. */
  requestHeaders(raw: readonly string[]): readonly string[];
  answerHeaders(raw: readonly string[]): readonly string[];
  /** A path whose credential query parameters are replaced. */
  path(path: string): string;
}

export interface CredentialOptions {
  /** Key of the hash by which equal credentials are recognized; without it, guesses cannot be checked against a tape. */
  readonly hashKey: Uint8Array;
  /** Further header names, any case. */
  readonly moreHeaders?: readonly string[];
}

/** Credentials whose hash is remembered, so that the proxy's thread hashes each only once, characters: those of 30,000 clients. */
const REMEMBERED = 4 * 1024 * 1024;

/** What a mark and its place among the others take, characters. */
const MARK_SIZE = 100;

/** Digits of the hash kept on the tape: 48 bits, enough to distinguish a million clients. */
const HASH_DIGITS = 12;

export function createCredentialRedaction({
  hashKey,
  moreHeaders = [],
}: CredentialOptions): CredentialRedaction {
  const more = moreHeaders.map((name) => name.toLowerCase());
  const ofRequests: ReadonlySet<string> = new Set(more);
  const ofAnswers: ReadonlySet<string> = new Set([...CREDENTIAL_RULES.answerHeaders, ...more]);
  const isOfRequests = remembering(
    (name) => CREDENTIAL_NAME.test(name) || ofRequests.has(name.toLowerCase()),
  );
  const isOfAnswers = (name: string): boolean => ofAnswers.has(name.toLowerCase());
  const markOf = createMarks(hashKey);

  const withoutParameters = (text: string): string =>
    text.replace(PARAMETER, (whole, before: string, name: string, value: string) =>
      isCredentialParameter(name) || hidesCredential(value) ? `${before}${name}=${markOf(value)}` : whole,
    );

  /** A URL within a parameter, encoded once more, has parameters and a user too. */
  function hidesCredential(value: string): boolean {
    if (!/%(?:3d|40)/i.test(value)) return false;
    const inner = percentDecoded(value);
    return (
      inner !== value && (withoutParameters(`?${inner}`) !== `?${inner}` || inner.search(USER_INFO) !== -1)
    );
  }

  function redacted(raw: readonly string[], isCredential: (name: string) => boolean): readonly string[] {
    const kept = [...raw];
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const value = raw[i + 1] ?? '';
      if (isCredential(raw[i] ?? '')) kept[i + 1] = markOf(value);
      else if (/[=@]/.test(value))
        kept[i + 1] = withoutParameters(
          value.replace(USER_INFO, (user: string) => `${markOf(user.slice(0, -1))}@`),
        );
    }
    return kept;
  }

  return {
    requestHeaders: (raw) => redacted(raw, isOfRequests),
    answerHeaders: (raw) => redacted(raw, isOfAnswers),
    path(path) {
      if (!path.includes('=')) return path;
      const at = path.includes('?') ? path.indexOf('?') : path.length;
      const segments = path.slice(0, at).split('/').map(withoutParameters);
      return segments.join('/') + withoutParameters(path.slice(at));
    },
  };
}

/** Names of headers that are remembered: there are few, but a client may invent any number of any length. */
const NAMES = { most: 1_000, characters: 64 } as const;

/** The same, with what it said of the first names remembered: the pattern costs more than all else of a header. */
function remembering(isCredential: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const said = isCredential(name);
    if (known.size < NAMES.most && name.length <= NAMES.characters) known.set(name, said);
    return said;
  };
}

/** The user and password of a URL, with the sign that ends them. */
const USER_INFO = /(?<=\w:\/\/)[^\s/?#"'<>]*@/g;

/** A parameter of a URL, in its query or its fragment. */
const PARAMETER = /([?&;#])([^=&;#?\s"'<>]+)=([^&;#\s"'<>]*)/g;

function isCredentialParameter(name: string): boolean {
  const plain = percentDecoded(percentDecoded(name));
  const shorts: readonly string[] = CREDENTIAL_RULES.parameters;
  return CREDENTIAL_NAME.test(plain) || shorts.includes(plain.toLowerCase());
}

/** Makes the marks that replace values on the tape: equal marks for equal values. */
export function createMarks(hashKey: Uint8Array): (value: string) => string {
  const marks = createRecent<string, string>(REMEMBERED);
  return (value) =>
    marks.get(value, () => {
      const hash = createHmac('sha256', hashKey).update(value).digest('hex').slice(0, HASH_DIGITS);
      return { value: `${MARK} ${hash}]`, size: value.length + MARK_SIZE };
    });
}
