import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTimeout } from '../../../src/cli/replay/replay-settings.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { givenReplay } from '../../helpers/given-options.ts';

test('the defaults', () => {
  const { target, requests, traffic, ...settings } = givenReplay();
  const { selection, ...request } = requests;
  assert.equal(target.href, 'http://127.0.0.1:8000/');
  assert.deepEqual(selection.names, []);
  assert.equal(traffic.kind, 'closed');
  assert.deepEqual(settings, {
    send: {
      durationUs: 60e6,
      requests: null,
      loop: true,
      timeoutUs: 30e6,
      order: 'recorded',
      think: { kind: 'none' },
      aborts: 'replay',
      cache: 'warm',
      lengths: 'pinned',
      select: [],
      limit: null,
      model: [],
      set: [],
      stream: 'keep',
      usage: 'final',
      warmup: null,
      seed: 1,
    },
    workers: null,
    slo: null,
    headers: [],
    trust: { ca: null, insecure: false },
    traced: false,
    tests: true,
    maxErrors: 0.5,
    percentiles: null,
    timeoutGiven: false,
    serverCommand: null,
    label: null,
    metrics: null,
    otlp: null,
    out: null,
    sharded: null,
    repeat: 1,
    dryRun: false,
    json: false,
  });
  assert.deepEqual(request, {
    limit: null,
    aborts: 'replay',
    rewrite: {
      lengths: 'pinned',
      models: { renamed: new Map(), others: null },
      stream: 'keep',
      usage: 'final',
      salt: false,
      set: [],
    },
    usageOptional: true,
  });
});

test('every option arrives where it belongs', () => {
  const settings = givenReplay(
    {
      rate: '10/s',
      requests: '50',
      think: '2s',
      order: 'shuffled',
      limit: '9',
      aborts: 'complete',
      cache: 'salt',
      lengths: 'free',
      model: ['a=b'],
      set: ['temperature=0'],
      stream: 'on',
      usage: 'final',
      warmup: '20',
      workers: '2',
      seed: '7',
      slo: 'ttft=1s',
      label: 'x',
      metrics: '0.0.0.0:9091',
      percentiles: '50',
      repeat: '3',
      header: ['X-A: b: c'],
      traceparent: true,
      apiKeyEnv: 'KEY',
      serverCommand: 'nvidia-smi -q',
      dryRun: true,
      json: true,
    },
    { KEY: 'sk-1' },
  );
  const { target: _target, requests, traffic, ...rest } = settings;
  assert.equal(traffic.kind, 'open');
  assert.deepEqual(rest, {
    send: {
      durationUs: null,
      requests: 50,
      loop: true,
      timeoutUs: 30e6,
      order: 'shuffled',
      think: { kind: 'fixed', us: 2e6 },
      aborts: 'complete',
      cache: 'salt',
      lengths: 'free',
      select: [],
      limit: 9,
      model: ['a=b'],
      set: ['temperature=0'],
      stream: 'on',
      usage: 'final',
      warmup: { requests: 20 },
      seed: 7,
    },
    workers: 2,
    slo: { ttftMs: 1_000, tpotMs: null, e2elMs: null },
    headers: ['X-A', 'b: c', 'authorization', 'Bearer sk-1'],
    trust: { ca: null, insecure: false },
    traced: true,
    tests: true,
    maxErrors: 0.5,
    timeoutGiven: false,
    serverCommand: 'nvidia-smi -q',
    label: 'x',
    out: null,
    sharded: null,
    metrics: { host: '0.0.0.0', port: 9091 },
    otlp: null,
    percentiles: ['p50'],
    repeat: 3,
    dryRun: true,
    json: true,
  });
  const { selection: _selection, ...request } = requests;
  assert.deepEqual(request, {
    limit: 9,
    aborts: 'complete',
    rewrite: {
      lengths: 'free',
      models: { renamed: new Map([['a', 'b']]), others: null },
      stream: 'on',
      usage: 'final',
      salt: true,
      set: [{ field: 'temperature', path: ['temperature'], value: 0 }],
    },
    usageOptional: false,
  });
});

test('think times default to the recorded ones in an open loop', () => {
  assert.deepEqual(givenReplay({ open: true }).send.think, { kind: 'recorded' });
  assert.deepEqual(givenReplay({ open: true, think: 'none' }).send.think, { kind: 'none' });
});

test('options that are wrong, and a key that is not there', () => {
  const cases: readonly (readonly [Parameters<typeof givenReplay>[0], RegExp])[] = [
    [{ apiKeyEnv: 'NOPE' }, /--api-key-env NOPE names no environment variable/],
    [{ target: 'ftp://x' }, /ftp:/],
    [{ order: 'random' }, /--order random is not known: choose one of recorded, shuffled/],
    [{ aborts: 'no' }, /--aborts no is not known: choose one of replay, ignore, complete/],
    [{ cache: 'cold' }, /--cache cold is not known: choose one of warm, salt, reset/],
    [{ lengths: 'same' }, /--lengths same is not known: choose one of pinned, free/],
    [{ stream: 'yes' }, /--stream yes is not known: choose one of keep, on, off/],
    [{ usage: 'yes' }, /--usage yes is not known: choose one of keep, none, final, continuous/],
    [{ select: ['modell=m'] }, /--select modell=m is not understood/],
    [{ limit: '0' }, /--limit 0 is not a whole number of at least 1/],
    [{ slo: 'ttft=5' }, /--slo ttft=5/],
  ];
  for (const [options, message] of cases) {
    assert.throws(
      () => givenReplay(options, { NOPE: '' }),
      (error) => error instanceof UserError && message.test(error.message),
      JSON.stringify(options),
    );
  }
});

test('the timeout leaves the longest recorded answer room, unless one was given', () => {
  const usual = givenReplay({});
  assert.equal(withTimeout(usual, 10e6).send.timeoutUs, 30e6);
  assert.equal(withTimeout(usual, 11e6).send.timeoutUs, 33e6);
  assert.equal(withTimeout(givenReplay({ timeout: '600h' }), 11e6).send.timeoutUs, 600 * 3600e6);
});

test('a key loses the line end of its file and spaces around it, and must be fit for a header', () => {
  const headers = (key: string) => givenReplay({ apiKeyEnv: 'KEY' }, { KEY: key }).headers;
  assert.deepEqual(headers('abc\r\n'), ['authorization', 'Bearer abc']);
  assert.deepEqual(headers(' abc  \n'), ['authorization', 'Bearer abc']);
  for (const key of ['\n', 'a\nb', 'a b', 'schlüssel'])
    assert.throws(() => headers(key), /--api-key-env KEY/);
});
