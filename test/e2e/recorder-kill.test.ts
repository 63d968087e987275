import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { openTape } from '../../src/store/tape-reader.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** What has not reached the disk this long before a kill may be lost, ms. */
const GRACE_MS = 250;

/** A client that sends until its recorder is gone; notes when each request began and ended by the number in its path. */
async function load(url: URL, next: () => number, begun: Map<string, number>, ended: Map<string, number>) {
  for (;;) {
    const n = next();
    const path = `/v1/chat/completions?n=${n}`;
    begun.set(path, performance.now());
    try {
      await httpCall(new URL(path, url), {
        ...REFERENCE_REQUEST,
        stream: n % 2 === 0,
        max_tokens: 5 + (n % 40),
      });
    } catch {
      return;
    }
    ended.set(path, performance.now());
  }
}

for (const killAfterMs of [0, 430, 910]) {
  test(`killed ${killAfterMs} ms into its load the tape is sound, holds what had ended, and what was in flight as unfinished`, async () => {
    const { url: upstream } = await quickSimulator();
    const path = join(folder, `${killAfterMs}.sqlite`);
    const { recorder, url } = await recorderCli(upstream, path);
    const begun = new Map<string, number>();
    const ended = new Map<string, number>();
    let n = 0;
    const clients = Array.from({ length: 24 }, () => load(url, () => ++n, begun, ended));
    // Under way: what had ended this long before the end must be on disk.
    await eventually(() => ended.size > 20, 15_000);
    await sleep(GRACE_MS + killAfterMs);
    recorder.child.kill('SIGKILL');
    const killedAt = performance.now();
    await Promise.all([once(recorder.child, 'exit'), ...clients]);

    const db = new Database(path);
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    db.close();
    const tape = openTape(path);
    const rows = new Map([...tape.exchanges()].map((exchange) => [exchange.path, exchange]));
    assert.equal(tape.captures()[0]?.cleanClose, false);
    tape.close();
    const before = (times: Map<string, number>): string[] =>
      [...times].filter(([, at]) => at < killedAt - GRACE_MS).map(([key]) => key);
    const done = before(ended);
    assert.ok(done.length > 20, `${done.length} requests had ended`);
    for (const key of done) {
      const row = rows.get(key);
      assert.equal(row?.outcome, 'ok', key);
      assert.ok((row?.completionTokens ?? 0) > 0 && row?.responseBodyId !== null, key);
    }
    for (const key of before(begun)) {
      if (!ended.has(key)) assert.equal(rows.get(key)?.outcome, 'unfinished', key);
    }
  });
}

test('a tape whose recorder was killed can be recorded on', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, '0.sqlite');
  const { chat, stop } = await recorderCli(upstream, path, '--append');
  await httpCall(chat, REFERENCE_REQUEST);
  await stop();
  const tape = openTape(path);
  assert.deepEqual(
    tape.captures().map(({ cleanClose }) => cleanClose),
    [false, true],
  );
  tape.close();
});
