import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { UserError } from '../model/user-error.ts';

/**
 * Refuses the names of SQLite's own files beside a tape: it would take a file of that name for the tape's journal.
 * @param at what messages call the file
 * @throws UserError
 */
export function refuseJournalName(path: string, at = path): void {
  const tape = /^(.+)-(?:wal|shm|journal)$/.exec(path)?.[1];
  if (tape !== undefined && existsSync(tape))
    throw new UserError(`${at} is a name that SQLite uses beside ${tape}: give another name`);
}

/** SQLite's write-ahead log: a header, and a frame for each page that was written (https://sqlite.org/fileformat2.html, 4). */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** In the two byte orders of checksums, little-endian first. */
const MAGIC: readonly number[] = [0x377f0682, 0x377f0683];
const PAGE_BYTES = { least: 512, most: 65_536 } as const;

/** What is read at once, bytes at the least. */
const PIECE_BYTES = 256 * 1024;

type Sums = readonly [number, number];

/** How far the checksums of a journal agree: each includes all before it. */
interface Chain {
  readonly header: Buffer;
  readonly frames: number;
  /** Of the last frame that agrees, and of the one before it. */
  readonly sums: Sums;
  readonly before: Sums;
  readonly fileBytes: number;
  /** What follows is more than the rest of an earlier round: SQLite begins anew at the front, with other salts. */
  readonly isBroken: boolean;
}

/**
 * Watches the journal of an open tape: SQLite goes on behind the old end of one that was cut, and what it copies to the tape
 * from the hole is zeros.
 * @returns whether all of it is there, at the cost of reading what was written since the last look; not for use within a transaction
 */
export function watchJournal(db: Database): () => boolean {
  const noop = db.prepare<[], { readonly log: number }>('PRAGMA wal_checkpoint(NOOP)');
  const written = (): number => noop.get()?.log ?? 0;
  let seen: Chain | null = null;
  function isWhole(): boolean {
    const frames = written();
    const chain = frames > 0 ? readChain(db.name, seen, frames) : null;
    // One that was deleted is still SQLite's.
    if (chain === null) return true;
    seen = chain;
    // Another program may have begun it anew meanwhile.
    return chain.frames >= frames || (written() !== frames && isWhole());
  }
  return () => {
    try {
      return isWhole();
    } catch {
      // A disk that cannot be read fails the next write as well, which says why.
      return true;
    }
  };
}

/**
 * Whether the journal beside a tape was cut or changed: SQLite reads it up to there and says nothing. It cannot be seen that
 * whole frames are missing at its end.
 */
export function isJournalBroken(path: string): boolean {
  const [first, second] = [readChain(path), readChain(path)];
  // Another process may be writing the last frame.
  return first?.isBroken === true && second?.isBroken === true && first.fileBytes === second.fileBytes;
}

/**
 * @param seen an earlier result: of the same journal its last frame is read again and what follows, since what cuts a file
 * takes its end
 * @param most frames to follow
 * @returns null where there is no journal
 */
function readChain(path: string, seen: Chain | null = null, most = Number.POSITIVE_INFINITY): Chain | null {
  const file = openJournal(path);
  if (file === null) return null;
  try {
    const fileBytes = fstatSync(file).size;
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(file, header, 0, HEADER_BYTES, 0);
    const byteOrder = MAGIC.indexOf(header.readUInt32BE(0));
    const pageBytes = header.readUInt32BE(8);
    const sums = sumsAt(header, HEADER_BYTES - 8);
    if (byteOrder === -1 || pageBytes < PAGE_BYTES.least || pageBytes > PAGE_BYTES.most)
      return { header, frames: 0, sums, before: sums, fileBytes, isBroken: fileBytes > 0 };
    const frameBytes = FRAME_HEADER_BYTES + pageBytes;
    const isKnown = seen !== null && seen.frames > 0 && seen.header.equals(header);
    let chain = isKnown
      ? { frames: seen.frames - 1, before: seen.before, sums: seen.before }
      : { frames: 0, before: sums, sums };
    let isBroken = (fileBytes - HEADER_BYTES) % frameBytes !== 0;
    let follows = true;
    for (const frame of framesOf(file, frameBytes, chain.frames)) {
      if (chain.frames >= most || (!follows && isBroken)) break;
      const isOfRound = frame.subarray(8, 16).equals(header.subarray(16, 24));
      const next: Sums | null = follows && isOfRound ? checksum(frame, byteOrder === 0, chain.sums) : null;
      const told = sumsAt(frame, 16);
      follows = next !== null && next[0] === told[0] && next[1] === told[1];
      if (follows) chain = { frames: chain.frames + 1, before: chain.sums, sums: told };
      else isBroken ||= isOfRound;
    }
    return { header, ...chain, fileBytes, isBroken };
  } finally {
    closeSync(file);
  }
}

function openJournal(path: string): number | null {
  try {
    return openSync(`${path}-wal`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}

function* framesOf(file: number, frameBytes: number, first: number): Generator<Buffer> {
  const piece = Buffer.alloc(frameBytes * Math.ceil(PIECE_BYTES / frameBytes));
  for (let at = HEADER_BYTES + first * frameBytes; ; at += piece.length) {
    const length = readSync(file, piece, 0, piece.length, at);
    for (let end = frameBytes; end <= length; end += frameBytes) yield piece.subarray(end - frameBytes, end);
    if (length < piece.length) return;
  }
}

function sumsAt(bytes: Buffer, at: number): Sums {
  return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
}

/** The checksum of a frame behind those before it, of the first eight bytes of its header and its page (the same page, 4.2). */
function checksum(frame: Buffer, isLittleEndian: boolean, [first, second]: Sums): Sums {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  let [a, b] = [first, second];
  for (let at = 0; at < frame.length; at = at === 0 ? FRAME_HEADER_BYTES : at + 8) {
    a = (a + view.getUint32(at, isLittleEndian) + b) >>> 0;
    b = (b + view.getUint32(at + 4, isLittleEndian) + a) >>> 0;
  }
  return [a, b];
}
