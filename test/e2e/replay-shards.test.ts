import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { hasSent } from '../helpers/has-sent.ts';
import { eventually } from '../helpers/http-call.ts';
import { unusedUrl } from '../helpers/local-server.ts';
import { quickSimulator } from '../helpers/quick-simulator.ts';
import { runCli, startCli } from '../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** One run that several processes send, started and merged as a user does it. */

const folder = tempFolder();
const at = (name: string): string => join(folder, name);

/** Started first in a process, it sets both of its clocks three seconds ahead. */
const AHEAD = at('ahead.mjs');
writeFileSync(
  AHEAD,
  `const [wall, mono, ns] = [Date.now, performance.now.bind(performance), process.hrtime.bigint];
Date.now = () => wall() + 3000;
performance.now = () => mono() + 3000;
process.hrtime.bigint = () => ns() + 3000000000n;
`,
);

const words = (target: URL, index: number, barrier: URL, more: readonly string[]): readonly string[] => [
  ...['replay', SAMPLE_TAPE, '--target', target.href, '--label', 'sharded', '--seed', '5'],
  ...['--shard', `${index}/2`, '--barrier', barrier.host, '--out', at(`${more.length}-{shard}.sqlite`)],
  ...more,
];

test('two shards, one with its clocks three seconds off, send what one process sends', async () => {
  const { url } = await quickSimulator();
  const barrier = await unusedUrl();
  const load = ['--matrix', '2x8', '--requests', '60', '--order', 'shuffled', '--repeat', '2'];
  const ahead = { env: { NODE_OPTIONS: `--import ${AHEAD}` } };
  const ends = await Promise.all([
    startCli(words(url, 0, barrier, load)).ended,
    startCli(words(url, 1, barrier, load), ahead).ended,
  ]);
  for (const { code, stderr } of ends) assert.equal(code, 0, stderr);
  const parts = [0, 1].map((index) => at(`${load.length}-${index}.sqlite`));
  await runCli(['merge', ...parts, '--out', at('merged.sqlite')]);
  const tape = openTape(at('merged.sqlite'));
  const runs = tape.runs();
  assert.deepEqual(
    runs.map(({ cell, settings }) => [cell, settings.repeat]),
    [
      [{ threads: 2, connections: 8 }, 1],
      [{ threads: 2, connections: 8 }, 2],
    ],
  );
  for (const { id, end } of runs) {
    const results = [...tape.results(id)].map(({ result }) => result);
    // Positions, connections and outcomes are those of one sender; conversations that had begun are sent to their ends.
    assert.deepEqual(
      results.map(({ seq }) => seq),
      Array.from({ length: 60 }, (_, seq) => seq),
    );
    assert.deepEqual(
      [...new Set(results.map(({ connection }) => connection))].sort(),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    assert.ok(results.every(({ outcome, sentUs }) => outcome === 'ok' && (sentUs ?? -1) >= 0));
    const shards = end?.health?.shards ?? [];
    assert.deepEqual(
      shards.map(({ index, end: how }) => [index, how]),
      [
        [0, 'complete'],
        [1, 'complete'],
      ],
    );
    // What was measured is on the tape: three seconds of the clock, and no more of the start.
    const [, second] = shards;
    assert.ok(Math.abs((second?.offsetMs ?? 0) - 3000) < 100, `${second?.offsetMs}`);
    assert.ok(Math.abs(second?.lateMs ?? 3000) < 2000, `${second?.lateMs}`);
  }
  tape.close();
});

test('a shard that is stopped ends the other, and each part holds how it ended', async () => {
  const { url } = await quickSimulator({ timeScale: 10 });
  const barrier = await unusedUrl();
  const load = ['--matrix', '2x4', '--duration', '50s'];
  const [zero, one] = [0, 1].map((index) => startCli(words(url, index, barrier, load)));
  await eventually(() => hasSent(at(`${load.length}-1.sqlite`)));
  one?.child.kill('SIGTERM');
  const ends = await Promise.all([zero?.ended, one?.ended]);
  assert.deepEqual(
    ends.map((end) => end?.code),
    [4, 130],
    ends.map((end) => end?.stderr).join('\n'),
  );
  for (const index of [0, 1]) {
    const tape = openTape(at(`${load.length}-${index}.sqlite`));
    const end = tape.runs()[0]?.end;
    tape.close();
    assert.equal(end?.stoppedEarly, true);
    assert.deepEqual(
      end.health?.shards?.map((shard) => shard.end),
      ['stoppedByAnother', 'stopped'],
    );
    assert.ok(end.invalidReasons.some((reason) => reason.kind === 'shardsLost' && reason.shards[0] === 1));
  }
});
