/** One JSON document as every `--json` prints it: indented, keys in their documented order, a newline at its end. */
export function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
