import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter, type TapeWriter } from '../../src/store/tape-writer.ts';
import { answerFigures, CAPTURE, exchangeStart, RUN, RUN_END, rawResult } from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

function tapeWithExchange(name: string): { readonly path: string; readonly writer: TapeWriter } {
  const path = join(folder, name);
  const writer = openTapeWriter(path, 'create');
  writer.startExchange(writer.beginCapture(CAPTURE), exchangeStart(1));
  return { path, writer };
}

test('a run and its results come back as they were written', () => {
  const { path, writer } = tapeWithExchange('a.sqlite');
  const runId = writer.beginRun(RUN);
  const raw = rawResult(3);
  const figures = answerFigures(raw.answer);
  writer.addResult(runId, raw, figures);
  writer.endRun(runId, RUN_END);
  writer.close();

  const tape = openTape(path);
  assert.deepEqual(tape.runs(), [{ ...RUN, id: runId, end: RUN_END }]);
  const { chunks, ...derived } = figures;
  const { answer, path: _path, ...sent } = raw;
  assert.deepEqual(
    [...tape.results(runId)],
    [
      {
        result: {
          id: 1,
          runId,
          ...sent,
          ...derived,
          headersUs: answer.headersUs,
          firstByteUs: answer.firstByteUs,
          finishedUs: answer.finishedUs,
          status: 200,
        },
        chunks,
      },
    ],
  );
  tape.close();
});

test('a run that did not end has no end; results come in order of the plan', () => {
  const { path, writer } = tapeWithExchange('b.sqlite');
  const runId = writer.beginRun(RUN);
  for (const seq of [2, 0, 1]) {
    const raw = rawResult(seq);
    writer.addResult(runId, raw, answerFigures(raw.answer, { chunks: NO_CHUNKS }));
  }
  writer.close();
  const tape = openTape(path);
  assert.equal(tape.runs()[0]?.end, null);
  const results = [...tape.results(runId)];
  assert.deepEqual(
    results.map(({ result }) => result.seq),
    [0, 1, 2],
  );
  assert.deepEqual(results[0]?.chunks.atUs, []);
  tape.close();
});

test('a result of no exchange is refused', () => {
  const { writer } = tapeWithExchange('c.sqlite');
  const runId = writer.beginRun(RUN);
  const raw = { ...rawResult(1), exchangeId: 77 };
  assert.throws(() => writer.addResult(runId, raw, answerFigures(raw.answer)), /FOREIGN KEY/);
  writer.close();
});
