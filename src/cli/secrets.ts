import { findSecrets, PRESETS } from '../chat/redaction/redact-patterns.ts';

/** What is stored and shown instead of a secret. */
const MASK = '…';

/**
 * Names whose values are secrets, of an option, a variable, a header or a query parameter: the last part decides, so
 * `--api-key` and `HF_TOKEN` are among them, `--api-key-env` and `--max-num-batched-tokens` are not.
 */
const SECRET_NAME =
  '(?:[\\w.-]*?(?:passw(?:or)?d|passphrase|secret|token|api-?key|credentials?|authorization|cookie|subscription-key)' +
  '|(?:[\\w.-]*[_.-])?(?:key|auth|pass|pwd|sig|signature))';
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"|\'[^\']*\'';

/** The user and password of a URL. */
const USER_INFO = /(?<=\w:\/\/)[^\s/?#'"]*@/g;
/** A header as an option of curl and of ours: any header's value may be a secret. */
const HEADER_OPTION = new RegExp(`(?<=^|\\s)(-H|--header)(=|\\s+|(?=['"]))(${QUOTED}|\\S+)`, 'g');
/** A user and password as curl takes them. */
const USER_OPTION = new RegExp(
  `(?<=^|\\s)(-u|--user|--proxy-user)(=|\\s+|(?=[^\\s=]+:))(${QUOTED}|\\S*:\\S*)`,
  'g',
);
/** Options of some commands whose value is a secret. */
const COMMAND_OPTION = new RegExp(
  `(?<=\\bsshpass\\s+-p\\s*|\\b(?:mysql|mariadb)\\b[^|;&\\n]*\\s-p|\\bcurl\\b[^|;&\\n]*\\s(?:-b|--cookie)(?:=|\\s*))(${QUOTED}|[^\\s'"]+)`,
  'g',
);
/** `Name: value`, up to the quote or line that ends it. */
const HEADER = new RegExp(`(?<![\\w.-])(${SECRET_NAME}:)\\s*[^\\s'"][^'"\\n]*`, 'gi');
/** `--name value`, `name=value`, `"name": "value"`. */
const NAMED = new RegExp(
  `(?<![\\w.-])(--?${SECRET_NAME}(?:=|\\s+)|${SECRET_NAME}(?:=|\\\\*['"]\\s*:\\s*))(${QUOTED}|\\\\*['"]?[^\\s&#'"]+)`,
  'gi',
);
const SCHEME = /\b(Bearer|Basic)\s+[^\s'"]+/gi;

/**
 * A text that a user wrote, such as a URL or a shell command, with its secrets masked: user and password of URLs, values
 * of headers, of options, variables and parameters with a name such as `--api-key`, `HF_TOKEN` or `sig`, and keys that
 * are known by their shape. It takes too much rather than too little.
 */
export function withoutSecrets(text: string): string {
  const masked = text
    .replace(USER_INFO, `${MASK}@`)
    .replace(HEADER_OPTION, (_, option, space, header) => `${option}${space}${headerName(header)}`)
    .replace(USER_OPTION, `$1$2${MASK}`)
    .replace(COMMAND_OPTION, MASK)
    .replace(HEADER, `$1 ${MASK}`)
    .replace(NAMED, `$1${MASK}`)
    .replace(SCHEME, `$1 ${MASK}`);
  const keys = findSecrets(
    masked,
    PRESETS.filter(({ name }) => name === 'keys'),
  );
  return keys.reduceRight((rest, [start, end]) => `${rest.slice(0, start)}${MASK}${rest.slice(end)}`, masked);
}

/** The program's arguments as a run stores them, so that it can be repeated, with secrets masked. */
export function commandLine(argv: readonly string[]): readonly string[] {
  return argv.map((argument, i) => {
    const option = argv[i - 1] ?? '';
    if (option === '--header' || option === '-H') return headerName(argument);
    if (argument.startsWith('--header=')) return `--header=${headerName(argument.slice('--header='.length))}`;
    if (/^-H./.test(argument)) return `-H${headerName(argument.slice(2))}`;
    return SECRET_OPTION.test(option) ? MASK : withoutSecrets(argument);
  });
}

const SECRET_OPTION = new RegExp(`^--?${SECRET_NAME}$`, 'i');

/** A header with its value masked, in its quotes if it has them. */
function headerName(header: string): string {
  const quote = /^['"]/.exec(header)?.[0] ?? '';
  const name = /^([^\s:]+):/.exec(header.slice(quote.length))?.[1];
  return `${quote}${name === undefined ? '' : `${name}: `}${MASK}${quote}`;
}

/** Settings as they are stored, with the secrets of every text masked. */
export function settingsWithoutSecrets<T>(value: T): T {
  if (typeof value === 'string') return withoutSecrets(value) as T;
  if (Array.isArray(value)) return value.map(settingsWithoutSecrets) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, settingsWithoutSecrets(inner)]),
  ) as T;
}
