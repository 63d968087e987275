import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenUrl } from '../../src/model/listen-url.ts';

test('names, IPv4 and IPv6', () => {
  assert.equal(listenUrl('http', 'localhost', 8000).href, 'http://localhost:8000/');
  assert.equal(listenUrl('https', '127.0.0.1', 8443).href, 'https://127.0.0.1:8443/');
  assert.equal(listenUrl('http', '::1', 8000).href, 'http://[::1]:8000/');
});
