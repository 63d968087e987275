import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { TOKEN_SOURCES } from '../../src/model/completion.ts';
import { ERROR_CODES, OUTCOMES } from '../../src/model/outcome.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { answerFigures, CAPTURE, exchangeStart, RUN, RUN_END, rawResult } from '../helpers/sample-records.ts';
import { editTape } from '../helpers/strange-tapes.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** A tape with one exchange, and a run with these results beside one of another. */
function tapeWith(results: readonly ReturnType<typeof rawResult>[], overrides = {}): string {
  const path = join(tempFolder(), 'results.sqlite');
  const writer = openTapeWriter(path, 'create');
  writer.begin();
  writer.startExchange(writer.beginCapture(CAPTURE), exchangeStart(1));
  for (const list of [results, [rawResult(7)]]) {
    const run = writer.beginRun(RUN);
    for (const result of list) writer.addResult(run, result, answerFigures(result.answer, overrides));
    writer.endRun(run, RUN_END);
  }
  writer.commit();
  writer.close();
  return path;
}

test('every column of a result, and its reads', () => {
  const raw = { ...rawResult(3), connection: 2, plannedAbort: true, askedTokens: 9 };
  const answer = { ...raw.answer, status: 503, error: { code: 'closed', detail: 'busy' } as const };
  const figures = {
    outcome: 'http_error',
    cachedTokens: 5,
    finishReason: 'stop',
    answerHash: 'ab',
    tokenSource: 'chunks',
    firstVisibleUs: 140_000,
    oddEvents: 2,
  } as const;
  const tape = openTape(tapeWith([{ ...raw, answer }], figures));
  try {
    const [found, more] = [...tape.results(1)];
    assert.equal(more, undefined);
    assert.deepEqual(found?.result, {
      id: 1,
      runId: 1,
      seq: 3,
      exchangeId: 1,
      thread: 1,
      connection: 2,
      scheduledUs: 119_900,
      sentUs: 120_000,
      headersUs: 125_000,
      firstByteUs: 130_000,
      firstTokenUs: 130_000,
      firstVisibleUs: 140_000,
      lastTokenUs: 150_000,
      finishedUs: 151_000,
      status: 503,
      outcome: 'http_error',
      errorCode: 'closed',
      error: 'busy',
      promptTokens: 13,
      completionTokens: 3,
      cachedTokens: 5,
      tokenSource: 'chunks',
      finishReason: 'stop',
      answerHash: 'ab',
      streamed: true,
      oddEvents: 2,
      wireBytes: 400,
      plannedAbort: true,
      askedTokens: 9,
    });
    assert.deepEqual(found?.chunks.atUs, [130_000, 140_000, 150_000]);
    assert.deepEqual(found?.chunks.bytes, [9, 9, 9]);
    const { runId, connection, headersUs, firstByteUs, cachedTokens, finishReason, answerHash, ...plain } =
      found.result;
    assert.deepEqual([...tape.plainResults(1)], [{ result: plain, chunks: found.chunks }]);
  } finally {
    tape.close();
  }
});

test('results come in order of the plan over any number of batches, each once, of their own run', () => {
  // Written backwards, and one position twice, as a run by an older version could have it.
  const seqs = [...Array.from({ length: 1_204 }, (_, i) => 1_203 - i), 199];
  const tape = openTape(tapeWith(seqs.map((seq) => rawResult(seq))));
  try {
    const read = [...tape.results(1)].map(({ result }) => result);
    assert.deepEqual(
      read.map(({ seq }) => seq),
      seqs.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(read.map(({ id }) => id)).size, seqs.length);
  } finally {
    tape.close();
  }
});

test('reads of a long answer, of none, and of one that was never sent', () => {
  const readUs = Float64Array.from({ length: 5_000 }, (_, i) => 20_000 + i * 1_000);
  const long = {
    ...rawResult(0),
    answer: { ...rawResult(0).answer, readUs, readBytes: new Uint32Array(5_000) },
  };
  const none = { ...long.answer, readUs: new Float64Array(), readBytes: new Uint32Array() };
  const unsent = { ...rawResult(2), sentUs: null, answer: none };
  const tape = openTape(tapeWith([long, rawResult(1), unsent]));
  try {
    const read = [...tape.results(1)];
    assert.deepEqual(
      read.map(({ chunks }) => chunks.atUs.length),
      [5_000, 3, 0],
    );
    // The memory that a row's reads were decoded in is used again for the next.
    assert.deepEqual(read[0]?.chunks.atUs, [...readUs]);
    assert.equal(read[2]?.result.sentUs, null);
  } finally {
    tape.close();
  }
});

test('plain results are the rows as they are, whatever is in them', () => {
  const instant = fc.option(fc.integer({ min: -5_000, max: 4_000_000_000 }), { nil: null });
  const tokens = fc.option(fc.nat(100_000_000), { nil: null });
  const figures = fc.record({
    outcome: fc.constantFrom(...OUTCOMES),
    errorCode: fc.option(fc.constantFrom(...ERROR_CODES), { nil: null }),
    error: fc.option(fc.string(), { nil: null }),
    tokenSource: fc.constantFrom(...TOKEN_SOURCES),
    firstTokenUs: instant,
    firstVisibleUs: instant,
    lastTokenUs: instant,
    promptTokens: tokens,
    completionTokens: tokens,
    streamed: fc.boolean(),
    oddEvents: fc.nat(),
  });
  const raw = fc.record({
    seq: fc.nat(90_000),
    scheduledUs: fc.integer({ min: -1_000, max: 4_000_000_000 }),
    sentUs: instant,
    wireBytes: fc.maxSafeNat(),
    plannedAbort: fc.boolean(),
    askedTokens: tokens,
  });
  const rows = fc.array(fc.tuple(raw, figures, fc.nat(9)), { maxLength: 12 });
  const path = tapeWith([]);
  const writer = openTapeWriter(path, 'append');
  const tape = openTape(path);
  fc.assert(
    fc.property(rows, (made) => {
      const run = writer.beginRun(RUN);
      for (const [more, overrides, reads] of made) {
        const sample = rawResult(0);
        const readUs = Float64Array.from({ length: reads }, (_, i) => 20_000 + i * 999);
        const answer = { ...sample.answer, readUs, readBytes: new Uint32Array(readUs.length).fill(300) };
        writer.addResult(run, { ...sample, ...more, answer }, answerFigures(answer, overrides));
      }
      const plain = [...tape.results(run)].map(({ result, chunks }) => {
        const { runId, connection, headersUs, firstByteUs, cachedTokens, finishReason, answerHash, ...rest } =
          result;
        return { result: rest, chunks };
      });
      // The reads of a row are there until the next.
      assert.deepEqual(
        Array.from(tape.plainResults(run), (one) => structuredClone(one)),
        plain,
      );
    }),
    { numRuns: 10 },
  );
  tape.close();
  writer.close();
});

test('a value that no column holds is damage, also behind other batches', () => {
  const path = tapeWith(Array.from({ length: 260 }, (_, i) => rawResult(i)));
  for (const [column, value] of [
    ['outcome', "'fine'"],
    ['token_source', "''"],
    ['error_code', "'oops'"],
    ['streamed', '2'],
    ['completion_tokens', '100000001'],
    ['wire_bytes', '-1'],
  ] as const) {
    const set = (to: string) => `UPDATE results SET ${column} = ${to} WHERE run_id = 1 AND seq = 250`;
    editTape(path, (db) => db.exec(set(`${value}`)));
    const tape = openTape(path);
    assert.throws(() => [...tape.plainResults(1)], new RegExp(`is damaged \\(${column} of a row is`), column);
    tape.close();
    const before = { outcome: "'ok'", token_source: "'usage'", error_code: 'NULL', streamed: '1' } as const;
    editTape(path, (db) => db.exec(set((before as Record<string, string>)[column] ?? '3')));
  }
});
