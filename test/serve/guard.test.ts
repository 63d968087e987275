import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admit, type GuardPolicy } from '../../src/serve/guard.ts';

const LOOPBACK: GuardPolicy = { host: '127.0.0.1', hostname: 'box', token: null };
const OPEN: GuardPolicy = { host: '0.0.0.0', hostname: 'Box', token: 'sesame' };

function asked(headers: Record<string, string> = {}, url = '/', method = 'GET') {
  return { method, url, headers: { host: '127.0.0.1:7070', ...headers } };
}

function statusOf(request: ReturnType<typeof asked>, policy = LOOPBACK): number {
  const admission = admit(request, policy);
  return admission.kind === 'refuse' ? admission.status : admission.kind === 'pass' ? 200 : 303;
}

test('names of the loopback interface are answered on any port, so that a tunnel works', () => {
  for (const host of ['127.0.0.1:7070', 'localhost:8080', '[::1]:7070', 'LOCALHOST']) {
    assert.equal(statusOf(asked({ host })), 200, host);
  }
});

test('a name that was made to lead here is refused: DNS rebinding', () => {
  for (const host of [
    'evil.example',
    'evil.example:7070',
    '127.0.0.1.evil.example',
    'localhost.evil',
    '',
    '10.0.0.1',
  ]) {
    assert.equal(statusOf(asked({ host })), 421, host);
  }
});

test('other origins and other sites are refused, but for a link that is followed', () => {
  const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const cases: readonly (readonly [Record<string, string>, number])[] = [
    [{ origin: 'http://127.0.0.1:7070' }, 200],
    [{ origin: 'http://127.0.0.1:9999' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none', ...navigation }, 200],
    [{ 'sec-fetch-site': 'cross-site', ...navigation }, 200],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, 403],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 403],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, 403],
  ];
  for (const [headers, status] of cases)
    assert.equal(statusOf(asked(headers)), status, JSON.stringify(headers));
});

test('nothing but GET and HEAD of a path of bounded length is answered', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT']) {
    assert.equal(statusOf(asked({}, '/', method)), 405, method);
  }
  assert.equal(statusOf(asked({}, '/', 'HEAD')), 200);
  assert.equal(statusOf(asked({}, `/?label=${'x'.repeat(8_192)}`)), 414);
  for (const url of ['http://evil.example/', '//evil.example', '*', '']) {
    assert.equal(statusOf(asked({}, url)), 400, url);
  }
});

test('a token is asked for in the address, in a cookie or in a header, and leaves the address', () => {
  assert.equal(statusOf(asked(), OPEN), 401);
  assert.equal(statusOf(asked({}, '/?token=wrong'), OPEN), 401);
  assert.deepEqual(admit(asked({}, '/report?tape=a&token=sesame&runs=1'), OPEN), {
    kind: 'welcome',
    location: '/report?tape=a&runs=1',
    cookie: 'reprise-token=sesame; HttpOnly; SameSite=Strict; Path=/',
  });
  const sly = admit(asked({}, '/x/..//evil.example?token=sesame'), OPEN);
  assert.equal(sly.kind === 'welcome' ? sly.location : sly, '/evil.example');
  assert.equal(statusOf(asked({ cookie: 'a=b; reprise-token=sesame' }), OPEN), 200);
  assert.equal(statusOf(asked({ cookie: 'reprise-token=%E0%A4%A' }), OPEN), 401);
  assert.equal(statusOf(asked({ authorization: 'Bearer sesame' }), OPEN), 200);
  assert.equal(statusOf(asked({ authorization: 'Bearer sesam' }), OPEN), 401);
});

test('with a token the addresses and the name of the machine are known as well, and no other name', () => {
  const headers = { authorization: 'Bearer sesame' };
  for (const host of ['10.0.0.1:7070', '[fe80::1]:7070', 'box:7070']) {
    assert.equal(statusOf(asked({ ...headers, host }), OPEN), 200, host);
  }
  assert.equal(statusOf(asked({ ...headers, host: 'evil.example' }), OPEN), 421);
});
