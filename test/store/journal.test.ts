import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJournalBroken } from '../../src/store/journal.ts';
import { openMergeWriter } from '../../src/store/merge/merge-writer.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter, type TapeWriter } from '../../src/store/tape-writer.ts';
import { CAPTURE, exchangeStart } from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const FRAME_BYTES = 24 + 4_096;

/** A group of exchanges, which are on disk. */
function write(writer: TapeWriter, captureId: number, first: number): void {
  writer.begin();
  for (let n = first; n < first + 50; n += 1) writer.startExchange(captureId, exchangeStart(n));
  writer.commit();
}

/** A tape that is being written, with a journal of several groups. */
function written(name: string) {
  const path = join(folder, name);
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  write(writer, captureId, 1);
  write(writer, captureId, 51);
  assert.equal(writer.look(), 'there');
  const journal = `${path}-wal`;
  return { path, writer, captureId, journal, size: statSync(journal).size };
}

const wasClosed = (path: string): boolean | undefined => {
  const tape = openTape(path);
  const last = tape.captures().at(-1);
  tape.close();
  return last?.cleanClose;
};

test('a journal that is cut under its writer is noticed before anything else is written, wherever it is cut', () => {
  const cuts: readonly ((size: number) => number)[] = [
    () => 0,
    () => 10,
    () => 32,
    () => 32 + 3 * FRAME_BYTES,
    (size) => Math.floor(size / 2),
    (size) => size - 1,
  ];
  for (const [i, cut] of cuts.entries()) {
    const { path, writer, journal, size } = written(`cut-${i}.sqlite`);
    truncateSync(journal, cut(size));
    assert.throws(() => writer.begin(), /its journal was/, `cut to ${cut(size)}`);
    assert.equal(writer.look(), 'gone');
    assert.throws(() => writer.close(), /its journal was/);
    // What is left of the others may be no tape.
    if (cut(size) === size - 1) assert.equal(wasClosed(path), false);
  }
});

test('a journal that is cut while a group is written has a hole, which is noticed', () => {
  const { writer, captureId, journal, size } = written('hole.sqlite');
  writer.begin();
  writer.startExchange(captureId, exchangeStart(101));
  truncateSync(journal, size - FRAME_BYTES - 100);
  writer.commit();
  assert.ok(statSync(journal).size > size);
  assert.equal(writer.look(), 'gone');
  assert.throws(() => writer.close());
});

test('a journal that others write too, or that begins anew, is whole', () => {
  const { path, writer, captureId } = written('shared.sqlite');
  const other = openTapeWriter(path, 'append');
  const otherId = other.beginCapture(CAPTURE);
  for (let n = 101; n < 3_000; n += 50) {
    write(writer, captureId, n);
    write(other, otherId, n);
    assert.deepEqual([writer.look(), other.look()], ['there', 'there']);
  }
  other.close();
  assert.equal(writer.look(), 'there');
  writer.close();
});

test('a tape beside a journal that was cut or changed is never told as complete, also where it is written on or merged', () => {
  const { path, writer, captureId, journal } = written('left.sqlite');
  writer.endCapture(captureId, CAPTURE.startedAtMs, {});
  write(writer, captureId, 101);
  /** A copy with the journal changed. */
  const copy = (name: string, change: (bytes: Buffer) => Buffer): string => {
    mkdirSync(join(folder, name));
    const to = join(folder, name, basename(path));
    copyFileSync(path, to);
    writeFileSync(`${to}-wal`, change(readFileSync(journal)));
    return to;
  };
  assert.equal(wasClosed(copy('whole', (bytes) => bytes)), true);
  const cut = copy('end', (bytes) => bytes.subarray(0, -100));
  assert.equal(wasClosed(cut), false);
  const merged = openMergeWriter(join(folder, 'merged.sqlite'));
  merged.addTape(cut, []);
  merged.settle();
  merged.commit();
  assert.equal(wasClosed(join(folder, 'merged.sqlite')), false);
  openTapeWriter(cut, 'append').close();
  assert.equal(wasClosed(cut), false);
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const bytes = readFileSync(journal);
      // Behind the header, whose sequence number is in no checksum of a frame, and not the last frame, which may be one of a round before.
      const place = 32 + (at % (bytes.length - 32 - FRAME_BYTES));
      bytes[place] = (bytes[place] ?? 0) ^ by;
      writeFileSync(join(folder, 'flipped-wal'), bytes);
      assert.equal(isJournalBroken(join(folder, 'flipped')), true, `byte ${place}`);
    }),
    { numRuns: 100 },
  );
  writer.close();
});
