import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin, stripTypeScriptTypes } from 'node:module';
import { join, posix, relative, sep } from 'node:path';
import { APIS } from '../../src/chat/apis/table.ts';
import { PAIR_METRICS, RUN_METRICS } from '../../src/compare/compared-metrics.ts';
import { METRIC_LIST } from '../../src/measure/metric-table.ts';
import { isProse, literalsOf } from './sentences.ts';

/** Who may import whom: the house's walls. A folder may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  chat: ['model'],
  store: ['model'],
  measure: ['model'],
  formats: ['model', 'chat'],
  simulate: ['model', 'chat'],
  record: ['model', 'chat'],
  objects: ['model'],
  replay: ['model', 'chat', 'measure'],
  compare: ['model', 'measure'],
  report: ['model', 'measure', 'compare'],
  serve: ['model', 'measure', 'compare', 'report'],
  cli: [
    'objects',
    'model',
    'chat',
    'store',
    'measure',
    'formats',
    'simulate',
    'record',
    'replay',
    'compare',
    'report',
    'serve',
  ],
};

/** Every external package has one owner. */
const OWNER: Readonly<Record<string, string>> = {
  'better-sqlite3': 'store',
  aws4fetch: 'objects',
  'http-proxy': 'record',
  undici: 'replay',
  'hdr-histogram-js': 'measure',
  commander: 'cli',
  yaml: 'cli',
  minizlib: 'chat',
  'string-width': 'report',
  luaparse: 'formats',
  wasmoon: 'formats',
  'hyparquet-writer': 'formats',
};

/** Names that say nothing about what is inside. */
const DRAWERS = /^(utils?|types?|common|constants?|helpers?|misc|shared)(\.|$)/;

/** Folders that touch neither network, disk, threads nor timers. */
const PURE = ['model', 'chat', 'compare', 'report', 'replay/plan'];
const IMPURE_BUILTINS =
  /^node:(fs|net|http|https|http2|tls|dgram|child_process|worker_threads|timers|dns)(\/|$)/;

/** Time and timers are arguments of pure code; one file is the door to the system's. */
const SYSTEM_TIME =
  /\b(setTimeout|setImmediate|setInterval|queueMicrotask|nextTick|hrtime|Date\.now|performance\.now)\b|new Date\(\)/;
const DOOR_TO_TIME = 'model/clock.ts';

/** Walks the house below `root` and gives one sentence for each broken rule. */
export function houseViolations(root: string): string[] {
  const sources = filesBelow(join(root, 'src'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({
      path: relative(join(root, 'src'), file).split(sep).join('/'),
      text: readFileSync(file, 'utf8'),
    }));
  return [
    ...sources.flatMap(({ path, text }) => [
      ...importViolations(path, text),
      ...nameViolations(path),
      ...formatterViolations(path, text),
      ...apiViolations(path, text),
      ...metricViolations(path, text),
      ...timeViolations(path, text),
      ...sentenceViolations(path, text),
    ]),
    ...untestedFolders(root, sources),
    ...circles(sources),
  ];
}

/** Folders that make notes, or show them: what is said of a note is said in the catalogue. */
const WITHOUT_SENTENCES = /^(model|measure|compare|replay|store|chat|report|serve)\//;

const CATALOGUE = 'report/messages/';

/** Calls whose texts are no notes: errors that are thrown, names of threads and seeds, comments of a file format. */
const NO_NOTES = /Error$|^(problem|openRemote|seedOfText|writer\.outputComment|shellComment)$/;

/** Texts that are no notes either, by what they begin with: a file, or a folder. */
const OTHER_TEXTS: Readonly<Record<string, string>> = {
  'measure/metric-table.ts': 'definitions of metrics, which docs/metrics.md repeats',
  'replay/engine/open-connections.ts': 'the words of one error that is thrown',
  'replay/shards/serve-barrier.ts': 'what HTTP clients are told that are no shards',
  'report/html/': 'style and script',
  'report/plot/': 'attributes of SVG',
  'report/wrk-block.ts': 'the output of wrk, letter for letter',
  'serve/frame.ts': 'style, script and policy',
  'serve/guard.ts': 'what programs are told whose requests are refused',
  'serve/start-web-server.ts': 'the same',
  'store/browse.ts': 'parts of SQL',
  'store/writing/tape-counters.ts': 'what clients are told whose requests --fail-closed refuses',
  'store/writing/tape-queue.ts': 'the same',
};

/** Units, which are names. */
const UNITS: readonly string[] = ['bytes per s'];

const SQL = /^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|WITH)\b/;

/** A sentence outside of the catalogue: notes are kinds with facts wherever they are made and stored. */
function sentenceViolations(path: string, text: string): string[] {
  const exempt = Object.keys(OTHER_TEXTS).some((start) => path.startsWith(start));
  if (!WITHOUT_SENTENCES.test(path) || path.startsWith(CATALOGUE) || exempt) return [];
  return literalsOf(text)
    .filter(({ text: said, calls }) => isProse(said) && !calls.some((name) => NO_NOTES.test(name)))
    .filter(({ text: said }) => !UNITS.includes(said) && !(path.startsWith('store/') && SQL.test(said)))
    .map(({ text: said, line }) => {
      const shown = said.replaceAll('\0', '…').replace(/\s+/g, ' ').slice(0, 60);
      return `src/${path}:${line}: a sentence outside of the catalogue (${shown}): make a note of it`;
    });
}

/** A source file: its path below `src/`, with slashes. */
interface Source {
  readonly path: string;
  readonly text: string;
}

function importViolations(path: string, text: string): string[] {
  const folder = path.split('/')[0] ?? '';
  const allowed = MAY_IMPORT[folder];
  if (allowed === undefined) return [`src/${path}: there is no room called ${folder}`];
  return specifiers(text).flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(path), specifier).split('/')[0] ?? '';
      if (target === folder || allowed.includes(target)) return [];
      return [`src/${path}: ${folder} may not import ${target} (${specifier})`];
    }
    if (isBuiltin(specifier)) {
      const pure = PURE.some((room) => path.startsWith(`${room}/`));
      return pure && IMPURE_BUILTINS.test(specifier)
        ? [`src/${path}: pure code may not import ${specifier}`]
        : [];
    }
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    const owner = OWNER[name];
    if (owner === undefined) return [`src/${path}: package ${name} has no owner`];
    return owner === folder ? [] : [`src/${path}: package ${name} belongs to ${owner}`];
  });
}

function specifiers(text: string): string[] {
  const code = codeOf(text);
  const pattern = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])([^'"\s]+)\1/g;
  return [...code.matchAll(pattern)].map((match) => match[2] ?? '');
}

/** An API's name or path in code outside of the table of APIs; the simulator, a server, has routes of its own. */
function apiViolations(path: string, text: string): string[] {
  if (path.startsWith('chat/apis/') || path.startsWith('simulate/')) return [];
  const code = codeOf(text).replace(/\bfrom\s*'[^'\n]*'/g, '');
  return APIS.flatMap(({ name, pathEnd }) => {
    const branch = new RegExp(`(?:[=!]==?\\s*|\\bcase\\s+)(['"\`])${name}\\1`);
    const route = new RegExp(`(['"\`])[^'"\`\\n]*${pathEnd}(?![\\w/-])`);
    return branch.test(code) || route.test(code)
      ? [`src/${path}: the API ${name} is named outside of its table, src/chat/apis`]
      : [];
  });
}

/** Where metrics have their keys, and the names that people read. */
const METRIC_FILES = [
  'measure/metric-table.ts',
  'compare/compared-metrics.ts',
  'report/messages/metric-names.ts',
];

/** Keys that are ordinary words or fields as well. */
const ALSO_WORDS = [
  'requests',
  'errors',
  'drained',
  'preemptions',
  'promptTokens',
  'completionTokens',
  'response',
  'prompt_tokens',
  'completion_tokens',
];

const METRIC_WORDS: ReadonlySet<string> = new Set(
  [
    ...METRIC_LIST.map(({ key }) => key),
    ...[...RUN_METRICS, ...PAIR_METRICS].map(({ key }) => key),
    ...METRIC_LIST.flatMap(({ csv }) => csv ?? []),
  ].filter((word) => !ALSO_WORDS.includes(word)),
);

/** Code asks the table of metrics for what it shows or compares, so that a new metric is a new row and no more. */
function metricViolations(path: string, text: string): string[] {
  if (METRIC_FILES.includes(path)) return [];
  const words = [...codeOf(text).matchAll(/(['"`])([^'"`\n]*)\1/g)].map((match) => match[2] ?? '');
  return [...new Set(words)]
    .filter((word) => METRIC_WORDS.has(word))
    .map(
      (word) => `src/${path}: the metric ${word} is named outside of its table, src/measure/metric-table.ts`,
    );
}

function timeViolations(path: string, text: string): string[] {
  if (path === DOOR_TO_TIME || !PURE.some((room) => path.startsWith(`${room}/`))) return [];
  const found = SYSTEM_TIME.exec(codeOf(text))?.[0];
  return found === undefined ? [] : [`src/${path}: pure code takes its time as an argument, not by ${found}`];
}

/** Without comments. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function nameViolations(path: string): string[] {
  const drawer = path.split('/').find((part) => DRAWERS.test(part));
  return drawer === undefined ? [] : [`src/${path}: ${drawer} is a drawer, name what is inside`];
}

/** The first use takes 30 ms, and live displays are drawn on the thread that sends or relays. */
function formatterViolations(path: string, text: string): string[] {
  return /\.toLocale\w+\(|\bIntl\./.test(text)
    ? [`src/${path}: the platform's formatters are slow to start, use report/quantities`]
    : [];
}

/** Every folder with code in it has tests at the same place below `test/`; types alone need none. */
function untestedFolders(root: string, sources: readonly Source[]): string[] {
  const folders = new Set(sources.filter(({ text }) => hasCode(text)).map(({ path }) => posix.dirname(path)));
  return [...folders]
    .filter((folder) => {
      const tests = join(root, 'test', folder);
      return !existsSync(tests) || !readdirSync(tests).some((name) => name.endsWith('.test.ts'));
    })
    .map((folder) => `src/${folder}: test/${folder} has no test`);
}

/** Whether anything remains when types, comments and imports are gone. */
function hasCode(text: string): boolean {
  const code = stripTypeScriptTypes(text)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/export\s*\{\s*\};?/g, '')
    .replace(/^import\s.*$/gm, '');
  return code.trim().replaceAll(';', '') !== '';
}

/** Circles of imports, of types too: one sentence for each group of files that reach one another. */
function circles(sources: readonly Source[]): string[] {
  const known = new Set(sources.map(({ path }) => path));
  const imports = new Map(
    sources.map(({ path, text }) => [
      path,
      specifiers(text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.join(posix.dirname(path), specifier))
        .filter((target) => known.has(target)),
    ]),
  );
  return stronglyConnected(imports)
    .filter((group) => group.length > 1)
    .map((group) => `circle of imports: ${group.sort().join(', ')}`);
}

/** The strongly connected components of a graph (R. Tarjan, SIAM J. Comput. 1 (1972), 146). */
function stronglyConnected(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const stack: string[] = [];
  const groups: string[][] = [];
  const visit = (node: string): number => {
    const mine = index.size;
    let lowest = mine;
    index.set(node, mine);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, index.get(next) ?? mine);
    }
    if (lowest === mine) groups.push(stack.splice(stack.indexOf(node)));
    return lowest;
  };
  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return groups;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
