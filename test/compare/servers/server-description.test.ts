import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerDescription } from '../../../src/compare/servers/server-description.ts';
import type { ServerState } from '../../../src/model/capture.ts';

const state = (kind: ServerState['kind'], body: string, status: number | null = 200): ServerState => ({
  edge: 'start',
  kind,
  takenAtMs: 0,
  status,
  body,
});

test('each document by its kind; counters as sums over their labels', () => {
  const page = [
    'process_start_time_seconds 100.5',
    'vllm:prompt_tokens_total{engine="0"} 3',
    'vllm:prompt_tokens_total{engine="1"} 4',
    'vllm:kv_cache_usage_perc 0.5',
    'odd_total NaN',
  ].join('\n');
  const said = [
    state('version', 'v'),
    state('models', 'm'),
    state('server_info', 'i'),
    state('command', 'c', 0),
    state('fingerprint', 'f'),
    state('metrics', page),
  ];
  assert.deepEqual(readServerDescription(said, 'start'), {
    version: 'v',
    models: 'm',
    serverInfo: 'i',
    command: 'c',
    fingerprint: 'f',
    processStartSec: 100.5,
    counters: { 'vllm:prompt_tokens_total': 7 },
  });
});

test('a command that failed said nothing; nor did a server that was not asked', () => {
  assert.equal(readServerDescription([state('command', 'no', 3)], 'start')?.command, null);
  assert.equal(readServerDescription([state('version', 'v')], 'end'), null);
  assert.equal(readServerDescription([state('version', 'v')], 'start')?.processStartSec, null);
});
