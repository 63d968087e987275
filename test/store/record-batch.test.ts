import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import type { ExchangeEnd, ExchangeStart } from '../../src/model/exchange.ts';
import {
  type BatchEvent,
  createRecordBatch,
  type RecordBatch,
  type TapeReadings,
} from '../../src/store/record-batch.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter, type TapeWriter } from '../../src/store/tape-writer.ts';
import type { TapeRecord } from '../../src/store/writing/tape-messages.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  REQUEST,
  RUN,
  rawResult,
  streamedAnswer,
} from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** What SQLite throws on a full disk. */
const FULL = new SqliteDatabase.SqliteError('database or disk is full', 'SQLITE_FULL');

const READINGS = {
  exchange: {
    stored: (start: ExchangeStart) => start,
    read(start: ExchangeStart, end: ExchangeEnd) {
      const body = Buffer.from(end.requestBody ?? []).toString();
      return {
        request: REQUEST,
        answer: answerFigures(end.answer),
        isRequest: body !== 'no request',
        kept: body === 'unwanted' || body === 'no request' ? null : end,
        path: start.path,
        traceparent: null,
      };
    },
  },
  result: { answer: (_path: string, raw: Parameters<typeof answerFigures>[0]) => answerFigures(raw) },
};

function setUp(
  name: string,
  change: (writer: TapeWriter) => Partial<TapeWriter> = () => ({}),
  readings: Omit<TapeReadings, 'compress'> = READINGS,
): {
  readonly path: string;
  readonly writer: TapeWriter;
  readonly batch: RecordBatch;
  readonly posted: BatchEvent[];
  readonly captureId: number;
} {
  const path = join(folder, name);
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  const posted: BatchEvent[] = [];
  // Object.create keeps the getters of the real writer.
  const used: TapeWriter = Object.assign(Object.create(writer), change(writer));
  return { path, writer, batch: createRecordBatch(used, readings, (m) => posted.push(m)), posted, captureId };
}

const start = (captureId: number, number: number) =>
  ({ kind: 'exchange-start', captureId, start: exchangeStart(number), bytes: 10 }) as const;
const end = (captureId: number, number: number) =>
  ({ kind: 'exchange-end', captureId, end: exchangeEnd(number), bytes: 100 }) as const;

test('a tape that SQLite finds damaged is given up: what is on it counts as lost', () => {
  const damage = new SqliteDatabase.SqliteError('database disk image is malformed', 'SQLITE_CORRUPT');
  const { writer, batch, posted, captureId } = setUp('damaged.sqlite', (real) => ({
    startExchange(id, begun) {
      if (begun.number === 2) throw damage;
      real.startExchange(id, begun);
    },
  }));
  batch.add(start(captureId, 1));
  batch.add(end(captureId, 1));
  batch.commit();
  assert.equal(writer.look(), 'there');
  batch.add(start(captureId, 2));
  assert.deepEqual([writer.look(), writer.endedExchanges()], ['gone', 1]);
  assert.deepEqual(
    posted.flatMap((event) => (event.kind === 'lost' ? [event.records] : [])),
    [1],
  );
  assert.throws(() => writer.close());
});

test('records are on the tape after the commit, and their queue bytes are given back', () => {
  const { path, writer, batch, posted, captureId } = setUp('a.sqlite');
  batch.add(start(captureId, 1));
  batch.add(end(captureId, 1));
  assert.equal(batch.size, 2);
  const reader = openTape(path);
  assert.equal(reader.exchangeCount(), 0);
  batch.commit();
  assert.equal(reader.exchangeCount(), 1);
  assert.deepEqual(
    posted.map((message) => (message.kind === 'taken' ? message.bytes : message.kind)),
    ['samples', 110],
  );
  reader.close();
  writer.close();
});

test('a result gives its sample', () => {
  const { writer, batch, posted, captureId } = setUp('b.sqlite');
  batch.add(start(captureId, 1));
  batch.add({ kind: 'result', runId: writer.beginRun(RUN), result: rawResult(2), bytes: 7 });
  batch.commit();
  assert.deepEqual(posted[0], {
    kind: 'samples',
    samples: [
      {
        status: 200,
        outcome: 'ok',
        ttftUs: 10_000,
        e2elUs: 31_000,
        promptTokens: 13,
        completionTokens: 3,
        bytes: 27,
      },
    ],
  });
  writer.close();
});

test('one record that cannot be written is counted once, its neighbours are kept', () => {
  const { path, writer, batch, posted, captureId } = setUp('c.sqlite');
  batch.add(start(captureId, 1));
  batch.add(start(captureId, 1));
  batch.add(end(captureId, 2));
  batch.add(start(captureId, 3));
  batch.commit();
  assert.deepEqual(
    posted.map((message) =>
      message.kind === 'lost' ? [message.records, message.why.slice(0, 22)] : message.kind,
    ),
    [[1, 'UNIQUE constraint fail'], [1, 'exchange 2 was never s'], 'taken'],
  );
  writer.close();
  const tape = openTape(path);
  assert.equal(tape.exchangeCount(), 2);
  tape.close();
});

test('a commit that fails loses exactly its exchanges, their ends are not counted again, and writing recovers', () => {
  let full = true;
  const { path, writer, batch, posted, captureId } = setUp('d.sqlite', (real) => ({
    commit() {
      if (full) throw FULL;
      real.commit();
    },
  }));
  batch.add(start(captureId, 1));
  batch.add(start(captureId, 2));
  batch.add(end(captureId, 1));
  batch.commit();
  full = false;
  batch.add(end(captureId, 2));
  batch.add(start(captureId, 3));
  batch.add(end(captureId, 3));
  batch.commit();
  assert.deepEqual(
    posted.filter((message) => message.kind === 'lost'),
    [{ kind: 'lost', records: 2, why: 'database or disk is full', failing: true }],
  );
  writer.close();
  const tape = openTape(path);
  assert.deepEqual(
    [...tape.exchanges()].map((exchange) => [exchange.arrivedUs, exchange.outcome]),
    [[3_000, 'ok']],
  );
  tape.close();
});

/** 10 ms of the answer, taken early: the sample answer's first read. */
function part(captureId: number, number: number): TapeRecord {
  const whole = streamedAnswer(number * 1_000);
  const taken = {
    ...whole,
    body: whole.body?.slice(0, 9) ?? null,
    readUs: whole.readUs.slice(0, 1),
    readBytes: whole.readBytes.slice(0, 1),
  };
  return { kind: 'exchange-part', captureId, number, part: taken, bytes: 1_000 };
}

function rest(captureId: number, number: number): TapeRecord {
  const whole = exchangeEnd(number);
  const { answer } = whole;
  const left = {
    ...answer,
    body: answer.body?.slice(9) ?? null,
    readUs: answer.readUs.slice(1),
    readBytes: answer.readBytes.slice(1),
  };
  return { kind: 'exchange-end', captureId, end: { ...whole, answer: left }, bytes: 100 };
}

test('a long answer that came in parts is whole, and its parts count as queued until then', () => {
  const { path, writer, batch, posted, captureId } = setUp('parts.sqlite');
  batch.add(start(captureId, 1));
  batch.add(part(captureId, 1));
  batch.commit();
  batch.add(rest(captureId, 1));
  batch.commit();
  const taken = posted.flatMap((message) => (message.kind === 'taken' ? message.bytes : []));
  assert.deepEqual(taken, [10, 1_100]);
  writer.close();
  const tape = openTape(path);
  const [exchange] = [...tape.exchanges()];
  assert.equal(
    Buffer.from(tape.body(exchange?.responseBodyId ?? 0) ?? []).toString(),
    'data: a\n\ndata: b\n\ndata: c\n\n',
  );
  assert.deepEqual(tape.exchangeChunkTimes(exchange ?? assert.fail()).bytes, [9, 9, 9]);
  tape.close();
});

test('an exchange that is given up half-way frees its memory and leaves no row', () => {
  const { path, writer, batch, posted, captureId } = setUp('forget.sqlite');
  batch.add(start(captureId, 1));
  batch.commit();
  batch.add(part(captureId, 1));
  batch.add({ kind: 'exchange-forget', captureId, number: 1, bytes: 0 });
  batch.commit();
  assert.deepEqual(posted, [
    { kind: 'taken', bytes: 10 },
    { kind: 'taken', bytes: 1_000 },
  ]);
  writer.close();
  assert.deepEqual(outcomes(path), []);
});

test('an exchange whose end is lost leaves no row that says unfinished, as soon as the tape can be written again', () => {
  let full = false;
  const { path, writer, batch, captureId } = setUp('end-lost.sqlite', (real) => ({
    commit() {
      if (full) throw FULL;
      real.commit();
    },
    probe() {
      if (full) throw FULL;
      real.probe(1);
    },
  }));
  for (const number of [1, 2]) batch.add(start(captureId, number));
  batch.commit();
  full = true;
  batch.add(end(captureId, 1));
  batch.commit();
  assert.deepEqual(outcomes(path), ['unfinished', 'unfinished']);
  full = false;
  batch.commit();
  batch.add(end(captureId, 2));
  batch.commit();
  writer.close();
  assert.deepEqual(outcomes(path), ['ok']);
});

test('a record that is at fault itself is lost alone: the tape is not in trouble', () => {
  const broken = { ...READINGS, exchange: { ...READINGS.exchange, read: () => assert.fail('a defect') } };
  const { path, writer, batch, posted, captureId } = setUp('defect.sqlite', () => ({}), broken);
  batch.add(start(captureId, 1));
  batch.add(end(captureId, 1));
  batch.commit();
  assert.deepEqual(
    posted.filter(({ kind }) => kind !== 'taken'),
    [{ kind: 'lost', records: 1, why: 'a defect', failing: false }],
  );
  writer.close();
  assert.deepEqual(outcomes(path), []);
});

function outcomes(path: string): readonly string[] {
  const tape = openTape(path);
  const found = [...tape.exchanges()].map(({ outcome }) => outcome);
  tape.close();
  return found;
}

test('what the sample leaves out leaves no row, but is counted', () => {
  const { path, writer, batch, posted, captureId } = setUp('unwanted.sqlite');
  batch.add(start(captureId, 1));
  batch.add({ kind: 'exchange-end', captureId, end: exchangeEnd(1, 1_000, 'unwanted'), bytes: 1 });
  batch.commit();
  assert.equal(posted.filter((message) => message.kind === 'samples').length, 1);
  writer.close();
  const tape = openTape(path);
  assert.equal(tape.exchangeCount(), 0);
  tape.close();
});

test('an ignored request leaves a count in its capture and nothing else', () => {
  const { path, writer, batch, posted, captureId } = setUp('ignored.sqlite');
  for (const number of [1, 2]) {
    batch.add(start(captureId, number));
    batch.add({ kind: 'exchange-end', captureId, end: exchangeEnd(number, 1_000, 'no request'), bytes: 1 });
  }
  batch.commit();
  const samples = posted.flatMap((message) => (message.kind === 'samples' ? message.samples : []));
  assert.deepEqual(
    samples.map(({ ignored }) => ignored),
    [true, true],
  );
  writer.close();
  const tape = openTape(path);
  assert.deepEqual([tape.exchangeCount(), tape.captures()[0]?.ignored], [0, 2]);
  tape.close();
});

test('while writing fails it is tried again without traffic, with as much as was lost, and the recovery is reported once', () => {
  let room = 0;
  const probed: number[] = [];
  const { writer, batch, posted, captureId } = setUp('probe.sqlite', (real) => ({
    commit() {
      if (room === 0) throw FULL;
      real.commit();
    },
    probe(bytes) {
      probed.push(bytes);
      if (bytes > room) throw FULL;
      real.probe(1);
    },
  }));
  batch.add({ ...start(captureId, 1), bytes: 200_000 });
  batch.commit();
  batch.commit();
  assert.deepEqual(probed, [200_000]);
  // A small record fits again, one like the one that was lost does not.
  room = 100_000;
  batch.add(start(captureId, 2));
  batch.commit();
  batch.commit();
  assert.deepEqual(probed, [200_000, 200_000, 200_000]);
  assert.ok(!posted.some(({ kind }) => kind === 'recovered'));
  room = 300_000;
  batch.commit();
  batch.commit();
  assert.deepEqual(
    posted.map(({ kind }) => kind).filter((kind) => kind !== 'taken'),
    ['lost', 'recovered'],
  );
  writer.close();
});
