import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HeadFilter, MAX_HEAD_BYTES } from '../../src/chat/response-head.ts';

/** What the parser gets of one response whose bytes come in these pieces. */
function filtered(...pieces: readonly string[]): string {
  const filter = new HeadFilter();
  filter.expect();
  const out = pieces.map((piece) => filter.push(Buffer.from(piece, 'latin1')));
  return Buffer.concat([...out, filter.rest()].map((bytes) => bytes ?? Buffer.alloc(0))).toString('latin1');
}

const OK = 'HTTP/1.1 200 OK\r\n';

test('a sound head passes byte for byte, and so does every body', () => {
  for (const bytes of [
    `${OK}Content-Length:  5 \r\nX: a,b\r\n\r\nhel\nlo`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\na\nb\r\n0\r\n\r\n`,
    `${OK}\r\n\n\n\n`,
    'HTTP/1.0 200\r\nServer: x\r\n\r\n',
  ]) {
    assert.equal(filtered(bytes), bytes);
  }
});

const MENDED: Readonly<Record<string, readonly [string, string]>> = {
  'lines without CR': [
    'HTTP/1.1 200 OK\nA: 1\nContent-Length: 2\n\nok',
    `${OK}A: 1\r\nContent-Length: 2\r\n\r\nok`,
  ],
  'one line without CR': [`${OK}A: 1\nB: 2\r\n\r\n`, `${OK}A: 1\r\nB: 2\r\n\r\n`],
  'equal lengths twice': [
    `${OK}Content-Length: 2\r\nA: 1\r\ncontent-length: 2\r\n\r\nok`,
    `${OK}Content-Length: 2\r\nA: 1\r\n\r\nok`,
  ],
  'equal lengths in a list': [`${OK}Content-Length: 2, 2\r\n\r\nok`, `${OK}Content-Length: 2\r\n\r\nok`],
  'a length beside chunks': [
    `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  'a coding that is none': [
    `${OK}Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok`,
    `${OK}Content-Length: 2\r\n\r\nok`,
  ],
  'a folded line': [`${OK}A: 1\r\n  2\r\n\t3\r\nB: 4\r\n\r\n`, `${OK}A: 1 2 3\r\nB: 4\r\n\r\n`],
  'blanks before a colon': [`${OK}A : 1\r\n\r\n`, `${OK}A: 1\r\n\r\n`],
  'control characters': [`${OK}A: a\x01b\x00c\r\n\r\n`, `${OK}A: a b c\r\n\r\n`],
  'a status line with more blanks, and a reason with control characters': [
    'HTTP/1.1\t200   O\x01K\r\nA: 1\r\n\r\n',
    `HTTP/1.1 200 O K\r\nA: 1\r\n\r\n`,
  ],
  'a length with a sign': [`${OK}Content-Length: +2\r\n\r\nok`, `${OK}Content-Length: 2\r\n\r\nok`],
  'a length that is none': [`${OK}Content-Length:\r\nA: 1\r\n\r\nok`, `${OK}A: 1\r\n\r\nok`],
  'lines without a name': [
    `${OK}A: 1\r\nnonsense\r\nX Y: 1\r\n: 2\r\nX-\xe9: 3\r\nB: \xe9\r\n\r\n`,
    `${OK}A: 1\r\nB: \xe9\r\n\r\n`,
  ],
  'interim heads before it': [
    'HTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 200 OK\nA: 1\n\nbo\ndy',
    `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}A: 1\r\n\r\nbo\ndy`,
  ],
};

for (const [name, [bytes, mended]] of Object.entries(MENDED)) {
  test(`mended: ${name}`, () => assert.equal(filtered(bytes), mended));
}

test('contradicting lengths and invalid status lines are left for the parser to refuse', () => {
  assert.match(
    filtered(`${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`),
    /: 2\r\nContent-Length: 3\r\n/,
  );
  assert.match(filtered(`${OK}Content-Length: 2, 3\r\n\r\nok`), /: 2, 3\r\n/);
  assert.match(filtered('HTTP/1.1 OK\nA: 1\n\n'), /^HTTP\/1\.1 OK\r\n/);
});

test('however the bytes are cut, the parser gets the same', () => {
  const cases = Object.values(MENDED);
  fc.assert(
    fc.property(fc.nat(cases.length - 1), fc.array(fc.nat(12), { maxLength: 30 }), (which, sizes) => {
      const [bytes, mended] = cases[which] ?? assert.fail();
      const pieces: string[] = [];
      let at = 0;
      for (const size of sizes) {
        pieces.push(bytes.slice(at, at + size));
        at += size;
      }
      assert.equal(filtered(...pieces, bytes.slice(at)), mended);
    }),
  );
});

test('a head without an end is held back up to a limit, and given when the connection ends', () => {
  const filter = new HeadFilter();
  filter.expect();
  assert.equal(filter.push(Buffer.from(OK)), null);
  assert.equal(filter.rest()?.toString(), OK);
  filter.expect();
  const long = Buffer.from(`${OK}A: ${'a'.repeat(MAX_HEAD_BYTES)}`);
  assert.equal(filter.push(long)?.length, long.length);
  assert.equal(filter.push(Buffer.from('\n\n'))?.toString(), '\n\n', 'and what follows passes');
});

test('what comes after a response, before the next request, passes as it is', () => {
  const filter = new HeadFilter();
  assert.equal(filter.push(Buffer.from('HTTP/1.1 408 X\n\n'))?.toString(), 'HTTP/1.1 408 X\n\n');
});
