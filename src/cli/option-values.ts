import type { Cell } from '../model/run.ts';
import type { Slo } from '../model/slo.ts';
import { UserError } from '../model/user-error.ts';
import { withoutSecrets } from './replay/command-line.ts';

/** Turns words of the command line into values, once, at the edge. Every failure names the option and the offending word. */

const DURATION_US: Readonly<Record<string, number>> = { ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };

/** The longest time that a timer of Node can wait, about 24.8 days; a longer one would fire after a millisecond. */
const LONGEST_US = (2 ** 31 - 1) * 1e3;

/** `500ms`, `60s`, `2m`, `1h`; a bare number counts seconds, as in wrk. Gives microseconds, above 0 and below 24.8 days. */
export function durationUs(option: string, word: string, mostUs = LONGEST_US): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(word);
  const us = match === null ? 0 : Number(match[1]) * (DURATION_US[match[2] ?? 's'] ?? 0);
  if (us <= 0) throw new UserError(`${option} ${word} is not a duration: write it as 500ms, 60s or 2m`);
  if (us > mostUs) {
    throw new UserError(`${option} ${word} is too long: give at most 596h (24 days)`);
  }
  return us;
}

/** A whole number of at least `least`. */
export function count(option: string, word: string, least = 1): number {
  const value = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UserError(
      `${option} ${word} is not a whole number of at least ${least}: write for example ${option} ${Math.max(least, 10)}`,
    );
  }
  return value;
}

/** A number above zero, e.g. a time scale. */
export function positive(option: string, word: string): number {
  const value = /^\d*\.?\d+$/.test(word) ? Number(word) : 0;
  if (!(value > 0))
    throw new UserError(`${option} ${word} is not a number above zero: write for example ${option} 10`);
  return value;
}

/** `HOST:PORT`, `:PORT` or `PORT`; the host defaults to loopback, port 0 takes a free one. */
export function listenAddress(
  option: string,
  word: string,
): { readonly host: string; readonly port: number } {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]*):)?(\d{1,5})$/.exec(word);
  const port = Number(match?.[2]);
  if (match === null || port > 65535) {
    throw new UserError(
      `${option} ${word} is not an address: write it as HOST:PORT, for example 127.0.0.1:8080`,
    );
  }
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return { host: host === '' ? '127.0.0.1' : host, port };
}

/** The root of an HTTP server, without a path: recorded paths are appended to it. */
export function serverUrl(option: string, word: string): URL {
  const url = URL.canParse(word) ? new URL(word) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UserError(
      `${option} ${withoutSecrets(word)} is not an HTTP address: write it as http://HOST:PORT`,
    );
  }
  if (url.pathname !== '/' || url.search !== '') {
    throw new UserError(
      `${option} ${withoutSecrets(word)} has a path: give the server's root ${url.origin}, recorded paths are appended`,
    );
  }
  return url;
}

/** The cells of a matrix: `10x20,10x100` (threads × connections), in the order written. */
export function matrixCells(word: string): readonly Cell[] {
  return word.split(',').map((part) => {
    const match = /^(\d+)x(\d+)$/i.exec(part.trim());
    if (match === null) {
      throw new UserError(
        `--matrix ${word} is not a matrix: write cells as THREADSxCONNECTIONS, for example 10x20,10x100`,
      );
    }
    const threads = count('--matrix', match[1] ?? '');
    const connections = count('--matrix', match[2] ?? '');
    if (connections < threads)
      throw tooFew(`--matrix ${part.trim()}`, `${connections} connections for ${threads} threads`);
    return { threads, connections };
  });
}

/** One cell for each number of connections, all with the same number of threads. */
export function cellsOf(threads: string, connections: string): readonly Cell[] {
  const t = count('--threads', threads);
  return connections.split(',').map((part) => {
    const c = count('--connections', part.trim());
    if (c < t) throw tooFew(`--connections ${c}`, `less than --threads ${t}`);
    return { threads: t, connections: c };
  });
}

function tooFew(word: string, what: string): UserError {
  return new UserError(
    `${word} is ${what}: every thread needs a connection of its own, so lower the threads or raise the connections`,
  );
}

/** Raw header pairs of repeated `--header 'Name: value'`. */
export function headerPairs(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => {
    const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):\s*([^\r\n]*?)\s*$/.exec(word);
    if (match === null) {
      // The rest may be a secret.
      const name = /^[^\s:=]*(?=[\s:=])/.exec(word)?.[0] ?? '';
      throw new UserError(`--header ${name}… is not a header: write it as 'Name: value'`);
    }
    return [match[1] ?? '', match[2] ?? ''];
  });
}

/** A label names runs in reports and on the command line; digits alone would be taken for a run's id. */
export function runLabel(word: string): string {
  if (word.trim() === '' || /^\d+$/.test(word)) {
    throw new UserError(
      `--label ${word === '' ? "''" : word} cannot name a run: use a word such as before, digits alone are run ids`,
    );
  }
  return word;
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
export function byteSize(option: string, word: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(word);
  const bytes = Math.round(Number(match?.[1]) * (BYTE_UNITS[match?.[2] ?? ''] ?? Number.NaN));
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new UserError(`${option} ${word} is not a size: write it as 32MiB, 1GB or a number of bytes`);
  }
  return bytes;
}

/** A share such as `10%` or `0.1`, above 0 to 1. */
export function share(option: string, word: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(word);
  const value = Number(match?.[1]) / (match?.[2] === '%' ? 100 : 1);
  if (!(value > 0 && value <= 1)) {
    throw new UserError(`${option} ${word} is not a share: write it as 10% or 0.1, above 0 and up to 100%`);
  }
  return value;
}

/** One field of a record of options, left out where its word was. */
export function given<Name extends string, T>(
  name: Name,
  word: string | undefined,
  read: (word: string) => T,
): Partial<Record<Name, T>> {
  return word === undefined ? {} : ({ [name]: read(word) } as Record<Name, T>);
}

/** For options that may be repeated. */
export function collect(word: string, words: readonly string[] = []): readonly string[] {
  return [...words, word];
}

/** One of a closed list of words. */
export function oneOf<T extends string>(option: string, word: string, words: readonly T[]): T {
  const found = words.find((candidate) => candidate === word);
  if (found === undefined)
    throw new UserError(`${option} ${word} is not known: choose one of ${words.join(', ')}`);
  return found;
}

const SLO_FIELDS: Readonly<Record<string, keyof Slo>> = { ttft: 'ttftMs', tpot: 'tpotMs', e2el: 'e2elMs' };

/**
 * Limits of a good request: `ttft=500ms,tpot=50ms,e2el=10s`, any of them, each once. The unit must be written: other
 * tools take a bare number for milliseconds, our durations for seconds.
 */
export function slo(option: string, word: string): Slo {
  const limits: Record<keyof Slo, number | null> = { ttftMs: null, tpotMs: null, e2elMs: null };
  for (const part of word.split(',')) {
    const match = /^(ttft|tpot|e2el)=(\d+(?:\.\d+)?(?:ms|s|m|h))$/.exec(part.trim());
    const field = SLO_FIELDS[match?.[1] ?? ''];
    if (field === undefined || limits[field] !== null) {
      throw new UserError(
        `${option} ${word} is not understood at '${part}': write limits as ttft=500ms,tpot=50ms,e2el=10s, each once and with its unit`,
      );
    }
    limits[field] = durationUs(option, match?.[2] ?? '') / 1e3;
  }
  return limits;
}
