import { parseObject } from '../../model/json.ts';
import type { FileHead } from '../format.ts';
import { createElementScanner } from './element-scanner.ts';
import { recordsOf, trimBlanks } from './json-reader.ts';

/** Lines that are tried before a file is no file of JSON lines: some begin with damaged ones. */
const TRIED_LINES = 100;

/** Of a file's first line, characters: a name of columns or a record's first line is shorter. */
const LINE_CHARS = 4_096;

/**
 * Looks at a file's beginning.
 * @param bytes without a byte order mark
 */
export function readFileHead(bytes: Buffer, isWhole: boolean): FileHead {
  const text = bytes.toString('latin1');
  const lines = text.split('\n', TRIED_LINES + 1);
  // The last one may go on.
  const whole = isWhole && lines.length <= TRIED_LINES ? lines : lines.slice(0, -1);
  const line = bytes.toString('utf8', 0, Math.min(lines[0]?.length ?? 0, LINE_CHARS)).trimEnd();
  const first = /\S/.exec(text)?.[0] ?? '';
  // Elements of a document may have lines to themselves: commas follow them, but for the last one.
  const opens = /[[{]$/.test((lines[0] ?? '').trimEnd());
  const ofLines =
    first === '[' ? [] : whole.filter((one) => one.startsWith('{')).flatMap((one) => objectOf(one, opens));
  const hasJsonLines = ofLines.length > (opens ? 1 : 0);
  // A line may itself be a document with records in it, and what is no line of JSON may be one document.
  const objects =
    first === '{' || first === '[' || hasJsonLines ? elementsOf(hasJsonLines ? ofLines : [bytes]) : [];
  const beginning = objects.length === 0 && first === '{' ? beginningOf(text) : null;
  return { bytes, isWhole, line, hasJsonLines, objects, beginning };
}

/** The members of an object that goes on, up to its first list. */
function beginningOf(text: string): FileHead['beginning'] {
  const scalars = text.slice(0, text.indexOf('['));
  return parseObject(`${scalars.slice(0, scalars.lastIndexOf(','))}}`);
}

function objectOf(line: string, isElement: boolean): readonly Buffer[] {
  const whole = Buffer.from(line, 'latin1');
  const bytes = isElement ? whole : trimBlanks(whole);
  return parseObject(bytes.toString('utf8')) === null ? [] : [bytes];
}

function elementsOf(documents: readonly Buffer[]): FileHead['objects'] {
  return documents.flatMap((document) => {
    const scanner = createElementScanner();
    const elements = [...scanner.push(document), ...scanner.end()].slice(0, TRIED_LINES);
    return elements.flatMap(({ bytes }) => {
      const records = bytes === null ? [] : recordsOf(bytes);
      return records.flatMap((record) => (typeof record === 'string' ? [] : [record.document]));
    });
  });
}
