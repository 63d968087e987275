import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMemberScanner } from '../../../src/formats/reading/member-scanner.ts';

/** What a scanner gives of a text in pieces, all members kept, those named `each` in their elements. */
function scanned(text: string, cuts: readonly number[], mostBytes = Number.POSITIVE_INFINITY) {
  const objects: { line: number; fault: string | null; members: unknown[] }[] = [];
  let members: unknown[] = [];
  const scanner = createMemberScanner({
    begin: (name) => ({ mostBytes, split: name === 'each' }),
    take: (name, value) => members.push([name, value === null ? null : JSON.parse(value.toString())]),
    end(line, fault) {
      objects.push({ line, fault, members });
      members = [];
    },
  });
  const bytes = Buffer.from(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    // A piece of its own, since a reader may use its memory again.
    scanner.push(Buffer.from(bytes.subarray(from, end)));
    from = end;
  }
  scanner.end();
  return objects;
}

test('objects in any pieces and any layout have the members that JSON.parse finds', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const name = fc.string().filter((text) => !['each', '__proto__'].includes(text));
  const object = fc.record({ rest: fc.dictionary(name, value), each: fc.array(value) });
  fc.assert(
    fc.property(
      fc.array(object),
      fc.constantFrom(undefined, 2),
      fc.boolean(),
      fc.array(fc.nat()),
      (objects, indent, isArray, cuts) => {
        const documents = objects.map(({ rest, each }) => ({ ...rest, each }));
        const text = isArray
          ? JSON.stringify(documents, null, indent)
          : documents.map((one) => JSON.stringify(one, null, indent)).join('\n');
        const found = scanned(text, cuts);
        assert.deepEqual(
          found.map(({ fault, members }) => [fault, members]),
          documents.map((one) => [
            null,
            Object.entries(JSON.parse(JSON.stringify(one))).flatMap(([key, of]) =>
              key === 'each' ? (of as unknown[]).map((element) => [key, element]) : [[key, of]],
            ),
          ]),
        );
      },
    ),
  );
});

test('a long value is left out, a broken object is said to be where it begins, and the next one is read', () => {
  const text = '{"a":"0123456789","b":1}\n{"c":"open\n{"d":2}\nno\n{"e":3}]\n{"f":[1}';
  assert.deepEqual(scanned(text, [9], 8), [
    {
      line: 1,
      fault: null,
      members: [
        ['a', null],
        ['b', 1],
      ],
    },
    { line: 2, fault: 'incomplete', members: [] },
    { line: 3, fault: null, members: [['d', 2]] },
    { line: 4, fault: 'incomplete', members: [] },
    { line: 5, fault: null, members: [['e', 3]] },
    { line: 6, fault: 'incomplete', members: [] },
  ]);
});

test('any bytes in any pieces are read to their end', () => {
  const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', '"each":[', '1', ' ');
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat()), (pieces, cuts) => {
      const ends: number[] = [];
      const scanner = createMemberScanner({
        begin: () => ({ mostBytes: 4, split: true }),
        take: () => undefined,
        end: (line) => ends.push(line),
      });
      const bytes = Buffer.from(pieces.join(''));
      const at = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      at.forEach((end, i) => void scanner.push(Buffer.from(bytes.subarray(at[i - 1] ?? 0, end))));
      scanner.end();
      assert.deepEqual(
        ends,
        ends.toSorted((a, b) => a - b),
      );
    }),
  );
});
