import { checkAll, usageError } from '../../model/user-error.ts';
import { type S3Place, s3Place } from '../../objects/place.ts';
import {
  baseUrl,
  byteSize,
  choice,
  count,
  durationUs,
  invalid,
  listenAddress,
  milliseconds,
  pem,
  share,
  text,
} from '../option-values.ts';
import { flag, type Input, list, required, value } from '../options.ts';
import { checked, jsonPath, type KeepPolicy, redactPattern } from './keep-policy.ts';
import type { RotateLimits } from './tape-series.ts';

export const RECORD_OPTIONS = {
  upstream: required('--upstream <url>', 'base URL of the server, e.g. http://127.0.0.1:8000', baseUrl),
  listen: value(
    '--listen <address>',
    'address to listen on; port 0 picks a free port',
    listenAddress,
    '127.0.0.1:8080',
  ),
  out: value('--out <tape>', 'tape to create (default: recordings/TIME.sqlite)', tapePath),
  append: flag('--append', 'add to an existing tape, named by --out'),
  path: list('--path <path>', 'record POSTs to this path only', recordedPath),
  sample: value('--sample <percent>', 'percentage of conversations to record', share, '100%'),
  noBodies: flag('--no-bodies', 'record timing, sizes and token counts only; such a tape cannot be replayed'),
  redactHeader: list('--redact-header <name>', 'also hash the value of this header', text),
  redactJsonPath: list(
    '--redact-json-path <path>',
    'blank this JSON field in requests and responses, e.g. messages[*].content',
    checked(jsonPath),
  ),
  redactPattern: list(
    '--redact-pattern <pattern>',
    'mask matches of email, keys, cards or a regular expression',
    checked(redactPattern),
  ),
  maxBody: value(
    '--max-body <size>',
    'maximum bytes stored per body; longer bodies are forwarded in full, stored truncated',
    byteSize,
    '32MiB',
  ),
  queueBytes: value(
    '--queue-bytes <size>',
    'maximum bytes queued for disk; beyond it records are dropped, traffic continues',
    byteSize,
    '256MiB',
  ),
  failClosed: flag('--fail-closed', 'return 503 instead of forwarding a request that cannot be recorded'),
  showUpstream: flag('--show-upstream', 'name the upstream and the error in 502 responses, for debugging'),
  drain: value('--drain <time>', 'time allowed for requests in progress at shutdown', milliseconds, '30s'),
  rotate: list('--rotate <limit>', 'start a new tape at this size or age, e.g. 1GB or 1h', rotateLimit),
  keep: value('--keep <n>', 'number of tapes to keep, with --rotate', count),
  upload: value(
    '--upload <place>',
    'copy each closed tape to s3://bucket/prefix; credentials from AWS_ACCESS_KEY_ID and the like',
    uploadPlace,
  ),
  otlp: value(
    '--otlp <url>',
    'send recorded exchanges as spans to this OpenTelemetry collector (OTLP over HTTP)',
    baseUrl,
  ),
  workers: value('--workers <n>', 'proxy threads; one handles about 20,000 chunks/s', count, '1'),
  tlsCert: value('--tls-cert <file>', 'certificate for HTTPS (PEM)', pem),
  tlsKey: value('--tls-key <file>', 'private key for HTTPS (PEM)', pem),
  upstreamCa: value('--upstream-ca <file>', 'additional CA certificate for the upstream (PEM)', pem),
  admin: value('--admin <address>', 'address for /metrics, /healthz and /readyz', listenAddress),
  serverCommand: value(
    '--server-command <command>',
    "command whose output is stored at start and end, e.g. 'nvidia-smi -q'",
    text,
  ),
  log: value('--log <format>', 'log format on stderr, text or json', choice(['text', 'json']), 'text'),
};

/** Certificate and key of the side that clients see, PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

type RecordValues = Input<typeof RECORD_OPTIONS>['values'];

/** The same, checked and turned into values; null of `out` is a name by its time. */
export interface RecordSettings
  extends Pick<
    RecordValues,
    | ('upstream' | 'listen' | 'out' | 'append' | 'queueBytes' | 'failClosed' | 'workers' | 'upload' | 'otlp')
    | ('upstreamCa' | 'admin' | 'serverCommand')
  > {
  /** Paths whose POSTs are recorded; null for every API that is understood. */
  readonly paths: readonly string[] | null;
  readonly keep: KeepPolicy;
  readonly redactHeaders: readonly string[];
  readonly namesUpstream: boolean;
  readonly drainMs: number;
  readonly limits: RotateLimits;
  readonly tls: TlsFiles | null;
  readonly jsonLog: boolean;
}

/** @throws UserError with every mistake */
export function recordSettings({ values, given }: Input<typeof RECORD_OPTIONS>): RecordSettings {
  const { limits, tls } = checkAll({
    append() {
      if (!values.append || given.out !== null) return;
      throw usageError('--append adds to an existing tape', 'name it with --out');
    },
    limits: () => rotateLimits(values.rotate, values.keep),
    tls: () => tlsFiles({ values, given }),
  });
  const { upstream, listen, out, append, path, queueBytes, failClosed, workers, upload, otlp } = values;
  const { upstreamCa, admin, serverCommand } = values;
  return {
    ...{ upstream, listen, out, append, paths: path.length === 0 ? null : path },
    keep: {
      bodies: !values.noBodies,
      jsonPaths: values.redactJsonPath,
      patterns: values.redactPattern,
      sample: values.sample,
      maxBodyBytes: values.maxBody,
    },
    redactHeaders: values.redactHeader,
    ...{ queueBytes, failClosed, namesUpstream: values.showUpstream, drainMs: values.drain, workers },
    ...{ limits, upload, otlp, tls, upstreamCa, admin, serverCommand, jsonLog: values.log === 'json' },
  };
}

/** SQLite takes some names for something else than a file. */
function tapePath(option: string, path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (path.trim() !== '' && !/^(:|file:)/i.test(path) && !/[\0-\x1f\x7f]/.test(path)) return path;
  throw invalid(option, path, 'is not the name of a file', 'write it as recordings/monday.sqlite');
}

/** `s3://bucket` or `s3://bucket/prefix`, which is that of a folder with or without its slash. */
function uploadPlace(option: string, text: string): S3Place {
  const place = s3Place(text);
  if (place === null) throw invalid(option, text, 'is no place for tapes', 'write it as s3://bucket/prefix');
  return { ...place, key: place.key.replace(/\/*$/, place.key === '' ? '' : '/') };
}

function recordedPath(option: string, path: string): string {
  if (path.startsWith('/') && !/[?#\s]/.test(path)) return path;
  throw invalid(option, path, 'is not a path', 'write it as /v1/embeddings');
}

/** `1GB` is a size, `1h` an age; either ends a tape. */
function rotateLimit(option: string, text: string): { readonly ageMs: number } | { readonly bytes: number } {
  // No timer waits for the age, so it has no limit.
  return /^[\d.]+(ms|s|m|h)$/.test(text)
    ? { ageMs: durationUs(option, text, Number.POSITIVE_INFINITY) / 1e3 }
    : { bytes: byteSize(option, text) };
}

function rotateLimits(given: readonly ReturnType<typeof rotateLimit>[], keep: number | null): RotateLimits {
  if (keep !== null && given.length === 0) {
    throw usageError(`--keep ${keep} needs --rotate`, 'without it there is only one tape');
  }
  const ages = given.flatMap((limit) => ('ageMs' in limit ? [limit.ageMs] : []));
  const sizes = given.flatMap((limit) => ('bytes' in limit ? [limit.bytes] : []));
  return {
    bytes: sizes.length === 0 ? null : Math.min(...sizes),
    ageMs: ages.length === 0 ? null : Math.min(...ages),
    keep,
  };
}

function tlsFiles({
  values: { tlsCert, tlsKey },
  given,
}: Pick<Input<typeof RECORD_OPTIONS>, 'values' | 'given'>): TlsFiles | null {
  if (tlsCert === null && tlsKey === null) return null;
  if (tlsCert === null || tlsKey === null) {
    throw usageError(
      `${given.tlsCert ?? given.tlsKey} needs the other half`,
      'give --tls-cert and --tls-key',
    );
  }
  return { cert: tlsCert, key: tlsKey };
}
