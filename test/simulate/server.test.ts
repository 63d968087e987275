import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_FLAGS, type Dialect } from '../../src/simulate/dialect.ts';
import { engineOptions } from '../../src/simulate/engine/create-engine.ts';
import { PROFILES } from '../../src/simulate/profiles/profiles.ts';
import { type ServerSettings, serverInfo, systemFingerprint } from '../../src/simulate/server.ts';

function settings(dialect: Dialect, changes: Partial<ServerSettings> = {}): ServerSettings {
  return {
    ...engineOptions({ profile: PROFILES['a40-14b'], dialect, limits: { maxNumSeqs: 7 } }),
    timeScale: 1,
    model: 'm',
    cache: null,
    streamInterval: 4,
    maxNumQueuedReqs: null,
    flags: DEFAULT_FLAGS,
    ...changes,
  };
}

test('the settings are in vLLM’s names, as a text or as JSON', () => {
  const { vllm_config: config } = JSON.parse(serverInfo(settings('v0.32'), 'json'));
  assert.equal(config.scheduler_config.max_num_seqs, 7);
  assert.equal(config.scheduler_config.stream_interval, 4);
  assert.equal(config.model_config.served_model_name, 'm');
  assert.equal(config.cache_config.enable_prefix_caching, false, 'nothing to cache in');
  const text = JSON.parse(serverInfo(settings('v0.32'), 'text')).vllm_config;
  assert.match(text, /scheduler_config=\{.*"max_num_seqs":7,/);
});

test('0.8.5 has text alone', () => {
  assert.equal(typeof JSON.parse(serverInfo(settings('v0.8.5'), 'json')).vllm_config, 'string');
});

test('what has no limit is null, not a number that JSON has not', () => {
  const engine = engineOptions({ profile: PROFILES.null, dialect: 'v0.32' });
  const { vllm_config: config } = JSON.parse(serverInfo(settings('v0.32', engine), 'json'));
  assert.equal(config.scheduler_config.max_num_seqs, null);
});

test('the fingerprint changes with the settings, but does not reveal the key', () => {
  const print = (changes: Partial<ServerSettings>): string => systemFingerprint(settings('v0.32', changes));
  assert.match(print({}), /^vllm-0\.32\.0-[0-9a-f]{8}$/);
  assert.equal(print({}), print({ flags: { ...DEFAULT_FLAGS, apiKey: 'secret' } }));
  const others = [
    print({}),
    print({ streamInterval: 1 }),
    print({ flags: { ...DEFAULT_FLAGS, perRequestMetrics: true } }),
  ];
  assert.equal(new Set(others).size, 3);
});
