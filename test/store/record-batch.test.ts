import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRecordBatch, type RecordBatch } from '../../src/store/record-batch.ts';
import type { FromTapeThread } from '../../src/store/tape-messages.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter, type TapeWriter } from '../../src/store/tape-writer.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  REQUEST,
  RUN,
  rawResult,
} from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

const READINGS = {
  exchange: {
    request: () => REQUEST,
    answer: (_path: string, raw: Parameters<typeof answerFigures>[0]) => answerFigures(raw),
  },
  result: { answer: (_path: string, raw: Parameters<typeof answerFigures>[0]) => answerFigures(raw) },
};

function setUp(
  name: string,
  change: (writer: TapeWriter) => Partial<TapeWriter> = () => ({}),
): {
  readonly path: string;
  readonly writer: TapeWriter;
  readonly batch: RecordBatch;
  readonly posted: FromTapeThread[];
  readonly captureId: number;
} {
  const path = join(folder, name);
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  const posted: FromTapeThread[] = [];
  // Object.create keeps the getters of the real writer.
  const used: TapeWriter = Object.assign(Object.create(writer), change(writer));
  return { path, writer, batch: createRecordBatch(used, READINGS, (m) => posted.push(m)), posted, captureId };
}

const start = (captureId: number, number: number) =>
  ({ kind: 'exchange-start', captureId, start: exchangeStart(number), bytes: 10 }) as const;
const end = (captureId: number, number: number) =>
  ({ kind: 'exchange-end', captureId, end: exchangeEnd(number), bytes: 100 }) as const;

test('records are on the tape after the commit, and their queue bytes are given back', () => {
  const { path, writer, batch, posted, captureId } = setUp('a.sqlite');
  batch.add(start(captureId, 1));
  batch.add(end(captureId, 1));
  assert.equal(batch.size, 2);
  const reader = openTape(path);
  assert.equal(reader.exchangeCount(), 0);
  batch.commit();
  assert.equal(reader.exchangeCount(), 1);
  assert.deepEqual(posted, [{ kind: 'taken', bytes: 110 }]);
  reader.close();
  writer.close();
});

test('a result gives its digest', () => {
  const { writer, batch, posted, captureId } = setUp('b.sqlite');
  batch.add(start(captureId, 1));
  batch.add({ kind: 'result', runId: writer.beginRun(RUN), result: rawResult(2), bytes: 7 });
  batch.commit();
  assert.deepEqual(posted[0], {
    kind: 'digests',
    digests: [{ seq: 2, outcome: 'ok', ttftUs: 10_000, e2elUs: 31_000, completionTokens: 3 }],
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
      if (full) throw new Error('database or disk is full');
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
    [{ kind: 'lost', records: 2, why: 'database or disk is full' }],
  );
  writer.close();
  const tape = openTape(path);
  assert.deepEqual(
    [...tape.exchanges()].map((exchange) => [exchange.arrivedUs, exchange.outcome]),
    [[3_000, 'ok']],
  );
  tape.close();
});
