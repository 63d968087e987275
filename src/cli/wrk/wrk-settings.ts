import { FILE_PROBLEMS, readSmallFile } from '../../formats/reading/small-file.ts';
import type { ScriptSpec, ScriptUrl } from '../../formats/wrk/script-protocol.ts';
import type { Cell } from '../../model/run.ts';
import { checkAll, UserError } from '../../model/user-error.ts';
import { invalid, longDurationUs, runLabel, text } from '../option-values.ts';
import { flag, type Input, list, value } from '../options.ts';

/** What wrk's command line asks for. */
export interface WrkSettings {
  readonly cell: Cell;
  readonly durationUs: number;
  readonly timeoutUs: number;
  readonly latency: boolean;
  /** Without the script's bytes: they are read when the command runs. */
  readonly script: Omit<ScriptSpec, 'script'>;
  readonly file: string | null;
  readonly out: string | null;
  readonly label: string | null;
  readonly json: boolean;
}

const METRIC: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9 };

/** A whole number above 0 with wrk's units: `100`, `1k`, `2M`. */
function metric(option: string, text: string): number {
  const match = /^(\d+)([kmg]?)$/i.exec(text);
  const n = Number(match?.[1]) * (METRIC[match?.[2]?.toLowerCase() ?? ''] ?? 1);
  if (Number.isSafeInteger(n) && n > 0) return n;
  throw invalid(
    option,
    text,
    'is not a whole number above 0',
    `write for example ${option} 100 or ${option} 1k`,
  );
}

export const WRK_OPTIONS = {
  connections: value(
    '-c, --connections <n>',
    'connections to keep open, of all threads together',
    metric,
    '10',
  ),
  duration: value('-d, --duration <time>', 'duration of the test', longDurationUs, '10s'),
  threads: value(
    '-t, --threads <n>',
    'threads: groups of connections, each with its own Lua state',
    metric,
    '2',
  ),
  script: value('-s, --script <file>', 'Lua script', text),
  header: list('-H, --header <header>', "header 'Name: value' for every request", text),
  latency: flag('-L, --latency', 'print the latency distribution'),
  timeout: value('-T, --timeout <time>', 'latencies above it count as timeouts', longDurationUs, '2s'),
  version: flag('-v, --version', 'print the version'),
  out: value(
    '-o, --out <tape>',
    'the tape to write, or to add to (default: recordings/wrk-TIME.sqlite)',
    text,
  ),
  label: value('--label <label>', 'name of the run for compare and report (default: run-N)', runLabel),
  json: flag('--json', 'print JSON below the block'),
};

/** @throws UserError with every mistake */
export function wrkSettings({
  arguments: [address = '', ...args],
  values,
  env,
}: Input<typeof WRK_OPTIONS>): WrkSettings {
  const { cell, url } = checkAll({
    cell: () => cellOf(values.threads, values.connections),
    url: () => scriptUrl(address),
  });
  return {
    cell,
    durationUs: values.duration,
    timeoutUs: values.timeout,
    latency: values.latency,
    file: values.script,
    script: {
      url,
      headers: values.header.flatMap(headerPair),
      args,
      threads: cell.threads,
      environment: env,
      folder: process.cwd(),
    },
    out: values.out,
    label: values.label,
    json: values.json,
  };
}

function cellOf(threads: number, connections: number): Cell {
  if (connections >= threads) return { threads, connections };
  throw invalid(
    '--connections',
    String(connections),
    `is less than --threads ${threads}`,
    'every thread needs its own connection',
  );
}

/** wrk drops a header without `: ` in silence. */
function headerPair(text: string): readonly string[] {
  const at = text.indexOf(':');
  return at === -1 || text[at + 1] !== ' ' ? [] : [text.slice(0, at), text.slice(at + 2)];
}

/** @throws UserError */
export function scriptUrl(text: string): ScriptUrl {
  const [, scheme = '', host = '', port = '', rest = ''] =
    /^(https?):\/\/(?:[^@/?#]*@)?(\[[^\]]+\]|[^:/?#]+)(?::(\d+))?(.*)$/.exec(text) ?? [];
  if (host === '' || !URL.canParse(text)) {
    throw invalid('the URL', text, 'is not an HTTP address', 'write it as http://HOST:PORT/PATH');
  }
  const path = rest.startsWith('/') ? rest : '/';
  return { text, scheme, host: host.replace(/^\[|\]$/g, ''), port, path };
}

/** Of a script, which may have its data in it, bytes. */
const MOST_SCRIPT_BYTES = 64 * 1024 * 1024;

/** Reads a script; a path such as /dev/stdin can be read once. @throws UserError */
export function readScript(file: string): NonNullable<ScriptSpec['script']> {
  const source = readSmallFile(file, { most: MOST_SCRIPT_BYTES, pipes: true });
  if (typeof source !== 'string') return { file, source };
  throw new UserError(`the script ${file} ${FILE_PROBLEMS[source]}`, { remedy: 'check its path' });
}
