/**
 * The version of the JSON documents and of the CSV table, their first member and column. It rises when a name goes or
 * changes its meaning; new names do not raise it.
 */
export const FORMAT = 1;

/** One JSON document as every `--json` prints it: indented, keys in their documented order, a newline at its end. */
export function jsonText(document: object): string {
  return `${JSON.stringify({ format: FORMAT, ...document }, null, 2)}\n`;
}
