import { LF } from '../../chat/ascii.ts';
import type { FileHead } from '../../formats/format.ts';
import { readFileHead } from '../../formats/reading/file-head.ts';
import { type FormatName, foreignFile, needsMore, type Sniffed, sniff } from '../../formats/table.ts';
import { parseExact } from '../../model/json.ts';
import { UserError } from '../../model/user-error.ts';

/** Bytes of a file that are looked at to find out its format; more where they do not hold one whole record. */
const HEAD_BYTES = 1024 * 1024;
const MAX_HEAD_BYTES = 64 * 1024 * 1024;

/** A file's beginning behind those first lines that are too long to be records, and their number. */
export interface FileStart {
  readonly head: FileHead;
  readonly tooLong: number;
}

export async function headOf(pieces: AsyncIterator<Buffer>): Promise<FileStart> {
  let held = Buffer.alloc(0);
  for (let tooLong = 0; ; tooLong++) {
    const head = await headBehind(held, pieces);
    if (!needsMore(head)) return { head, tooLong };
    const rest = await nextLine(pieces);
    if (rest === null) return { head, tooLong };
    held = rest;
  }
}

/** What follows the next line's end; null where there is none. */
async function nextLine(pieces: AsyncIterator<Buffer>): Promise<Buffer<ArrayBuffer> | null> {
  for (;;) {
    const { value, done } = await pieces.next();
    if (done === true) return null;
    const end = value.indexOf(LF);
    if (end !== -1) return Buffer.from(value.subarray(end + 1));
  }
}

/** @param start what was read of it already */
async function headBehind(start: Buffer<ArrayBuffer>, pieces: AsyncIterator<Buffer>): Promise<FileHead> {
  let held: Buffer<ArrayBuffer> = start;
  let length = start.length;
  let isWhole = false;
  for (let wanted = HEAD_BYTES; ; wanted *= 8) {
    while (length < wanted && !isWhole) {
      const { value, done } = await pieces.next();
      isWhole = done === true;
      if (isWhole) break;
      if (length + value.length > held.length) held = enlarged(held, length, wanted + value.length);
      held.set(value, length);
      length += value.length;
    }
    const head = readFileHead(held.subarray(0, length), isWhole);
    if (!needsMore(head) || wanted >= MAX_HEAD_BYTES) return head;
  }
}

function enlarged(held: Buffer, length: number, size: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(size);
  larger.set(held.subarray(0, length));
  return larger;
}

/** @throws UserError for a file of no format that can be imported, with what it is where that is known */
export function formatOf(file: string, head: FileHead, given: FormatName | null): FormatName {
  const sniffed: Sniffed =
    given === null ? sniff(head) : (foreignFile(head) ?? { kind: 'format', name: given });
  switch (sniffed.kind) {
    case 'format':
      return sniffed.name;
    case 'refused':
      throw new UserError(`${file} is ${sniffed.what}`, { remedy: sniffed.remedy });
    case 'unknown':
      throw new UserError(`${file} ${whatIs(head)}: see docs/formats.md, or name its format with --format`);
    default:
      return sniffed satisfies never;
  }
}

/** What a file is that no format owns. */
function whatIs({ bytes, isWhole, objects }: FileHead): string {
  const text = isWhole && objects.length === 0 ? Buffer.from(bytes).toString().trim() : null;
  if (text === '') return 'is empty';
  return text === null || parseExact(text) === undefined
    ? 'is of no format that is known'
    : 'holds no records';
}
