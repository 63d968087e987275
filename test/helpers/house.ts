import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin, stripTypeScriptTypes } from 'node:module';
import { join, posix, relative, sep } from 'node:path';

/** Who may import whom: the house's walls. A folder may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  chat: ['model'],
  store: ['model'],
  measure: ['model'],
  formats: ['model', 'chat'],
  simulate: ['model', 'chat'],
  record: ['model', 'chat'],
  replay: ['model', 'chat', 'measure'],
  compare: ['model', 'measure'],
  report: ['model', 'measure', 'compare'],
  cli: ['model', 'chat', 'store', 'measure', 'formats', 'simulate', 'record', 'replay', 'compare', 'report'],
};

/** Every external package has one owner. */
const OWNER: Readonly<Record<string, string>> = {
  'better-sqlite3': 'store',
  'http-proxy': 'record',
  undici: 'replay',
  'hdr-histogram-js': 'measure',
  commander: 'cli',
};

/** Names that say nothing about what is inside. */
const DRAWERS = /^(utils?|types?|common|constants?|helpers?|misc|shared)(\.|$)/;

/** Folders that touch neither network, disk, threads nor timers. */
const PURE = ['model', 'chat', 'compare', 'report', 'replay/plan'];
const IMPURE_BUILTINS =
  /^node:(fs|net|http|https|http2|tls|dgram|child_process|worker_threads|timers|dns)(\/|$)/;

/** Walks the house below `root` and gives one sentence for each broken rule. */
export function houseViolations(root: string): string[] {
  const sources = filesBelow(join(root, 'src')).filter((file) => file.endsWith('.ts'));
  return sources.flatMap((file) => {
    const path = relative(join(root, 'src'), file).split(sep).join('/');
    const text = readFileSync(file, 'utf8');
    return [
      ...importViolations(path, text),
      ...nameViolations(path),
      ...formatterViolations(path, text),
      ...mirrorViolations(root, path, text),
    ];
  });
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
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const pattern = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])([^'"\n]+)\1/g;
  return [...code.matchAll(pattern)].map((match) => match[2] ?? '');
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

/** Every source file has its test at the same place below test/, unless nothing remains of it when types are gone. */
function mirrorViolations(root: string, path: string, text: string): string[] {
  const code = stripTypeScriptTypes(text)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/export\s*\{\s*\};?/g, '')
    .replace(/^import\s.*$/gm, '');
  if (code.trim().replaceAll(';', '') === '') return [];
  const test = path.replace(/(\.worker)?\.ts$/, '.test.ts');
  return existsSync(join(root, 'test', test)) ? [] : [`src/${path}: test/${test} is missing`];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
