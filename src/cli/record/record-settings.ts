import { readFileSync } from 'node:fs';
import { CHAT } from '../../chat/apis/chat.ts';
import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { UserError } from '../../model/user-error.ts';
import { byteSize, count, durationUs, listenAddress, oneOf, serverUrl, share } from '../option-values.ts';
import { createExchangeReading, type KeepPolicy } from './exchange-reading.ts';
import type { RotateLimits } from './tape-series.ts';

/** `reprise record`'s words as commander gives them. */
export interface RecordOptions {
  readonly upstream: string;
  readonly listen: string;
  readonly out?: string;
  readonly append?: true;
  readonly path?: readonly string[];
  readonly sample: string;
  readonly bodies: boolean;
  readonly redactHeader?: readonly string[];
  readonly redactJsonPath?: readonly string[];
  readonly redactPattern?: readonly string[];
  readonly maxBody: string;
  readonly queueBytes: string;
  readonly failClosed?: true;
  readonly drain: string;
  readonly rotate?: readonly string[];
  readonly keep?: string;
  readonly workers: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly upstreamCa?: string;
  readonly admin?: string;
  readonly serverCommand?: string;
  readonly log: string;
}

/** Certificate and key of the side that clients see, PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** The same, checked and turned into values. */
export interface RecordSettings {
  readonly upstream: URL;
  readonly listen: { readonly host: string; readonly port: number };
  /** Null: a name by its time. */
  readonly out: string | null;
  readonly append: boolean;
  /** Paths whose POSTs are recorded. */
  readonly paths: readonly string[];
  readonly keep: KeepPolicy;
  readonly redactHeaders: readonly string[];
  readonly maxBodyBytes: number;
  readonly queueBytes: number;
  readonly failClosed: boolean;
  readonly drainMs: number;
  readonly limits: RotateLimits;
  /** Proxy threads. */
  readonly workers: number;
  readonly tls: TlsFiles | null;
  /** PEM of the authority that signed the upstream's certificate, beside the usual ones. */
  readonly upstreamCa: string | null;
  readonly admin: { readonly host: string; readonly port: number } | null;
  readonly serverCommand: string | null;
  readonly jsonLog: boolean;
}

/** What is recorded unless told otherwise. */
export const DEFAULT_PATHS: readonly string[] = [CHAT, COMPLETIONS].map(({ pathEnd }) => `/v1${pathEnd}`);

const LOG_FORMATS = ['text', 'json'] as const;

/** @throws UserError for every word that cannot be meant */
export function recordSettings(options: RecordOptions): RecordSettings {
  if (options.append === true && options.out === undefined) {
    throw new UserError('--append goes on with a tape: name it with --out');
  }
  const keep: KeepPolicy = {
    bodies: options.bodies,
    jsonPaths: options.redactJsonPath ?? [],
    patterns: options.redactPattern ?? [],
    sample: share('--sample', options.sample),
  };
  // The tape's thread makes its own; here it only has to be possible.
  createExchangeReading(keep);
  return {
    upstream: serverUrl('--upstream', options.upstream),
    listen: listenAddress('--listen', options.listen),
    out: options.out ?? null,
    append: options.append === true,
    paths: (options.path ?? DEFAULT_PATHS).map(recordedPath),
    keep,
    redactHeaders: options.redactHeader ?? [],
    maxBodyBytes: byteSize('--max-body', options.maxBody),
    queueBytes: byteSize('--queue-bytes', options.queueBytes),
    failClosed: options.failClosed === true,
    drainMs: options.drain === '0' ? 0 : durationUs('--drain', options.drain) / 1e3,
    workers: count('--workers', options.workers),
    limits: rotateLimits(options.rotate ?? [], options.keep),
    tls: tlsFiles(options.tlsCert, options.tlsKey),
    upstreamCa: options.upstreamCa === undefined ? null : readPem('--upstream-ca', options.upstreamCa),
    admin: options.admin === undefined ? null : listenAddress('--admin', options.admin),
    serverCommand: options.serverCommand ?? null,
    jsonLog: oneOf('--log', options.log, LOG_FORMATS) === 'json',
  };
}

function recordedPath(path: string): string {
  if (!path.startsWith('/') || /[?#\s]/.test(path)) {
    throw new UserError(`--path ${path} is not a path: write it as ${DEFAULT_PATHS[0]}`);
  }
  return path;
}

/** `1GB` is a size, `1h` an age; either ends a tape. */
function rotateLimits(words: readonly string[], keep: string | undefined): RotateLimits {
  const isAge = (word: string): boolean => /^[\d.]+(ms|s|m|h)$/.test(word);
  // No timer waits for the age, so it has no limit.
  const ages = words
    .filter(isAge)
    .map((word) => durationUs('--rotate', word, Number.POSITIVE_INFINITY) / 1e3);
  const sizes = words.filter((word) => !isAge(word)).map((word) => byteSize('--rotate', word));
  if (keep !== undefined && words.length === 0) {
    throw new UserError(`--keep ${keep} needs --rotate: without it there is only one tape`);
  }
  return {
    bytes: sizes.length === 0 ? null : Math.min(...sizes),
    ageMs: ages.length === 0 ? null : Math.min(...ages),
    keep: keep === undefined ? null : count('--keep', keep),
  };
}

function tlsFiles(cert: string | undefined, key: string | undefined): TlsFiles | null {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) {
    throw new UserError(
      `--tls-${cert === undefined ? `key ${key}` : `cert ${cert}`} needs the other half: give --tls-cert and --tls-key`,
    );
  }
  return { cert: readPem('--tls-cert', cert), key: readPem('--tls-key', key) };
}

function readPem(option: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${option} ${file} cannot be read (${code}): check the path`);
  }
  if (!text.includes('-----BEGIN ')) {
    throw new UserError(`${option} ${file} is not in PEM format: it has no -----BEGIN line`);
  }
  return text;
}
