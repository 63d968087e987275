import { LF, OPEN_BRACE } from '../../chat/ascii.ts';
import { parseObject } from '../../model/json.ts';
import type { FileHead } from '../format.ts';
import { createElementScanner } from './element-scanner.ts';
import { recordsOf, trimBlanks } from './json-reader.ts';

/** Lines that are tried before a file is no file of JSON lines: some begin with damaged ones. */
const TRIED_LINES = 100;

/** Of a file's first line, and of the members before its first list, bytes: names of columns and settings are shorter. */
const LINE_BYTES = 4_096;
const MEMBERS_BYTES = 64 * 1024;

/**
 * Looks at a file's beginning. It may hold one long line only, which is never copied.
 * @param bytes without a byte order mark
 */
export function readFileHead(bytes: Buffer, isWhole: boolean): FileHead {
  const lines = firstLines(bytes, isWhole);
  const end = endOfLine(bytes, 0);
  const line = bytes.toString('utf8', 0, Math.min(end, LINE_BYTES)).trimEnd();
  const first = String.fromCharCode(bytes.find((byte) => byte > 0x20) ?? 0);
  // Elements of a document may have lines to themselves: commas follow them, but for the last one.
  const opens = /[[{]\s*$/.test(bytes.toString('latin1', Math.max(0, end - LINE_BYTES), end));
  const ofLines = first === '[' ? [] : lines.flatMap((one) => objectOf(one, opens));
  const hasJsonLines = ofLines.length > (opens ? 1 : 0);
  // A line may itself be a document with records in it, and what is no line of JSON may be one document.
  const objects =
    first === '{' || first === '[' || hasJsonLines ? elementsOf(hasJsonLines ? ofLines : [bytes]) : [];
  const beginning = objects.length === 0 && first === '{' ? beginningOf(bytes) : null;
  return { bytes, isWhole, line, hasJsonLines, objects, beginning };
}

/** The last one may go on, and is no line then. */
function firstLines(bytes: Buffer, isWhole: boolean): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length && lines.length < TRIED_LINES; ) {
    const end = endOfLine(bytes, from);
    if (end < bytes.length || isWhole) lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return lines;
}

function endOfLine(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(LF, from);
  return end === -1 ? bytes.length : end;
}

/** The members of an object that goes on, up to its first list. */
function beginningOf(bytes: Buffer): FileHead['beginning'] {
  const text = bytes.toString('utf8', 0, MEMBERS_BYTES);
  const scalars = text.slice(0, text.indexOf('['));
  return parseObject(`${scalars.slice(0, scalars.lastIndexOf(','))}}`);
}

function objectOf(line: Buffer, isElement: boolean): readonly Buffer[] {
  if (line[0] !== OPEN_BRACE) return [];
  const bytes = isElement ? line : trimBlanks(line);
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
