import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { answerFigures, CAPTURE, exchangeEnd, exchangeStart, REQUEST } from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

test('exchanges come in order of capture and arrival, whatever order they were written in', () => {
  const path = join(folder, 'order.sqlite');
  const writer = openTapeWriter(path, 'create');
  const first = writer.beginCapture(CAPTURE);
  const second = writer.beginCapture(CAPTURE);
  writer.startExchange(second, exchangeStart(1, 10));
  writer.startExchange(first, exchangeStart(2, 900));
  writer.startExchange(first, exchangeStart(1, 800));
  const end = exchangeEnd(1);
  writer.endExchange(second, end, REQUEST, answerFigures(end.answer));
  writer.close();
  const tape = openTape(path);
  assert.deepEqual(
    [...tape.exchanges()].map((exchange) => [exchange.captureId, exchange.arrivedUs]),
    [
      [first, 800],
      [first, 900],
      [second, 10],
    ],
  );
  assert.equal(tape.exchangeCount(), 3);
  tape.close();
});

test('an empty tape is a tape', () => {
  const path = join(folder, 'empty.sqlite');
  openTapeWriter(path, 'create').close();
  const tape = openTape(path);
  assert.deepEqual(
    [tape.captures(), [...tape.exchanges()], tape.runs(), [...tape.results(1)], tape.body(1)],
    [[], [], [], [], null],
  );
  tape.close();
});
