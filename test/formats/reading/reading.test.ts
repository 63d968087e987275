import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLineCutter } from '../../../src/formats/reading/byte-lines.ts';
import { fieldsOf } from '../../../src/formats/reading/csv-reader.ts';
import { createElementScanner } from '../../../src/formats/reading/element-scanner.ts';
import { isoUs, nanosecondsUs, secondsUs, unitsUs } from '../../../src/formats/reading/instants.ts';
import { countOf } from '../../../src/formats/reading/numbers.ts';
import { exchangesOf, readAs, skipsOf, sniffed } from '../../helpers/read-format.ts';

/** Gives bytes to something piece by piece. */
function feed<T>(
  reader: { push(piece: Uint8Array): readonly T[]; end(): readonly T[] },
  bytes: Buffer,
  size: number,
): readonly T[] {
  const found: T[] = [];
  for (let at = 0; at < bytes.length; at += size) found.push(...reader.push(bytes.subarray(at, at + size)));
  return [...found, ...reader.end()];
}

test('lines keep their bytes and numbers, a long one costs only itself', () => {
  const bytes = Buffer.from('one\r\n\n\ntwo\nway too long for this\nthree');
  for (const size of [1, 2, 7, 100]) {
    const lines = feed(createLineCutter(10), bytes, size).map(({ bytes: line, line: n }) => [
      n,
      line?.toString(),
    ]);
    assert.deepEqual(lines, [
      [1, 'one'],
      [4, 'two'],
      [5, undefined],
      [6, 'three'],
    ]);
  }
});

test('the records of a document keep their bytes', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['[{"a": 1.0},\n {"b":[{"c":"}]"}]} ]', ['{"a": 1.0}', '{"b":[{"c":"}]"}]}']],
    ['{"log":{"pages":[{}],"entries":[{"x":1}],"z":2}}', ['{"x":1}']],
    ['{"data":[{"x":"\\"]"}],"meta":{"a":[{}]}}', ['{"x":"\\"]"}']],
    ['{"resourceSpans":[{"scopeSpans":[{"scope":{},"spans":[{"x":1},{"x":2}]}]}]}', ['{"x":1}', '{"x":2}']],
    ['{"x":1}\n{"spans":[{"y":1}]} {"z":{"spans":[{}]}}', ['{"x":1}', '{"y":1}', '{"z":{"spans":[{}]}}']],
    ['[]', []],
    ['{"data":{"a":[1]}}', ['{"data":{"a":[1]}}']],
  ];
  for (const [text, expected] of cases) {
    for (const size of [1, 3, 1000]) {
      const found = feed(createElementScanner(), Buffer.from(text), size);
      assert.deepEqual(
        found.map(({ bytes }) => bytes?.toString()),
        expected,
      );
    }
  }
});

test('a broken record of a document ends with its line', () => {
  const text = '[\n{"a":"cut\n,{"b":1},\n{"c":2}]';
  for (const size of [1, 5, 1000]) {
    const found = feed(createElementScanner(), Buffer.from(text), size);
    assert.deepEqual(
      found.map(({ bytes, fault, line }) => [bytes?.toString() ?? fault, line]),
      [
        ['incomplete', 2],
        ['{"b":1}', 3],
        ['{"c":2}', 4],
      ],
    );
  }
});

test('a record that is too long costs only itself', () => {
  const text = `[{"a":"${'x'.repeat(500)}"},{"b":1}]`;
  for (const size of [1, 50, 1000]) {
    const found = feed(createElementScanner(100), Buffer.from(text), size).map(
      ({ bytes, fault }) => bytes?.toString() ?? fault,
    );
    // In one piece nothing has to be held for long.
    assert.deepEqual(found.at(-1), '{"b":1}');
    if (size < 1000) assert.equal(found[0], 'tooLong');
  }
});

test('a quote behind many backslashes is read alike in any pieces, whether it is escaped or not', () => {
  for (const count of [40, 41]) {
    const text = `[{"a":"${'\\'.repeat(count)}"${count % 2 === 0 ? '' : ',[{"'}},{"b":1}]`;
    for (const size of [1, 7, 20, 1000]) {
      const found = feed(createElementScanner(10), Buffer.from(text), size);
      assert.equal(found.at(-1)?.bytes?.toString(), '{"b":1}', `${count} in pieces of ${size}`);
    }
  }
});

test('any JSON in an array is cut out as it was written', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), { maxLength: 5 }),
      fc.constantFrom(0, 1, 2),
      fc.integer({ min: 1, max: 60 }),
      (records, indent, size) => {
        const found = feed(createElementScanner(), Buffer.from(JSON.stringify(records, null, indent)), size);
        assert.deepEqual(
          found.map(({ bytes }) => JSON.parse(bytes?.toString() ?? '0')),
          JSON.parse(JSON.stringify(records)),
        );
      },
    ),
  );
});

test('fields of a CSV line may be quoted', () => {
  assert.deepEqual(fieldsOf('a,,c'), ['a', '', 'c']);
  assert.deepEqual(fieldsOf('"a,1", "b ""2""" ,c,""'), ['a,1', 'b "2"', 'c', '']);
  assert.deepEqual(['12', '3.0', '-1', '1e3', '', 'x', null].map(countOf), [
    12,
    3,
    null,
    1000,
    null,
    null,
    null,
  ]);
});

test('times are read to the microsecond; without a zone they are UTC', () => {
  const us = Date.UTC(2023, 10, 16, 18, 15, 46) * 1e3;
  const cases: readonly (readonly [string, number | null])[] = [
    ['2023-11-16 18:15:46.6805900', us + 680_590],
    ['2023-11-16T18:15:46.680590123Z', us + 680_590],
    ['2023-11-16T19:15:46+01:00', us],
    ['2023-11-16T12:45:46-0530', us],
    ['2023-11-16 18:15:46 UTC', us],
    ['2023-11-16 20:15:46+02', us],
    ['2023-11-16T18:15:46,25z', us + 250_000],
    ['2023-13-16 18:15:46', null],
    ['2023-02-30 18:15:46', null],
    ['2023-11-16 25:15:46', null],
    ['16.11.2023', null],
  ];
  for (const [text, expected] of cases) assert.equal(isoUs(text), expected, text);
  assert.equal(nanosecondsUs('1767225600900000123'), 1767225600900000);
  assert.equal(nanosecondsUs(1767225600900000000), 1767225600900000);
  assert.equal(secondsUs(1700000001.25), 1700000001250000);
  assert.equal(secondsUs('2023-11-16T18:15:46Z'), us);
  // What is too large for seconds has the smaller unit that it fits.
  for (const value of [1.7e9, 1.7e12, 1.7e15, 1.7e18, '1700000000.0', '1700000000000'])
    assert.equal(secondsUs(value), 1.7e15);
  assert.equal(unitsUs('2.5', 1e3), 2500);
  for (const value of [-1, Number.NaN, 1e300, '', ' ', '5s', '0x10', null])
    assert.equal(unitsUs(value, 1), null);
});

test('what no server reads is skipped with its reason, and nothing else', () => {
  const good = '{"model":"m","messages":[]}';
  const deep = `{"model":"m","messages":${'['.repeat(300)}${']'.repeat(300)}}${' '.repeat(300)}`;
  const bytes = Buffer.concat([
    Buffer.from(`${good}\n{"model":"`),
    Buffer.from([0xff, 0xfe]),
    Buffer.from(`","messages":[]}\n${deep}\nnonsense\n[1]\n${good}`),
  ]);
  const records = readAs('raw', bytes);
  assert.deepEqual(skipsOf(records), ['invalidUtf8', 'tooDeep', 'notJson', 'notJson']);
  assert.equal(exchangesOf(records).length, 2);
});

test('elements of a document may have a line each, the last one without a comma', () => {
  const entry =
    '{"startedDateTime":"2026-01-01T00:00:00Z","request":{"method":"POST","url":"/v1/chat/completions","postData":{"text":"{}"}}}';
  for (const n of [1, 2, 3]) {
    const har = `{"log":{"version":"1.2","entries":[\n${Array(n).fill(entry).join(',\n')}\n]}}\n`;
    assert.equal(exchangesOf(readAs('har', har)).length, n);
  }
});

test('documents in an array, and lines with a comma behind them, are read as such', () => {
  const body = '{"model":"m","messages":[{"role":"user","content":"hi"}]}';
  const lines = readAs('raw', `${body},\n${body} ,\r\n${body}`);
  assert.deepEqual([exchangesOf(lines).length, skipsOf(lines)], [3, []]);
  assert.equal(sniffed(`${body},\n${body}`), 'raw');
  const entry = (url: string) => ({
    startedDateTime: '2026-01-01T00:00:00Z',
    time: 1,
    request: { method: 'POST', url, headers: [], postData: { mimeType: 'application/json', text: body } },
    response: { status: 200, headers: [], content: {} },
  });
  const entries = [entry('http://a/v1/chat/completions'), entry('http://b/v1/chat/completions')];
  const archive = { log: { version: '1.2', entries } };
  for (const text of [JSON.stringify([archive, archive]), JSON.stringify([archive, archive], null, 2)]) {
    assert.equal(sniffed(text), 'har');
    assert.equal(exchangesOf(readAs('har', text)).length, 4);
  }
  const written = `{"log":{"version":"1.2","entries":[\n${entries.map((one) => JSON.stringify(one)).join(',\n')}\n]}}\n`;
  assert.equal(sniffed(written), 'har');
});
