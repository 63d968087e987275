import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RequestGate } from '../../src/record/request-gate.ts';
import { FRAMING_CASES } from '../helpers/framing-cases.ts';

/** Pushes the pieces through a gate whose answers are over as soon as their request has come. */
function passed(pieces: readonly string[], answers = true) {
  let text = '';
  let refusal: number | null = null;
  const gate = new RequestGate({
    pass(bytes) {
      text += bytes.toString('latin1');
    },
    goOn() {
      text += '<100>';
    },
    refuse({ status }) {
      refusal = status;
    },
  });
  for (const piece of pieces) {
    gate.push(Buffer.from(piece, 'latin1'));
    if (answers) gate.answered();
  }
  return { text, refusal, held: gate.held };
}

/** Framing by chunks depends on the cuts: what counts is the data. */
const unchunked = (text: string): string => text.replace(/\r\n[0-9a-f]+\r\n/g, '');

test('however the bytes are cut, the same passes and the same is refused', () => {
  const cases = Object.values(FRAMING_CASES);
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.constantFrom(...cases), sizes, (bytes, cuts) => {
      const pieces: string[] = [];
      for (let at = 0, i = 0; at < bytes.length; i += 1) {
        const size = cuts[i % cuts.length] ?? 1;
        pieces.push(bytes.slice(at, at + size));
        at += size;
      }
      const whole = passed([bytes], false);
      const cut = passed(pieces, false);
      assert.equal(cut.refusal, whole.refusal);
      assert.equal(unchunked(cut.text), unchunked(whole.text));
    }),
  );
});

test('what no HTTP is makes no gate throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (pieces) => {
      passed(pieces.map((bytes) => Buffer.from(bytes).toString('latin1')));
    }),
  );
});

test('the next request waits until the answer is over, whatever it is', () => {
  const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const POST = 'POST / HTTP/1.1\r\nHost: x\r\n';
  const chunked = `${POST}Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n`;
  for (const one of [GET, `${POST}Content-Length: 4\r\n\r\nbody`, chunked])
    assert.deepEqual(passed([one + GET + one], false), {
      text: one,
      refusal: null,
      held: GET.length + one.length,
    });
  assert.deepEqual(passed([`${GET}garbage\r\n\r\n`], false).refusal, null);
  assert.deepEqual(passed([GET + GET, '', ''], true).text, GET + GET);
  assert.equal(passed([`${GET}garbage\r\n\r\n`], true).refusal, 400);
});

test('a request that has come whole passes in one piece, as it came', () => {
  const whole = Buffer.from('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody');
  const pieces: Buffer[] = [];
  const gate = new RequestGate({
    pass: (bytes) => pieces.push(bytes),
    goOn: () => assert.fail('nobody waits'),
    refuse: ({ why }) => assert.fail(why),
  });
  gate.push(whole);
  assert.deepEqual(pieces, [whole]);
  assert.equal(pieces[0]?.buffer, whole.buffer, 'not copied');
});

test('Expect: 100-continue is answered and not forwarded', () => {
  const { text } = passed([
    'POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
  ]);
  assert.equal(text, '<100>POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n');
});

test('chunks of one byte become one chunk', () => {
  const { text } = passed([FRAMING_CASES['chunks of one byte'] ?? '']);
  assert.match(text, /\r\n1f4\r\nx{500}\r\n0\r\n\r\n$/);
});
