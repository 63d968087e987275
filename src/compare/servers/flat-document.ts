/** A document's leaves by path, e.g. `vllm_config.scheduler_config.max_num_seqs` → `256`. */
export type FlatDocument = ReadonlyMap<string, string>;

/** A path that is deeper than this is cut there: what lies below becomes one leaf. */
const DEEPEST = 12;

/**
 * Flattens JSON; text that is none is one leaf without a name. A text of several `NAME=value` lines, as vLLM gives its
 * environment and packages, becomes a leaf for each line.
 */
export function flatJson(text: string): FlatDocument {
  const leaves = new Map<string, string>();
  try {
    addLeaves(JSON.parse(text), '', 0, leaves);
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
