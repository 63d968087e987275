import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  openTapeSeries,
  type RotateLimits,
  type TapeSeriesOptions,
} from '../../../src/cli/record/tape-series.ts';
import type { ServerState } from '../../../src/model/capture.ts';
import type { Exchange } from '../../../src/model/exchange.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { eventually } from '../../helpers/http-call.ts';
import { CAPTURE, exchangeEnd, exchangeStart } from '../../helpers/sample-records.ts';
import { seriesWriter } from '../../helpers/series-writer.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

/** A series whose clock is turned by hand: a capture that starts at `clock.ms` starts at as many thousand µs. */
async function series(
  name: string,
  limits: Partial<RotateLimits>,
  queueBytes = 1e9,
  more: Partial<Pick<TapeSeriesOptions, 'uploads' | 'thread'>> = {},
) {
  const clock = { ms: 0 };
  const warned: string[] = [];
  const tapes = await openTapeSeries({
    path: join(folder, name),
    mode: 'create',
    thread: { queueBytes },
    limits: { bytes: null, ageMs: null, keep: null, ...limits },
    capture: () => ({ ...CAPTURE, startedAtMs: clock.ms, startedUs: clock.ms * 1_000 }),
    wallMs: () => clock.ms,
    statesOf: async (edge): Promise<readonly ServerState[]> => [
      { edge, kind: 'version', takenAtMs: clock.ms, status: 200, body: `{"at":${clock.ms}}` },
    ],
    warn: (sentence) => warned.push(sentence),
    ...more,
  });
  const writer = seriesWriter(tapes);
  /** As a recording ends: those who write are closed first. */
  const close = async (): Promise<void> => {
    await writer.close();
    await tapes.close();
  };
  return { tapes, sink: writer.sink, close, clock, warned };
}

function read(name: string): {
  readonly exchanges: readonly Exchange[];
  readonly clean: boolean;
  readonly states: number;
} {
  const tape = openTape(join(folder, name));
  const exchanges = [...tape.exchanges()];
  const [capture] = tape.captures();
  const states = tape.serverStates({ captureId: 1 }).length;
  tape.close();
  return { exchanges, clean: capture?.cleanClose === true, states };
}

test('at its age a tape is followed by the next; what is in flight ends where it began; instants fit each tape', async () => {
  const { tapes, clock, sink, close } = await series('age.sqlite', { ageMs: 500 });
  sink.start(exchangeStart(1, 10_000));
  sink.start(exchangeStart(2, 20_000));
  sink.end(exchangeEnd(1, 10_000));
  await tapes.rotateIfDue();
  assert.equal(tapes.path(), join(folder, 'age.sqlite'), 'not yet');
  clock.ms += 600;
  await tapes.rotateIfDue();
  assert.equal(tapes.path(), join(folder, 'age-2.sqlite'));
  sink.start(exchangeStart(3, 610_000));
  sink.end(exchangeEnd(3, 610_000));
  sink.end(exchangeEnd(2, 620_000));
  clock.ms += 600;
  await tapes.rotateIfDue();
  await close();

  const [first, second, third] = ['age.sqlite', 'age-2.sqlite', 'age-3.sqlite'].map(read);
  const numbers = (tape: typeof first) =>
    tape?.exchanges.map(({ arrivedUs, finishedUs }) => [arrivedUs, finishedUs]);
  assert.deepEqual(numbers(first), [
    [10_000, 41_000],
    [20_000, 651_000],
  ]);
  assert.deepEqual(numbers(second), [[10_000, 41_000]], 'from the second capture on');
  assert.equal(second?.exchanges[0]?.headersUs, 15_000);
  assert.deepEqual(numbers(third), []);
  for (const tape of [first, second, third]) assert.deepEqual([tape?.clean, tape?.states], [true, 2]);
});

test('at its size too, and only the newest are kept', async () => {
  const { tapes, sink, close } = await series('size.sqlite', { bytes: 1, keep: 2 });
  for (let number = 1; number <= 4; number++) {
    sink.start(exchangeStart(number, number));
    sink.end(exchangeEnd(number, number));
    await tapes.rotateIfDue();
  }
  await close();
  const left = ['size', 'size-2', 'size-3', 'size-4', 'size-5'].filter((name) =>
    existsSync(join(folder, `${name}.sqlite`)),
  );
  assert.deepEqual(left, ['size-4', 'size-5']);
  assert.equal(read('size-4.sqlite').exchanges.length, 1);
});

test('names that an earlier recording has taken are passed over', async () => {
  for (const name of ['taken-2.sqlite', 'taken-3.sqlite']) writeFileSync(join(folder, name), 'x');
  const { tapes, clock, warned, close } = await series('taken.sqlite', { ageMs: 1 });
  clock.ms += 10;
  await tapes.rotateIfDue();
  assert.equal(tapes.path(), join(folder, 'taken-4.sqlite'));
  clock.ms += 10;
  await tapes.rotateIfDue();
  assert.equal(tapes.path(), join(folder, 'taken-5.sqlite'));
  await close();
  assert.deepEqual(warned, []);
});

test('when no new tape can be started the old one continues, which is reported once, and the next try may succeed', async () => {
  const { tapes, clock, warned, sink, close } = await series('stuck.sqlite', { ageMs: 1 });
  // A folder in the place of the tape's journal: SQLite cannot open the file.
  mkdirSync(join(folder, 'stuck-2.sqlite-wal'));
  clock.ms += 10;
  for (let i = 0; i < 3; i++) await tapes.rotateIfDue();
  assert.equal(tapes.path(), join(folder, 'stuck.sqlite'));
  assert.equal(warned.length, 1);
  assert.match(warned.join(), /stuck\.sqlite goes on: /);
  assert.equal(existsSync(join(folder, 'stuck-2.sqlite')), false, 'nothing is left of a tape that failed');
  sink.start(exchangeStart(1));
  sink.end(exchangeEnd(1));
  rmdirSync(join(folder, 'stuck-2.sqlite-wal'));
  await tapes.rotateIfDue();
  assert.equal(tapes.path(), join(folder, 'stuck-2.sqlite'));
  await close();
  assert.equal(read('stuck.sqlite').exchanges.length, 1);
});

test('a rotation in progress when the recording ends is ended too', async () => {
  const { tapes, clock, close } = await series('ending.sqlite', { ageMs: 1 });
  clock.ms += 10;
  const rotating = tapes.rotateIfDue();
  await close();
  await rotating;
  for (const name of ['ending.sqlite', 'ending-2.sqlite']) {
    assert.equal(read(name).clean, true, name);
    assert.equal(existsSync(join(folder, `${name}-wal`)), false, `${name} is one file`);
  }
});

test('drops of closed tapes are not forgotten, trouble is that of the tape that is written', async () => {
  const { tapes, clock, sink, close } = await series('drops.sqlite', { ageMs: 1 }, 2_500);
  sink.start(exchangeStart(9));
  sink.end(exchangeEnd(9));
  clock.ms += 10;
  await tapes.rotateIfDue();
  assert.deepEqual(tapes.drops(), { queue_full: 1 });
  assert.equal(tapes.trouble(), null);
  await close();
  assert.deepEqual(tapes.drops(), { queue_full: 1 });
});

test('a tape is finished when all who write have left it, or have died', async () => {
  const { tapes, clock, sink, close } = await series('members.sqlite', { ageMs: 1 });
  const other = seriesWriter(tapes);
  const entered: number[] = [];
  const dead = tapes.join(async (number) => void entered.push(number));
  sink.start(exchangeStart(1));
  other.sink.start(exchangeStart(2));
  clock.ms += 10;
  await tapes.rotateIfDue();
  assert.deepEqual(entered, [1, 2]);
  sink.end(exchangeEnd(1));
  other.sink.end(exchangeEnd(2));
  assert.equal(read('members.sqlite').clean, false, 'one has not left');
  dead.leaveAll();
  await eventually(() => read('members.sqlite').clean);
  await other.close();
  await close();
  assert.equal(read('members.sqlite').exchanges.length, 2);
});

test('an earlier tape that is moved away while requests end there is no trouble of the one that is written', async () => {
  const problems: string[] = [];
  const thread = { onProblem: (sentence: string) => void problems.push(sentence) };
  const { tapes, clock, sink, close } = await series('old.sqlite', { ageMs: 500 }, 1e9, { thread });
  sink.start(exchangeStart(1));
  clock.ms += 600;
  await tapes.rotateIfDue();
  renameSync(join(folder, 'old.sqlite'), join(folder, 'old-moved.sqlite'));
  await eventually(() => problems.length > 0);
  assert.match(problems.join(), /old\.sqlite was moved away/);
  assert.equal(tapes.trouble(), null);
  sink.end(exchangeEnd(1));
  await close();
  assert.equal(read('old-moved.sqlite').exchanges.length, 1);
});

test('a tape that has to go up is kept beyond --keep until it is there', async () => {
  const began: string[] = [];
  const waiting = new Set<string>();
  const uploads = {
    begin: (path: string) => void began.push(path),
    add: (path: string) => void waiting.add(path),
    isThere: (path: string) => !waiting.has(path),
  };
  const { tapes, clock, close } = await series('up.sqlite', { ageMs: 500, keep: 1 }, 1e9, { uploads });
  for (let i = 0; i < 2; i++) {
    clock.ms += 600;
    await tapes.rotateIfDue();
  }
  const [first = '', second = '', third = ''] = began;
  await eventually(() => waiting.size === 2);
  assert.deepEqual(
    [first, second].map((path) => existsSync(path)),
    [true, true],
  );
  waiting.delete(first);
  tapes.keepNewest();
  assert.deepEqual(
    [first, second, third].map((path) => existsSync(path)),
    [false, true, true],
  );
  waiting.clear();
  await close();
});
