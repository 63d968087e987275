import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference, settingDifferences } from '../../src/compare/setting-differences.ts';
import type { RunSettings } from '../../src/model/run.ts';
import { RUN } from '../helpers/sample-records.ts';

const SETTINGS: RunSettings = RUN.settings;
const OTHER_REQUESTS = { ...SETTINGS.plan, requests: 'ffffffffffffffff' };
const POISSON = {
  kind: 'open',
  arrivals: { kind: 'poisson', ratePerSec: 5 },
  maxInFlight: null,
} as const;

const named = (changed: Partial<RunSettings>, base = SETTINGS): readonly (string | null)[] =>
  settingDifferences(base, { ...base, ...changed }).map(({ option }) => option);

test('what decides the request at a position, or its cost, is named by its option', () => {
  const plan = OTHER_REQUESTS;
  assert.deepEqual(named({ plan, select: ['model=small'] }), ['--select']);
  assert.deepEqual(named({ plan, limit: 7 }), ['--limit']);
  assert.deepEqual(named({ plan, model: ['a=b'] }), ['--model']);
  assert.deepEqual(named({ plan, set: ['temperature=0'] }), ['--set']);
  assert.deepEqual(named({ plan, stream: 'off' }), ['--stream']);
  assert.deepEqual(named({ plan, usage: 'none' }), ['--usage']);
  assert.deepEqual(named({ plan, lengths: 'free' }), ['--lengths']);
  assert.deepEqual(named({ plan, aborts: 'ignore' }), ['--aborts']);
  assert.deepEqual(named({ plan, cache: 'salt' }), ['--cache']);
  assert.deepEqual(named({ cache: 'reset' }), ['--cache']);
  assert.deepEqual(named({ cache: 'reset', cacheRefusal: { kind: 'failed' } }), ['--cache']);
  assert.deepEqual(named({ order: 'shuffled' }), ['--order', '--seed']);
  assert.deepEqual(named({ seed: 2 }, { ...SETTINGS, order: 'shuffled' }), ['--seed']);
  assert.deepEqual(named({ think: { kind: 'fixed', us: 1e6 } }), ['--think']);
  assert.deepEqual(named({ load: { kind: 'closed', semantics: 'wrk' } }), ['--semantics']);
  const open = { ...SETTINGS, load: POISSON };
  assert.deepEqual(named({ seed: 2 }, open), ['--seed']);
  assert.deepEqual(named({ load: { ...POISSON, maxInFlight: 9 } }, open), ['--max-in-flight']);
  const gamma = { kind: 'gamma', ratePerSec: 5, cv: 4 } as const;
  assert.deepEqual(named({ load: { ...POISSON, arrivals: gamma } }, open), ['--arrivals']);
  const burstier = { ...gamma, cv: 8 };
  assert.deepEqual(
    named({ load: { ...POISSON, arrivals: burstier } }, { ...open, load: { ...POISSON, arrivals: gamma } }),
    ['--arrivals'],
  );
});

test('a tape that has grown is a difference without an option', () => {
  const [difference] = settingDifferences(SETTINGS, { ...SETTINGS, plan: OTHER_REQUESTS, exchanges: 2 });
  assert.deepEqual(difference, {
    option: null,
    before: '1 (00112233445566bb)',
    after: '2 (ffffffffffffffff)',
  });
});

test('equal bytes were asked the same, however that was said; how far a run goes does not matter', () => {
  const changes: readonly Partial<RunSettings>[] = [
    { select: ['model=m'], model: ['m'], stream: 'on', limit: 100 },
    { requests: 9, durationUs: null, loop: false },
    { timeoutUs: 1, workers: 4, repeat: 3, warmup: { requests: 5 }, commandLine: [], client: 'b' },
    { seed: 2 },
  ];
  for (const change of changes) assert.deepEqual(named(change), [], JSON.stringify(change));
});

test('conditions mean the same in any order', () => {
  const plan = OTHER_REQUESTS;
  const base = { ...SETTINGS, select: ['model=m status=200'] };
  assert.deepEqual(named({ plan, select: ['status=200', 'model=m'] }, base), [null]);
});

test('the first run that was asked otherwise than the first of all is found', () => {
  const runs = ['warm', 'warm', 'salt'].map((cache, id) => ({
    id,
    settings: { ...SETTINGS, cache: cache as RunSettings['cache'] },
  }));
  assert.equal(firstDifference(runs)?.other.id, 2);
  assert.equal(firstDifference(runs.slice(0, 2)), null);
  assert.equal(firstDifference([]), null);
});
