import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, headersFor, refuseDoubledPath } from '../../../src/cli/replay/target-address.ts';

const REQUEST = {
  exchangeId: 1,
  path: '/v1/chat/completions?a=1',
  headers: [],
  body: new Uint8Array(0),
  saltAt: null,
  abort: null,
};

test('user and password are sent, and are no part of the address that is stored', () => {
  const target = new URL('http://carol:p%40ss@h:8000/openai/');
  assert.equal(addressOf(target), 'http://h:8000/openai');
  assert.deepEqual(headersFor(target, ['x-a', '1']), [
    'x-a',
    '1',
    'authorization',
    `Basic ${btoa('carol:p@ss')}`,
  ]);
  assert.deepEqual(headersFor(target, ['Authorization', 'Bearer k']), ['Authorization', 'Bearer k']);
  assert.deepEqual(headersFor(new URL('http://h'), []), []);
});

test('an address that ends in /v1 would ask for /v1/v1', () => {
  for (const address of ['http://h/v1', 'http://h/openai/v1/']) {
    assert.throws(
      () => refuseDoubledPath(new URL(address), [REQUEST]),
      /ends in \/v1 and recorded paths begin with it \(\/v1\/chat\/completions\): leave \/v1 out$/,
    );
  }
  assert.throws(
    () => refuseDoubledPath(new URL('http://h/v2/v1/chat/completions/'), [REQUEST]),
    /ends in \/v1\/chat\/completions and .*: leave \/v1\/chat\/completions out$/,
  );
  for (const base of ['openai', 'v1/gateway', 'v1/chat/completions/x', 'xv1'])
    refuseDoubledPath(new URL(`http://h/${base}`), [REQUEST]);
  refuseDoubledPath(new URL('http://h/v1'), [{ ...REQUEST, path: '/chat/completions' }]);
});
