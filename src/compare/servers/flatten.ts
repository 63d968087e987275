import { parseConfigText } from '../../measure/server/config-text.ts';
import { parseJson } from '../../model/json.ts';

/**
 * Flattens what a command printed: lines of `name : value` with deeper ones indented, as `nvidia-smi -q` prints, or a
 * table of commas with its header first, as `nvidia-smi --query-gpu=… --format=csv`. Other lines are leaves by their
 * number.
 */
export function flatCommand(text: string): FlatDocument {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return csvLeaves(lines) ?? outlineLeaves(lines);
}

function csvLeaves(lines: readonly string[]): FlatDocument | null {
  const [header, ...rows] = lines.map((line) => line.split(',').map((field) => field.trim()));
  if (header === undefined || header.length < 2 || rows.length === 0) return null;
  if (rows.some((row) => row.length !== header.length)) return null;
  const leaves = new Map<string, string>();
  for (const [i, row] of rows.entries()) {
    for (const [j, value] of row.entries()) leaves.set(`[${i}].${header[j] ?? j}`, value);
  }
  return leaves;
}

function outlineLeaves(lines: readonly string[]): FlatDocument {
  const leaves = new Map<string, string>();
  const above: { readonly indent: number; readonly name: string }[] = [];
  let gpus = 0;
  for (const [number, line] of lines.entries()) {
    const indent = line.length - line.trimStart().length;
    while ((above.at(-1)?.indent ?? -1) >= indent) above.pop();
    const [, label, value] = /^\s*([^:]*?\S)\s*:\s+(.*)$/.exec(line) ?? [];
    // Its address on the bus is the name of a card, and no property of it.
    const name = /^GPU [\dA-F:.]+$/i.test(line.trim()) ? `GPU[${gpus++}]` : (label ?? line.trim());
    above.push({ indent, name });
    const path = above.map((level) => level.name).join('.');
    if (value !== undefined) leaves.set(path, value.trim());
    else if (indent === 0 && !name.startsWith('GPU[')) leaves.set(`line ${number + 1}`, line.trim());
  }
  return leaves;
}

/** A document's leaves by path, e.g. `vllm_config.scheduler_config.max_num_seqs` → `256`. */
export type FlatDocument = ReadonlyMap<string, string>;

/** A path that is deeper than this is cut there: what lies below becomes one leaf. */
const DEEPEST = 12;

/**
 * Flattens JSON; any other text is one leaf without a name. A text of several `NAME=value` lines, as vLLM gives its
 * environment and packages, becomes a leaf for each line.
 */
export function flatJson(text: string): FlatDocument {
  const leaves = new Map<string, string>();
  try {
    addLeaves(parseJson(text), '', 0, leaves);
  } catch {
    leaves.set('', text.trim());
  }
  return leaves;
}

function addLeaves(value: unknown, path: string, depth: number, leaves: Map<string, string>): void {
  if (typeof value === 'object' && value !== null && depth < DEEPEST && Object.keys(value).length > 0) {
    for (const [name, inner] of Object.entries(value)) {
      const step = Array.isArray(value) ? `[${name}]` : path === '' ? name : `.${name}`;
      addLeaves(inner, path + step, depth + 1, leaves);
    }
    return;
  }
  const config = typeof value === 'string' ? parseConfigText(value) : null;
  if (config !== null) {
    addLeaves(config, path, depth, leaves);
    return;
  }
  const assignments = typeof value === 'string' ? assignmentsOf(value) : [];
  for (const [name, assigned] of assignments) leaves.set(`${path}.${name}`, assigned);
  if (assignments.length === 0) leaves.set(path, typeof value === 'string' ? value : JSON.stringify(value));
}

/** The lines of `A=1\nB==2`; nothing when a line is not one. */
function assignmentsOf(text: string): readonly (readonly [string, string])[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const pairs = lines.flatMap((line) => {
    const [, name, value] = /^\s*([\w.-]+)={1,2}(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return lines.length > 1 && pairs.length === lines.length ? pairs : [];
}
