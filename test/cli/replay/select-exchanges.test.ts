import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSelection } from '../../../src/cli/replay/select-exchanges.ts';
import type { Exchange } from '../../../src/model/exchange.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';

const NOON = { wallMs: Date.parse('2026-11-24T12:00'), sinceFirstUs: 60e6 };

function selects(words: string | readonly string[], overrides: Partial<Exchange> = {}): boolean {
  return parseSelection([words].flat()).fits(sampleExchange({ sessionKey: 's', ...overrides }), NOON);
}

test('each key asks for what it says', () => {
  const fitting = [
    'model=m',
    'model=x,m',
    'status=200',
    'status=2xx',
    'status=404,200',
    'path=/v1/chat/completions',
    'outcome=ok',
    'outcome=timeout,ok',
    'stream=on',
    'session=s',
    'since=60s',
    'until=61s',
    'since=2026-11-24',
    'since=2026-11-24T12:00',
    'until=2026-11-24T12:00:01',
    '',
  ];
  const others = [
    'model=M',
    'status=201',
    'status=4xx',
    'status=none',
    'path=/v1/completions',
    'outcome=client_aborted',
    'stream=off',
    'session=t',
    'since=61s',
    'until=1m',
    'since=2026-11-24T12:01',
    'until=2026-11-24T12:00',
    'until=2026-11-24',
  ];
  for (const word of fitting) assert.equal(selects(word), true, word);
  for (const word of others) assert.equal(selects(word), false, word);
  assert.equal(selects('path=/v1/completions', { path: '/v1/completions?a=1' }), true);
  assert.equal(selects('status=none', { status: null }), true);
});

test('several words must all fit, in one option or in several', () => {
  assert.equal(selects('model=m  status=200'), true);
  assert.equal(selects('model=m status=404'), false);
  assert.equal(selects(['model=m', 'status=404']), false);
  assert.equal(selects([]), true);
});

test('a time with an offset is that instant, whatever the zone here', () => {
  const at = new Date(NOON.wallMs).toISOString();
  assert.equal(selects(`since=${at}`), true);
  assert.equal(selects(`until=${at}`), false);
});

test('a condition that is not understood is refused, with the keys', () => {
  for (const word of ['modell=m', 'model=', 'model', '=m', 'toString=m']) {
    assert.throws(
      () => selects(word),
      (error) =>
        error instanceof UserError && error.message.includes(word) && error.message.includes('model, path'),
      word,
    );
  }
  for (const word of [
    'status=20',
    'status=abc',
    'outcome=good',
    'stream=yes',
    'since=noon',
    'until=2026-13-99',
  ]) {
    assert.throws(() => selects(word), UserError, word);
  }
});
