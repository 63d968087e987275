import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRunTape } from '../../../src/cli/replay/open-run-tape.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { RUN } from '../../helpers/sample-records.ts';
import { sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('what is written can be read at once; closed, one file is left', async () => {
  const path = sampleTape(folder, 'tape.sqlite');
  const { tape, reader, close } = await openRunTape(path, () => undefined);
  const id = await tape.beginRun(RUN);
  assert.equal(reader.runs().at(-1)?.id, id);
  await close();
  assert.equal(existsSync(`${path}-wal`), false);
});

test('a tape that is not there is the user mistake', async () => {
  await assert.rejects(
    openRunTape(join(folder, 'none.sqlite'), () => undefined),
    (error) => error instanceof UserError && /none\.sqlite/.test(error.message),
  );
});
