import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const { url: upstream } = await quickSimulator();

function onTape(path: string) {
  const reader = openTape(path);
  try {
    const ok = [...reader.exchanges()].filter(({ outcome }) => outcome === 'ok').length;
    return {
      ok,
      lost: reader.captures()[0]?.drops.write_failed ?? 0,
      clean: reader.captures()[0]?.cleanClose,
    };
  } finally {
    reader.close();
  }
}

interface Fault {
  readonly fault: (path: string) => void;
  /** Of two requests before it. */
  readonly loses: number;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  deleted: { fault: (path) => rmSync(path), loses: 2 },
  'replaced by another file': {
    fault(path) {
      writeFileSync(`${path}.new`, 'another');
      renameSync(`${path}.new`, path);
    },
    loses: 2,
  },
  renamed: { fault: (path) => renameSync(path, `${path}.moved`), loses: 0 },
  'cut in its journal': {
    fault: (path) => truncateSync(`${path}-wal`, Math.floor(statSync(`${path}-wal`).size / 2)),
    loses: 2,
  },
  'gone with its folder': { fault: (path) => rmSync(dirname(path), { recursive: true }), loses: 2 },
};

for (const [name, { fault, loses }] of Object.entries(FAULTS)) {
  test(`a tape that is ${name} is noticed, and the recording continues next to it`, async () => {
    const path = join(folder, name.replaceAll(' ', '-'), 'tape.sqlite');
    mkdirSync(dirname(path));
    const { recorder, chat, stop } = await recorderCli(upstream, path, '--admin', '127.0.0.1:0');
    const admin = await recorder.says(/counts are at (\S+)\/metrics/);
    const send = async (): Promise<void> => {
      assert.equal((await httpCall(chat, REFERENCE_REQUEST)).status, 200);
    };
    await send();
    await send();
    const ended = async (): Promise<boolean> =>
      /outcome="ok"} 2\n/.test((await httpCall(new URL('/metrics', admin))).text);
    await eventually(ended);
    fault(path);
    await recorder.says(/(was deleted, replaced or damaged|was moved away)/);
    const ready = async (): Promise<boolean> => (await httpCall(new URL('/readyz', admin))).status === 200;
    await eventually(ready);
    await send();
    const { stderr } = await stop(loses > 0 ? 4 : 0);
    const next = join(dirname(path), 'tape-2.sqlite');
    assert.deepEqual(onTape(next), { ok: 1, lost: loses, clean: true });
    if (loses > 0)
      assert.ok(stderr.includes(`tape-2.sqlite is not complete: ${loses} records could not be written`));
    else assert.deepEqual(onTape(`${path}.moved`), { ok: 2, lost: 0, clean: true });
  });
}
