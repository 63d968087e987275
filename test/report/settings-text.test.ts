import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSettings } from '../../src/model/run.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { cacheText, changesText, loadText, trafficText } from '../../src/report/settings-text.ts';
import { RUN } from '../helpers/sample-records.ts';

const english = messagesOf('en');
const chinese = messagesOf('zh');

const settings: RunSettings = { ...RUN.settings, exchanges: 1_200, conversations: 300 };

test('what was sent', () => {
  assert.equal(
    trafficText({ ...settings, order: 'shuffled', skipped: [{ kind: 'notSelected', requests: 7 }] }, english),
    '1,200 recorded requests, in 300 conversations, in shuffled order, repeatedly; response lengths as recorded, where that is safe; 7 requests left out: not selected',
  );
  assert.equal(
    trafficText({ ...settings, exchanges: 1, conversations: 1, loop: false, lengths: 'free' }, english),
    '1 recorded request, once; response lengths left to the model',
  );
  assert.match(
    trafficText({ ...settings, skipped: [{ kind: 'notSelected', requests: 7 }] }, chinese),
    /跳过 7 个：不在选择范围内$/,
  );
});

test('closed loops: by time, by number, to the end of the tape', () => {
  assert.match(loadText(settings, english), /^closed loop: each conn.* ended; 1 s per run; timeout 30 s$/);
  const wrk = { kind: 'closed', semantics: 'wrk' } as const;
  assert.match(
    loadText({ ...settings, load: wrk, durationUs: null, requests: 50 }, english),
    /^closed loop with wrk semantics.*; 50 requests per run;/,
  );
  assert.match(loadText({ ...settings, durationUs: null }, english), /; to the end of the tape; timeout/);
});

test('open loops by their arrivals, with what holds requests back', () => {
  const open = (arrivals: Extract<RunSettings['load'], { kind: 'open' }>['arrivals']) =>
    loadText({ ...settings, load: { kind: 'open', arrivals, maxInFlight: 64 } }, english);
  assert.match(
    open({ kind: 'recorded', timeScale: 2 }),
    /as recorded, sped up by a factor of 2; at most 64 in flight;/,
  );
  assert.match(open({ kind: 'recorded', timeScale: 1 }), /arrivals as recorded; at most/);
  assert.match(open({ kind: 'constant', ratePerSec: 5 }), /equal intervals/);
  assert.match(open({ kind: 'poisson', ratePerSec: 5 }), /Poisson/);
  assert.match(open({ kind: 'gamma', ratePerSec: 5, cv: 2.5 }), /variation of 2\.5;/);
});

test('think times, aborts and warm-up, where they are not the default', () => {
  const more = { think: { kind: 'recorded' }, aborts: 'ignore', warmup: { requests: 20 } } as const;
  assert.match(
    loadText({ ...settings, ...more }, english),
    /turns after the recorded think time; requests whose clients had disconnected skipped; warm-up of 20 requests$/,
  );
  const timed = { think: { kind: 'fixed', us: 1_500_000 }, warmup: { us: 2_000_000 } } as const;
  assert.match(loadText({ ...settings, ...timed }, english), /turns 1\.5 s after .*; warm-up of 2 s$/);
});

test('changes, the most frequent first; the cache, and a server that would not reset it', () => {
  const changes: RunSettings['changes'] = [
    { kind: 'fieldRemoved', field: 'request_id', requests: 3 },
    { kind: 'flagSet', field: 'ignore_eos', value: true, requests: 90 },
  ];
  assert.equal(
    changesText({ ...settings, changes }, english),
    'ignore_eos turned on (90); request_id removed (3)',
  );
  assert.equal(
    changesText({ ...settings, changes }, chinese),
    '打开 ignore_eos（90 个）；删除 request_id（3 个）',
  );
  assert.equal(changesText(settings, english), '');
  assert.match(cacheText({ ...settings, cache: 'salt' }, english), /^salted/);
  const cacheRefusal = { kind: 'status', status: 404 } as const;
  assert.equal(
    cacheText({ ...settings, cache: 'reset', cacheRefusal }, english),
    'not reset: the server answered 404 to POST /reset_prefix_cache',
  );
});
