import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createChunkLane } from '../../src/record/chunk-lane.ts';
import { createChunkReader } from '../../src/record/chunk-reader.ts';

const LAST = '0\r\nx: 1\r\n\r\n';

/** The data of the chunks that are offered. */
function piecesOf(framed: Buffer, data: readonly number[]): readonly Buffer[] {
  return data.flatMap((from, i) => (i % 2 === 0 ? [framed.subarray(from, data[i + 1])] : []));
}

/** A lane whose chunks are all taken, and what comes of its reads: data in brackets, what the parser gets as it is. */
function conversation(
  reads: readonly string[],
  takes: (n: number) => boolean = () => true,
): readonly string[] {
  const lane = createChunkLane();
  const seen: string[] = [];
  let offers = 0;
  lane.begin();
  lane.offer((framed, data) => {
    if (!takes(offers++)) return false;
    const pieces = piecesOf(framed, data);
    const sizes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    assert.ok(framed.length >= sizes + 5 * pieces.length);
    seen.push(...pieces.map((piece) => `[${piece.toString('latin1')}]`));
    return true;
  });
  for (const read of reads) {
    const parsed = lane.pass(Buffer.from(read, 'latin1'), 0);
    if (parsed !== null) seen.push(parsed.toString('latin1'));
  }
  return seen;
}

test('whole chunks are taken, all other bytes are left to the parser', () => {
  const cases: readonly (readonly [reads: readonly string[], seen: readonly string[]])[] = [
    [
      ['3\r\nabc\r\n', '2\r\nde\r\n1\r\nf\r\n'],
      ['[abc]', '[de]', '[f]'],
    ],
    [[`3\r\nabc\r\n${LAST}`], ['[abc]', LAST]],
    [
      ['3\r\nabc\r\n5\r\nde', 'fgh\r\n', '1\r\ni\r\n'],
      ['[abc]', '5\r\nde', 'fgh\r\n', '[i]'],
    ],
    [
      ['3\r\nabc\r', '\n1\r\nd\r\n', '1\r\ne\r\n'],
      ['3\r\nabc\r', '\n1\r\nd\r\n', '[e]'],
    ],
  ];
  for (const [reads, seen] of cases) assert.deepEqual(conversation(reads), seen, JSON.stringify(reads));
});

test('behind what is not exactly as the standard has it nothing is taken', () => {
  const firsts: readonly (readonly string[])[] = [
    ['3;x=1\r\nabc\r\n'],
    ['3 \r\nabc\r\n'],
    ['3\nabc\n'],
    ['3\r\nabcX\n'],
    ['3\r\nab', 'c\rX'],
    ['3', '\r\nabc\r\n'],
    ['00000001\r\na\r\n'],
    ['\r\n'],
    [LAST],
  ];
  for (const first of firsts) {
    const reads = [...first, '1\r\nd\r\n'];
    assert.deepEqual(conversation(reads), reads, JSON.stringify(reads));
  }
});

test('nothing is offered before the body is known to be chunked, nor behind the next head', () => {
  const lane = createChunkLane();
  lane.begin();
  assert.equal(lane.pass(Buffer.from('head1\r\na\r\n2\r\nb'), 4)?.length, 14);
  lane.offer(() => true);
  assert.equal(
    lane.pass(Buffer.from('c\r\n'), 0)?.length,
    3,
    'the rest of a chunk of which the parser has the first half',
  );
  assert.equal(lane.pass(Buffer.from('1\r\nd\r\n'), 0), null);
  lane.begin();
  assert.equal(lane.pass(Buffer.from('1\r\ne\r\n'), 0)?.length, 6);
});

test('however a body is cut, and whatever is taken, taken and parsed bytes make up the body', () => {
  const chunk = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(chunk, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.boolean()),
      (chunks, cuts, taken) => {
        const wire = [...chunks.map((data) => `${data.length.toString(16)}\r\n${data}\r\n`), LAST].join('');
        const reads: string[] = [];
        for (let at = 0; at < wire.length; at += reads.at(-1)?.length ?? 0)
          reads.push(wire.slice(at, at + (cuts[reads.length % cuts.length] ?? 1)));
        const parser = createChunkReader();
        const lane = createChunkLane();
        const body: Buffer[] = [];
        lane.begin();
        lane.offer((framed, data) => {
          const takes = taken.next().value;
          if (takes) body.push(...piecesOf(framed, data));
          return takes;
        });
        let end = 'more';
        for (const read of reads) {
          const parsed = lane.pass(Buffer.from(read, 'latin1'), 0);
          if (parsed === null) continue;
          const progress = parser.read(parsed);
          body.push(progress.data);
          end = progress.end;
        }
        assert.equal(Buffer.concat(body).toString('latin1'), chunks.join(''));
        assert.equal(end, 'complete');
      },
    ),
  );
});
