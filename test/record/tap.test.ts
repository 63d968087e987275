import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { joinParts, type LoggedBody } from '../../src/model/body-log.ts';
import type { ExchangeEnd, ExchangeStart } from '../../src/model/exchange.ts';
import { Afterwards, ExchangeTap, NO_TAP } from '../../src/record/tap.ts';

function tapped(maxBodyBytes = 100, uploads = { bytes: 0, mostBytes: 1_000 }) {
  const starts: ExchangeStart[] = [];
  const ends: ExchangeEnd[] = [];
  const parts: [number, LoggedBody][] = [];
  const at = { us: 10 };
  const request = {
    method: 'POST',
    url: '/p?key=s',
    rawHeaders: ['A', 'secret'],
  } as unknown as IncomingMessage;
  const afterwards = new Afterwards(() => undefined);
  const tap = new ExchangeTap(request, 7, {
    sink: {
      start: (start) => starts.push(start),
      part: (number, part) => parts.push([number, part]),
      end: (end) => ends.push(end),
    },
    nowUs: () => at.us,
    redaction: {
      requestHeaders: (raw) => raw.map((part) => part.replace('secret', '-')),
      answerHeaders: (raw) => raw.map((part) => part.replace('secret', '+')),
      path: (path) => path.replace('s', '-'),
    },
    maxBodyBytes,
    uploads,
    afterwards,
  });
  return { tap, at, starts, parts, ends, settle: () => afterwards.run() };
}

const answer = { statusCode: 200, rawHeaders: ['B', 'secret'] } as unknown as IncomingMessage;

test('the start is recorded when the request was passed on, and redacted, the end once with everything', () => {
  const { tap, at, starts, ends, settle } = tapped();
  assert.deepEqual(starts, []);
  at.us = 15;
  settle();
  assert.deepEqual(starts, [
    { number: 7, arrivedUs: 10, method: 'POST', path: '/p?key=-', headers: ['A', '-'] },
  ]);
  tap.requestPiece(Buffer.from('ab'));
  tap.requestPiece(Buffer.from('c'));
  at.us = 20;
  tap.requestEnd();
  at.us = 30;
  tap.answerHead(answer);
  at.us = 40;
  tap.answerPiece(Buffer.from('axyb'), 1, 3, 2);
  at.us = 50;
  tap.end('complete', null);
  tap.end('client_aborted', { code: 'not_passed_on', detail: 'late' });
  at.us = 60;
  tap.answerPiece(Buffer.from('late'), 0, 4, 3);
  settle();
  settle();
  assert.deepEqual([starts.length, ends.length], [1, 1]);
  const [end] = ends;
  assert.equal(Buffer.from(end?.requestBody ?? []).toString(), 'abc');
  assert.deepEqual([end?.requestEndUs, end?.requestBytes, end?.requestTruncated], [20, 3, false]);
  assert.equal(end?.answer.status, 200);
  assert.deepEqual(end?.answer.headers, ['B', '+']);
  assert.deepEqual(
    [end?.answer.headersUs, end?.answer.firstByteUs, end?.answer.finishedUs, end?.answer.transport],
    [30, 40, 50, 'complete'],
  );
});

test('an exchange that ends at once is begun before', () => {
  const { tap, starts, ends, settle } = tapped();
  tap.end('client_aborted', null);
  settle();
  assert.deepEqual([starts.length, ends.length], [1, 1]);
});

test('bodies beyond the cap are cut and marked', () => {
  const { tap, ends, settle } = tapped(2);
  tap.requestPiece(Buffer.from('abc'));
  tap.answerPiece(Buffer.from('x'), 0, 1, 1);
  tap.answerPiece(Buffer.from('yz'), 0, 2, 3);
  tap.end('complete', null);
  settle();
  assert.deepEqual([ends[0]?.requestTruncated, ends[0]?.requestBytes], [true, 3]);
  assert.deepEqual([ends[0]?.answer.truncated, ends[0]?.answer.bodyBytes], [true, 3]);
  assert.equal(Buffer.from(ends[0]?.answer.body ?? []).toString(), 'x');
});

test('an exchange that is not recorded has a tap that does nothing', () => {
  NO_TAP.requestPiece(Buffer.from('a'));
  NO_TAP.answerHead(answer);
  assert.equal(NO_TAP.end('complete', null), undefined);
});

test('a long answer leaves in parts, which make the whole again', () => {
  const { tap, starts, parts, ends, settle } = tapped(10_000_000);
  const piece = Buffer.alloc(100_000, 'x');
  tap.answerHead(answer);
  for (let i = 1; i <= 12; i++) tap.answerPiece(piece, 0, piece.length, i);
  tap.end('complete', null);
  settle();
  assert.ok(parts.length >= 3);
  assert.equal(starts.length, 1);
  const [end] = ends;
  assert.ok((end?.answer.body?.length ?? 0) < 300_000, 'only the rest comes at the end');
  assert.equal(end?.answer.bodyBytes, 1_200_000);
  const whole = joinParts(
    parts.map(([, part]) => part),
    end?.answer ?? assert.fail(),
  );
  assert.deepEqual([whole.body?.length, whole.readUs.length, whole.truncated], [1_200_000, 12, false]);
});

test('what many uploads hold together is bounded: of those beyond it the beginning is kept, and all are counted', () => {
  const uploads = { bytes: 0, mostBytes: 10 };
  const [first, second] = [tapped(100, uploads), tapped(100, uploads)];
  first.tap.requestPiece(Buffer.from('12345678'));
  for (const piece of ['ab', 'c', 'd']) second.tap.requestPiece(Buffer.from(piece));
  first.tap.requestEnd();
  first.tap.end('complete', null);
  second.tap.requestPiece(Buffer.from('no hole'));
  second.tap.requestEnd();
  second.tap.end('complete', null);
  // The rest of an upload that was answered early.
  first.tap.requestPiece(Buffer.from('90'));
  first.settle();
  second.settle();
  const figures = [first, second].map(({ ends: [end] }) => [
    Buffer.from(end?.requestBody ?? []).toString(),
    end?.requestBytes,
    end?.requestTruncated,
  ]);
  assert.deepEqual(figures, [
    ['12345678', 8, false],
    ['ab', 11, true],
  ]);
  assert.equal(uploads.bytes, 0);
});
