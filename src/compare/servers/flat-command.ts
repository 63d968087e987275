import type { FlatDocument } from './flat-document.ts';

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
