import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerDescription } from '../../../src/compare/servers/server-description.ts';
import type { Pair } from '../../../src/compare/session/arm-run.ts';
import type { Invalidity, ServerChange } from '../../../src/compare/session/invalidity.ts';
import { descriptionOf, modelChecks, restartChecks } from '../../../src/compare/session/server-checks.ts';
import { SAID, sampleArmRun, samplePair } from '../../helpers/sample-pairs.ts';

const said = (overrides: Partial<ServerDescription>): ServerDescription => ({ ...SAID, ...overrides });
const models = (...data: unknown[]): string => JSON.stringify({ object: 'list', data });

test('models: the weights decide, not the alias', () => {
  const of = (text: string | null) => said({ models: text });
  const a = of(models({ id: 'chat', root: '/m/llama' }));
  assert.deepEqual(modelChecks(a, of(models({ id: 'other-name', root: '/m/llama' }))), []);
  assert.deepEqual(modelChecks(a, of(models({ id: 'chat', root: '/m/qwen' }))), [
    { kind: 'models', baseline: '/m/llama', candidate: '/m/qwen' },
  ]);
  const adapters = of(
    models(
      { id: 'chat', root: '/m/llama' },
      { id: 'alias', root: '/m/llama' },
      { id: 'lora', root: '/m/x', parent: 'chat' },
    ),
  );
  assert.deepEqual(modelChecks(a, adapters), []);
  assert.equal(modelChecks(of(models({ id: 'a' })), of(models({ id: 'b' }))).length, 1);
  for (const unknown of [null, 'no JSON', '{}']) assert.deepEqual(modelChecks(a, of(unknown)), []);
});

test('what an arm said: of each document the first', () => {
  const runs = [
    sampleArmRun(1, { descriptions: { start: null, end: said({ version: null, fingerprint: 'f' }) } }),
    sampleArmRun(1, { descriptions: { start: said({ version: '1' }), end: said({ version: '2' }) } }),
  ];
  const { version, fingerprint, command } = descriptionOf(runs);
  assert.deepEqual({ version, fingerprint, command }, { version: '1', fingerprint: 'f', command: null });
  assert.equal(descriptionOf([]).version, null);
});

/** Three pairs whose candidate says these things, start and end of each run in turn. */
function session(...descriptions: readonly Partial<ServerDescription>[]): Pair[] {
  return [0, 1, 2].map((k) =>
    samplePair(1, () => ({
      baseline: sampleArmRun(1, { summary: { id: 2 * k + 1 } }),
      candidate: sampleArmRun(1, {
        summary: { id: 2 * k + 2 },
        descriptions: { start: said(descriptions[2 * k] ?? {}), end: said(descriptions[2 * k + 1] ?? {}) },
      }),
    })),
  );
}

const found = (pairs: Pair[], planned = false) => restartChecks(pairs, planned);
const restart = (from: number, to: number, change: ServerChange): Invalidity => ({
  kind: 'restart',
  arm: 'candidate',
  from,
  to,
  change,
});

test('a server that goes on says nothing', () => {
  const counters = (n: number): Partial<ServerDescription> => ({
    counters: { 'vllm:generation_tokens_total': n },
  });
  assert.deepEqual(found(session(...[1, 2, 2, 3, 3, 4].map(counters))), []);
  assert.deepEqual(found(session({ processStartSec: null }, {}, { version: null })), []);
});

test('a new process between runs, by its start or by its counters', () => {
  const late = { processStartSec: 200 };
  assert.deepEqual(found(session({}, {}, late, late, late, late)), [restart(2, 4, { by: 'process' })]);
  const reset = { processStartSec: null, counters: { 'vllm:generation_tokens_total': 3 } };
  assert.deepEqual(found(session({}, {}, reset, reset, reset, reset)), [
    restart(2, 4, { by: 'counter', counter: 'vllm:generation_tokens_total' }),
  ]);
});

test('planned restarts: allowed between runs, never within one, and not to another version', () => {
  const [second, third] = [{ processStartSec: 200 }, { processStartSec: 300 }];
  assert.deepEqual(found(session({}, {}, second, second, third, third), true), []);
  assert.deepEqual(found(session({}, {}, second, third, third, third), true), [
    restart(4, 4, { by: 'process' }),
  ]);
  const other = { ...second, version: '{"version":"0.33.0"}' };
  assert.deepEqual(found(session({}, {}, other, other, other, other), true), [
    restart(2, 4, { by: 'version', from: SAID.version ?? '', to: other.version }),
  ]);
});
