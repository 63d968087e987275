import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenFailure, listenUrl } from '../../src/model/listening.ts';
import { UserError } from '../../src/model/user-error.ts';

test('an occupied port, a forbidden one and a foreign address are named', () => {
  const failure = (code: string): Error =>
    listenFailure(Object.assign(new Error('x'), { code }), '10.9.9.9', 80);
  assert.match(failure('EADDRINUSE').message, /^port 80 on 10\.9\.9\.9 is already in use: stop .* --listen$/);
  assert.match(failure('EACCES').message, /^port 80 .* above 1023$/);
  assert.match(failure('EADDRNOTAVAIL').message, /^10\.9\.9\.9 is not an address of this machine/);
  assert.ok(failure('EADDRINUSE') instanceof UserError);
});

test('other errors are defects and stay what they are', () => {
  const error = Object.assign(new Error('x'), { code: 'EMFILE' });
  assert.equal(listenFailure(error, 'h', 1), error);
});

test('URLs of names, IPv4 and IPv6', () => {
  assert.equal(listenUrl('http', 'localhost', 8000).href, 'http://localhost:8000/');
  assert.equal(listenUrl('https', '127.0.0.1', 8443).href, 'https://127.0.0.1:8443/');
  assert.equal(listenUrl('http', '::1', 8000).href, 'http://[::1]:8000/');
});
