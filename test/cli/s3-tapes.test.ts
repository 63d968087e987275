import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mergeTapes } from '../../src/cli/merge/merge-tapes.ts';
import { withLocalTapes } from '../../src/cli/s3-tapes.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { startTestS3 } from '../helpers/s3-server.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

test('tapes below a prefix are downloaded and merged, and no copy is left', async () => {
  const s3 = await startTestS3();
  for (const key of ['day/a.sqlite', 'day/b.sqlite', 'day/a.sqlite.sha256'])
    s3.objects.set(`tapes/${key}`, readFileSync(SAMPLE_TAPE));
  const out = join(tempFolder(), 'merged.sqlite');
  const paths = await withLocalTapes([SAMPLE_TAPE, 's3://tapes/day/'], s3.env, async (some) => {
    await mergeTapes(some, out);
    return some;
  });
  assert.deepEqual(
    paths.map((path) => existsSync(path)),
    [true, false, false],
  );
  const [merged, sample] = [openTape(out), openTape(SAMPLE_TAPE)];
  assert.equal(merged.exchangeCount(), sample.exchangeCount(), 'three times the same capture is one');
  merged.close();
  sample.close();
});

test('without an object store names stay as they are; a prefix may lack its slash, and one without a tape is an error', async () => {
  const contentsOf = async (paths: readonly string[]) => paths.map((path) => readFileSync(path, 'utf8'));
  const asNamed = await withLocalTapes(['a', 'b'], {}, async (paths) => paths);
  assert.deepEqual(asNamed, ['a', 'b']);
  const s3 = await startTestS3();
  await assert.rejects(withLocalTapes(['s3://tapes/none/'], s3.env, contentsOf), {
    message: 'there is no tape (*.sqlite) below s3://tapes/none/: check the prefix',
  });
  s3.objects.set('tapes/day/a.sqlite', Buffer.from('a'));
  s3.objects.set('tapes/day/b.sqlite', Buffer.from('b'));
  s3.objects.set('tapes/monday', Buffer.from('c'));
  for (const [name, contents] of [
    ['s3://tapes/day', ['a', 'b']],
    ['s3://tapes/monday', ['c']],
  ] as const) {
    assert.deepEqual(await withLocalTapes([name], s3.env, contentsOf), contents);
  }
  await assert.rejects(withLocalTapes(['s3://tapes/day'], s3.env, contentsOf, 1), {
    message: 's3://tapes/day has 2 tapes: name one of them, or merge them first',
  });
});
