/** One step into a document: a member's name, or `*` for every member or element. */
export type JsonPath = readonly string[];

/**
 * Reads a path such as `messages[*].content`, `$.metadata.user_id` or `tools[0]`.
 * @returns null for text that is not a path
 */
export function parseJsonPath(word: string): JsonPath | null {
  const rest = word.replace(/^\$\.?/, '');
  if (!/^(?:[^.[\]]+|\[(?:\*|\d+)\])(?:\.[^.[\]]+|\[(?:\*|\d+)\])*$/.test(rest)) return null;
  return rest.split(/[.[\]]+/).filter((step) => step !== '');
}

/** Calls `change` for every value that the path leads to and puts what it gives in the value's place. */
export function changeAt(document: unknown, path: JsonPath, change: (value: unknown) => unknown): void {
  const [step, ...rest] = path;
  if (step === undefined || typeof document !== 'object' || document === null) return;
  const holder = document as Record<string, unknown>;
  for (const key of step === '*' ? Object.keys(holder) : [step]) {
    if (!Object.hasOwn(holder, key)) continue;
    if (rest.length === 0) holder[key] = change(holder[key]);
    else changeAt(holder[key], rest, change);
  }
}
