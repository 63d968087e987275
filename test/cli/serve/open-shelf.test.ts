import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { prepareCommand } from '../../../src/cli/command.ts';
import { findTapes } from '../../../src/cli/serve/find-tapes.ts';
import { createKept } from '../../../src/cli/serve/kept.ts';
import { openShelf } from '../../../src/cli/serve/open-shelf.ts';
import { command } from '../../../src/cli/serve/serve-command.ts';
import { createWatcher } from '../../../src/cli/serve/watch-tapes.ts';
import { RUN_METRICS, valueOfRun } from '../../../src/compare/compared-metrics.ts';
import { reportedSummary } from '../../../src/measure/run-summary.ts';
import type { RunRow } from '../../../src/serve/shelf.ts';
import { openTapeWriter } from '../../../src/store/tape-writer.ts';
import { eventually } from '../../helpers/http-call.ts';
import { runCli } from '../../helpers/run-cli.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  REQUEST,
  RUN,
  RUN_END,
  rawResult,
} from '../../helpers/sample-records.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
copyFileSync(SAMPLE_TAPE, join(folder, 'sample.sqlite'));
const defects: unknown[] = [];
const shelf = openShelf({ given: [folder], showsBodies: false, onDefect: (error) => defects.push(error) });
after(async () => {
  await shelf.close();
  assert.deepEqual(defects, []);
});

test('the figures of the list are those of the report, run by run', async () => {
  let runs: readonly RunRow[] = [];
  await eventually(async () => {
    const [tape] = await shelf.tapes();
    runs = tape?.contents?.runs ?? [];
    return runs.length > 0 && runs.every((run) => shelf.figuresOf('sample.sqlite', run) !== null);
  }, 30_000);
  assert.equal(runs.length, 12);
  const report = await shelf.report({ tape: 'sample.sqlite', runs: 'before' });
  for (const { summary } of report.runs) {
    const row = runs.find(({ id }) => id === summary.id);
    assert.ok(row !== undefined);
    const listed = shelf.figuresOf('sample.sqlite', row);
    for (const metric of RUN_METRICS.filter(({ statistic }) => statistic !== 'mean')) {
      assert.equal(listed?.values[metric.key], valueOfRun(reportedSummary(summary), metric), metric.key);
    }
  }
});

test('a second look at the same runs is the same object, also when others were written in between', async () => {
  const path = join(folder, 'grows.sqlite');
  copyFileSync(SAMPLE_TAPE, path);
  const own = openShelf({ given: [path], showsBodies: false, onDefect: (error) => defects.push(error) });
  try {
    const side = { tape: 'grows.sqlite', runs: 'before' };
    const report = await own.report(side);
    const writer = openTapeWriter(path, 'append');
    const run = writer.beginRun({ ...RUN, label: 'later' });
    writer.endRun(run, RUN_END);
    writer.close();
    assert.equal(await own.report(side), report);
  } finally {
    own.close();
  }
});

test('running, ended and killed runs are distinguished, and only new results are read', () => {
  const path = join(folder, 'live.sqlite');
  const nowMs = CAPTURE.startedAtMs + 60_000;
  const writer = openTapeWriter(path, 'create');
  const capture = writer.beginCapture(CAPTURE);
  writer.startExchange(capture, exchangeStart(1, 59_000_000));
  writer.startExchange(capture, exchangeStart(2, 59_500_000));
  const end = exchangeEnd(1, 59_000_000);
  writer.endExchange(capture, end, REQUEST, answerFigures(end.answer));
  const begin = (label: string): number => writer.beginRun({ ...RUN, label, startedAtMs: nowMs - 2_000 });
  const add = (runId: number, seq: number): void => {
    const raw = rawResult(seq);
    writer.addResult(runId, raw, answerFigures(raw.answer));
  };
  const [killed, ended, running] = [begin('killed'), begin('ended'), begin('running')];
  for (const id of [killed, ended, running]) add(id, 0);
  writer.endRun(ended, RUN_END);
  const watcher = createWatcher();
  const look = (
    users: readonly { makes: 'captures' | 'runs'; startedMs: number }[] | null,
    changedMs = nowMs,
  ) => {
    const { rows } = watcher.watch([{ name: 'live', path, changedMs, users }], nowMs);
    return Object.fromEntries(rows.map((row) => [row.name, [row.state, row.figures.requests]]));
  };
  const user = { makes: 'runs' as const, startedMs: nowMs - 3_000 };
  assert.deepEqual(look([user]), {
    running: ['running', 1],
    ended: ['ended', 1],
    killed: ['killed', 1],
    [CAPTURE.upstream]: ['killed', 2],
  });
  add(running, 1);
  assert.deepEqual(look([user]).running, ['running', 2]);
  // A process that began after a run cannot have made it.
  assert.deepEqual(look([{ ...user, startedMs: nowMs + 5_000 }]).running, ['killed', 2]);
  assert.deepEqual(look([{ ...user, makes: 'captures', startedMs: 0 }])[CAPTURE.upstream], ['running', 2]);
  // Where the system does not tell, only silence can be told.
  assert.deepEqual(look(null).killed, ['running', 1]);
  assert.deepEqual(look(null, nowMs - 60_000).killed, ['silent', 1]);
  writer.close();
});

test('a tape that is in two folders has two names', () => {
  const names = [...findTapes([folder, join(folder, 'sample.sqlite')]).keys()];
  assert.ok(names.includes('sample.sqlite') && names.includes(join(folder, 'sample.sqlite')));
});

test('what was asked for the longest ago is forgotten first, a failure at once, and nothing is made twice', async () => {
  const kept = createKept<number>(2);
  let made = 0;
  const get = (key: string): Promise<number> => kept.get(key, async () => ++made);
  assert.deepEqual(await Promise.all([get('a'), get('a'), get('b')]), [1, 1, 2]);
  assert.equal(await get('a'), 1);
  assert.equal(await get('c'), 3);
  assert.equal(await get('b'), 4);
  await assert.rejects(kept.get('d', () => Promise.reject(new Error('no'))));
  assert.equal(await get('d'), 5);
});

test('large answers leave room for fewer, and one that is larger than all the room is kept alone', async () => {
  const kept = createKept<number>(10, (size) => size);
  let made = 0;
  const get = (size: number): Promise<number> =>
    kept.get(String(size), async () => {
      made += 1;
      return size;
    });
  for (const size of [3, 4, 3, 5, 3]) await get(size);
  assert.equal(made, 3);
  await get(4);
  assert.equal(made, 4);
  for (const size of [20, 20]) await get(size);
  assert.equal(made, 5);
  await get(3);
  assert.equal(made, 6);
});

test('what cannot be served is refused in one sentence', async () => {
  const missing = await runCli(['serve', join(folder, 'nowhere')]);
  assert.deepEqual([missing.code, missing.stdout], [1, '']);
  assert.match(missing.stderr, /^reprise: there is no folder or tape .*nowhere: give a folder of tapes/);
  assert.throws(
    () => prepareCommand('serve', command, ['--listen', 'everywhere'], {}),
    /--listen everywhere is not an address/,
  );
});
