/** C0, DEL, C1, the marks that turn the direction of text, and line separators; a tab and the end of a line are text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const STEERING = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/g;

/**
 * Text with what could steer a terminal, or show the text as another one, written as its code: `\u001b`. JSON stays the
 * same JSON, since such characters are within its strings only.
 */
export function visibleText(text: string): string {
  return text.replace(STEERING, codeOf);
}

/** The same of what is shown in one line. */
export function visibleLine(text: string): string {
  return visibleText(text).replace(/[\t\r\n]/g, codeOf);
}

function codeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
