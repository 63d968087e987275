import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { createUploadQueue, markedTapes, markTape } from '../../../src/cli/record/upload-queue.ts';
import { systemTimers } from '../../../src/model/clock.ts';
import { openS3 } from '../../../src/objects/s3.ts';
import { openTapeWriter } from '../../../src/store/tape-writer.ts';
import { startTestS3 } from '../../helpers/s3-server.ts';
import { sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const PLACE = { bucket: 'tapes', key: 'day/' };
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** A queue whose pauses take no time, with a tape that is marked for it, and what it said. */
async function queueOf(name: string) {
  const s3 = await startTestS3();
  const path = sampleTape(tempFolder(), name);
  markTape(path, PLACE);
  const said: string[] = [];
  const timers = {
    ...systemTimers,
    after: (_ms: number, then: () => void) => ({ immediate: setImmediate(then) }),
  };
  const queue = createUploadQueue(openS3(s3.env, { firstPauseMs: 0 }), PLACE, timers, {
    uploaded: (tape, url) => said.push(`${basename(tape)} to ${url}`),
    failed: (tape, why, pauseMs) =>
      said.push(`${basename(tape)} ${/(?<=\()\d{3}|ENOENT/.exec(why)?.[0]} ${pauseMs}`),
  });
  return { s3, path, queue, said };
}

test('a tape goes up with its checksum last, and its mark goes then', async () => {
  const { s3, path, queue, said } = await queueOf('a.sqlite');
  queue.add(path);
  await queue.idle();
  assert.deepEqual(said, ['a.sqlite to s3://tapes/day/a.sqlite']);
  assert.ok(s3.objects.get('tapes/day/a.sqlite')?.equals(readFileSync(path)));
  assert.equal(String(s3.objects.get('tapes/day/a.sqlite.sha256')), `${sha256(path)}  a.sqlite\n`);
  assert.equal(s3.log.at(-1), 'PUT tapes/day/a.sqlite.sha256');
  assert.equal(existsSync(`${path}.upload`), false);
});

test('a store that refuses is asked again after longer and longer pauses, and the tape stays until it is there', async () => {
  const { s3, path, queue, said } = await queueOf('b.sqlite');
  let left = 9;
  s3.fail = () => {
    assert.ok(existsSync(`${path}.upload`));
    return left-- > 0 ? 403 : null;
  };
  queue.add(path);
  await queue.idle();
  const pauses = [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => `b.sqlite 403 ${seconds}000`);
  assert.deepEqual(said, [...pauses, 'b.sqlite to s3://tapes/day/b.sqlite']);
});

test('a stored tape is not sent again; another tape of the same name gets a new one', async () => {
  const { s3, path, queue, said } = await queueOf('c.sqlite');
  for (const _ of [1, 2]) queue.add(path);
  await queue.idle();
  assert.equal(s3.log.filter((line) => line === 'PUT tapes/day/c.sqlite').length, 1);
  writeFileSync(path, 'another life');
  queue.add(path);
  await queue.idle();
  const named = `day/c-${sha256(path).slice(0, 8)}.sqlite`;
  assert.equal(said.at(-1), `c.sqlite to s3://tapes/${named}`);
  assert.equal(String(s3.objects.get(`tapes/${named}`)), 'another life');
});

test('a removed tape is skipped, and the next one is sent', async () => {
  const { path, queue, said } = await queueOf('d.sqlite');
  const other = sampleTape(tempFolder(), 'e.sqlite');
  rmSync(path);
  queue.add(path);
  queue.add(other);
  await queue.idle();
  assert.deepEqual(said, ['d.sqlite ENOENT 1000', 'e.sqlite to s3://tapes/day/e.sqlite']);
});

test('what an earlier recording could not send is found, whole, and what is still written is not', () => {
  const folder = tempFolder();
  const at = (name: string): string => join(folder, name);
  const writer = openTapeWriter(at('open.sqlite'), 'create');
  for (const end of ['', '-wal']) copyFileSync(`${at('open.sqlite')}${end}`, `${at('died.sqlite')}${end}`);
  sampleTape(folder, 'closed.sqlite');
  sampleTape(folder, 'elsewhere.sqlite');
  sampleTape(folder, 'unmarked.sqlite');
  for (const name of ['open', 'died', 'closed', 'gone']) markTape(at(`${name}.sqlite`), PLACE);
  markTape(at('elsewhere.sqlite'), { bucket: 'tapes', key: 'other/' });
  assert.deepEqual(
    markedTapes(folder, PLACE)
      .map((path) => basename(path))
      .sort(),
    ['closed.sqlite', 'died.sqlite'],
  );
  assert.equal(existsSync(at('died.sqlite-wal')), false);
  assert.equal(existsSync(at('open.sqlite-wal')), true);
  writer.close();
});
