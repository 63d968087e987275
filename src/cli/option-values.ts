import { FILE_PROBLEMS, readSmallFile } from '../formats/reading/small-file.ts';
import type { Slo } from '../measure/goodput.ts';
import { LIMITED } from '../measure/metric-table.ts';
import type { Percentile } from '../measure/sample.ts';
import { UserError } from '../model/user-error.ts';
import type { Parse } from './options.ts';
import { withoutSecrets } from './secrets.ts';

/** Parsers of option values, used once at the edge. Every failure names the option, the offending text and the remedy. */

/** @param problem what is wrong with the text, as `is not a duration` */
export function invalid(option: string, text: string, problem: string, remedy: string): UserError {
  const shown = text === '' ? "''" : withoutSecrets(text);
  return new UserError(`${option} ${shown} ${problem}`, {
    kind: 'usage',
    remedy,
    facts: { option, value: shown },
  });
}

/** Any text: a name, a file or a command. */
export function text(_option: string, given: string): string {
  return given;
}

const DURATION_US: Readonly<Record<string, number>> = { ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };

/** The longest time that a timer of Node can wait, about 24.8 days; a longer one would fire after a millisecond. */
const LONGEST_US = (2 ** 31 - 1) * 1e3;

/** A duration without an upper bound, for what waits again when a timer ends early. */
export function longDurationUs(option: string, text: string): number {
  return durationUs(option, text, Number.POSITIVE_INFINITY);
}

/** `500ms`, `60s`, `2m`, `1h`; a bare number counts seconds, as in wrk. Gives microseconds, above 0 and below 24.8 days. */
export function durationUs(option: string, text: string, mostUs = LONGEST_US): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const us = match === null ? 0 : Number(match[1]) * (DURATION_US[match[2] ?? 's'] ?? 0);
  if (us <= 0) throw invalid(option, text, 'is not a duration', 'write it as 500ms, 60s or 2m');
  if (us > mostUs) throw invalid(option, text, 'is too long', 'give at most 596h (24 days)');
  return us;
}

/** Milliseconds; 0 is allowed. */
export function milliseconds(option: string, text: string): number {
  return /^0(ms|s)?$/.test(text) ? 0 : durationUs(option, text) / 1e3;
}

/** A whole number of at least `least`. */
export function count(option: string, text: string, least = 1): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  const example = Math.max(least, 10);
  throw invalid(
    option,
    text,
    `is not a whole number of at least ${least}`,
    `write for example ${option} ${example}`,
  );
}

/** As `count`, for a table of options. */
export function atLeast(least: number): Parse<number> {
  return (option, text) => count(option, text, least);
}

/** A number above zero, e.g. a time scale. */
export function positive(option: string, text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw invalid(option, text, 'is not a number above zero', `write for example ${option} 10`);
}

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, `:PORT` or `PORT`; the host defaults to loopback, port 0 picks a free one. */
export function listenAddress(option: string, text: string): ListenAddress {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65535) {
    throw invalid(option, text, 'is not an address', 'write it as HOST:PORT, for example 127.0.0.1:8080');
  }
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return { host: host === '' ? '127.0.0.1' : host, port };
}

/** The base of an HTTP server, which may have a path, a user and a password. */
export function baseUrl(option: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw invalid(option, text, 'is not an HTTP address', 'write it as http://HOST:PORT');
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalid(option, text, 'has a query or a fragment', 'give the address that paths are appended to');
  }
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    throw invalid(option, text, 'has a % in its user or password', 'write it as %25');
  }
  return url;
}

/** Headers that the client writes itself: another value would break the framing of requests, or their way. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);

/** A raw header pair of `'Name: value'`: printable ASCII and Latin-1, as HTTP/1.1 carries it. */
export function header(option: string, text: string): readonly [name: string, value: string] {
  const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/s.exec(text);
  const [, name = '', value = ''] = match ?? [];
  // The rest may be a secret.
  const shown = `${/^[^\s:=]*(?=[\s:=])/.exec(text)?.[0] ?? ''}…`;
  if (match === null) throw invalid(option, shown, 'is not a header', "write it as 'Name: value'");
  if (OWN_HEADERS.has(name.toLowerCase())) {
    throw invalid(option, shown, 'is a header that reprise writes itself', 'leave it out');
  }
  if (!/^[\t\x20-\x7e\xa0-\xff]*$/.test(value)) {
    throw invalid(option, shown, 'has a character that a header cannot carry', 'use printable ASCII only');
  }
  return [name, value];
}

/** A label names runs in reports and on the command line; digits alone would be read as a run's id. */
export function runLabel(option: string, text: string): string {
  if (text.trim() !== '' && !/^\d+$/.test(text)) return text;
  throw invalid(option, text, 'cannot name a run', 'use a word such as before; digits alone are run IDs');
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1024,
  KiB: 1024,
  MB: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1024 ** 3,
  GiB: 1024 ** 3,
};

/** A size such as `32MiB` or `1GB` in bytes; the units are powers of 1024 by either name. */
export function byteSize(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text);
  const bytes = Math.round(Number(match?.[1]) * (BYTE_UNITS[match?.[2] ?? ''] ?? Number.NaN));
  if (Number.isSafeInteger(bytes) && bytes >= 1) return bytes;
  throw invalid(option, text, 'is not a size', 'write it as 32MiB, 1GB or a number of bytes');
}

/** A share such as `10%` or `0.1`, above 0 to 1. */
export function share(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const value = Number(match?.[1]) / (match?.[2] === '%' ? 100 : 1);
  if (value > 0 && value <= 1) return value;
  throw invalid(option, text, 'is not a percentage', 'write it as 10% or 0.1, above 0 and up to 100%');
}

/** One of a closed list. */
export function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  throw invalid(option, text, 'is not known', `choose one of ${choices.join(', ')}`);
}

/** As `oneOf`, for a table of options. */
export function choice<const T extends string>(choices: readonly T[]): Parse<T> {
  return Object.assign((option: string, text: string) => oneOf(option, text, choices), { choices });
}

/** The text of a file in PEM format. */
export function pem(option: string, file: string): string {
  const content = fileText(option, file);
  if (content.includes('-----BEGIN ')) return content;
  throw invalid(option, file, 'is not in PEM format', 'it has no -----BEGIN line');
}

/** The text of a small file. */
export function fileText(option: string, file: string): string {
  const content = readSmallFile(file);
  if (typeof content !== 'string') return content.toString('utf8');
  throw invalid(option, file, FILE_PROBLEMS[content], 'check the path');
}

const SLO_FIELDS: ReadonlyMap<string, keyof Slo> = new Map(LIMITED.map(({ csv, key }) => [csv, key]));

/**
 * Limits of a good request: `ttft=500ms,tpot=50ms,e2el=10s,itl=200ms,ttfo=2s`, any of them, each once. The unit is required: other tools
 * read a bare number as milliseconds, our durations as seconds.
 */
export function slo(option: string, text: string): Slo {
  const limits: { -readonly [K in keyof Slo]: Slo[K] } = { ttftMs: null, tpotMs: null, e2elMs: null };
  for (const part of text.split(',')) {
    const match = /^(\w+)=(\d+(?:\.\d+)?(?:ms|s|m|h))$/.exec(part.trim());
    const field = SLO_FIELDS.get(match?.[1] ?? '');
    if (field === undefined || (limits[field] ?? null) !== null) {
      throw invalid(
        option,
        text,
        `is not understood at '${part}'`,
        'write limits as ttft=500ms,tpot=50ms,e2el=10s,itl=200ms,ttfo=2s, each once and with its unit',
      );
    }
    limits[field] = durationUs(option, match?.[2] ?? '') / 1e3;
  }
  return limits;
}

/** `50,75,99.9`: up to ten percentiles above 0 and below 100, with up to three decimals; given in rising order. */
export function percentiles(option: string, text: string): readonly Percentile[] {
  const numbers = new Set(
    text.split(',').map((part) => {
      const number = /^\d{1,2}(\.\d{1,3})?$/.test(part.trim()) ? Number(part) : 0;
      if (number > 0) return number;
      throw invalid(
        option,
        text,
        `is not understood at '${part}'`,
        'write percentiles above 0 and below 100 as 50,75,99.9',
      );
    }),
  );
  if (numbers.size > 10) throw invalid(option, text, 'has more than ten percentiles', 'give ten or fewer');
  return [...numbers].sort((a, b) => a - b).map((number): Percentile => `p${number}`);
}
