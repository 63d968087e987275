import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSseParser, type SseEvent } from '../../../src/chat/answers/sse.ts';

/** An event of the standard. */
const is = (data: string, event: string | null = null): SseEvent => ({ event, data, standard: true });

function parse(text: string, cuts: readonly number[] = []): SseEvent[] {
  const bytes = Buffer.from(text);
  const parser = createSseParser();
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return edges.slice(1).flatMap((end, i) => parser.push(bytes.subarray(edges[i], end)));
}

const datas = (text: string): string[] => parse(text).map((event) => event.data);

test('several events in one read, with and without the space after the colon', () => {
  assert.deepEqual(datas('data: a\n\ndata:b\n\ndata:  c\n\n'), ['a', 'b', ' c']);
});

test('line ends LF, CRLF and CR are equal', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    assert.deepEqual(
      parse(`event: x${end}data: 1${end}data: 2${end}${end}data: 3${end}${end}`),
      [is('1\n2', 'x'), is('3')],
      JSON.stringify(end),
    );
  }
});

test('comments, unknown fields, a byte order mark and events without data give nothing', () => {
  assert.deepEqual(datas('\uFEFFdata: a\n\n: ping\n\nid: 7\nretry: 1\n\nevent: x\n\ndata\n\n'), ['a', '']);
});

test('an event that never ends is not given, and is known to be pending', () => {
  const parser = createSseParser();
  assert.deepEqual(parser.push(Buffer.from('data: a\n\ndata: b\n')), [is('a')]);
  assert.equal(parser.isPending(), true);
  assert.deepEqual(parser.push(Buffer.from('\n')), [is('b')]);
  assert.equal(parser.isPending(), false);
});

test('at the end what is left is an event, whatever line end it lacks', () => {
  for (const rest of ['data: [DONE]', 'data: [DONE]\n', 'data: [DONE]\r\n']) {
    const parser = createSseParser();
    assert.deepEqual(parser.push(Buffer.from(rest)), []);
    assert.deepEqual(parser.finish(), [is('[DONE]')], JSON.stringify(rest));
  }
  assert.deepEqual(createSseParser().finish(), []);
});

test('lines outside of the standard that carry errors are events; other unknown fields are not', () => {
  const text = 'error: {"message":"a"}\n{"error":"b"}\nerr: c\nwhatever\n\n';
  assert.deepEqual(parse(text), [
    { event: 'error', data: '{"message":"a"}', standard: false },
    { event: null, data: '{"error":"b"}', standard: false },
  ]);
});

test('a CRLF cut between its two bytes is one line end', () => {
  assert.deepEqual(
    parse('data: a\r\n\r\ndata: b\r\n\r\n', [8, 10]).map((event) => event.data),
    ['a', 'b'],
  );
});

test('however the bytes are cut, the events are the same, also inside a character', () => {
  const line = fc.stringMatching(/^[^\r\n]*$/, { maxLength: 12 });
  const event = fc.array(line, { minLength: 1, maxLength: 3 });
  const end = fc.constantFrom('\n', '\r\n', '\r');
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 6 }),
      end,
      fc.array(fc.nat(400), { maxLength: 12 }),
      (events, eol, cuts) => {
        const text = events.map((lines) => lines.map((l) => `data: ${l}${eol}`).join('') + eol).join('');
        const size = Buffer.byteLength(text);
        const expected = events.map((lines) => is(lines.join('\n')));
        assert.deepEqual(
          parse(
            text,
            cuts.filter((cut) => cut <= size),
          ),
          expected,
        );
      },
    ),
  );
});

test('a long event in many small reads costs linear time', () => {
  const parser = createSseParser();
  const piece = Buffer.alloc(64, 97);
  parser.push(Buffer.from('data: '));
  for (let i = 0; i < 20_000; i++) parser.push(piece);
  const [event] = parser.push(Buffer.from('\n\n'));
  assert.equal(event?.data.length, 20_000 * 64);
});

test('an object without a field name is an event, on one line or several; what never ends is one too', () => {
  const bare = (data: string) => ({ event: null, data, standard: false });
  const pretty = '{\n  "error": {\n    "message": "a } in a text"\n  }\n}';
  assert.deepEqual(parse(`data: a\n\n${pretty}\ndata: b\n\n`, [12, 30]), [is('a'), bare(pretty), is('b')]);
  assert.deepEqual(parse('{"error":"x"}\ndata: b\n\n'), [bare('{"error":"x"}'), is('b')]);
  assert.deepEqual(parse('{"err\n\ndata: b\n\n'), [bare('{"err'), is('b')]);
  assert.deepEqual(parse('{"err\ndata: b\n\n'), [bare('{"err'), is('b')]);
  const parser = createSseParser();
  assert.deepEqual(
    [parser.push(Buffer.from('{\n')), parser.isPending(), parser.finish()],
    [[], true, [bare('{')]],
  );
});
