import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ServerDescription } from '../../../src/compare/servers/server-description.ts';
import { serverDifferences } from '../../../src/compare/servers/server-differences.ts';
import { SAID } from '../../helpers/sample-pairs.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/vllm-0.32.0/${name}`, import.meta.url), 'utf8');

const said = (overrides: Partial<ServerDescription>): ServerDescription => ({ ...SAID, ...overrides });

test('two starts of a real vLLM: of 650 settings only the changed one is reported, not what every start changes', () => {
  const before = said({
    serverInfo: fixture('server_info.json'),
    fingerprint: 'vllm-0.32.0-a581f717',
    models: fixture('models.json'),
  });
  const after = said({
    serverInfo: fixture('server_info_max_num_seqs_4.json'),
    fingerprint: 'vllm-0.32.0-7a3a27fd',
    models: fixture('models.json')
      .replace(/"created":\d+/g, '"created":1')
      .replace(/modelperm-\w+/, 'modelperm-0'),
  });
  assert.deepEqual(serverDifferences(before, after), [
    { name: 'scheduler_config.max_num_seqs', baseline: '256', candidate: '4' },
    { name: 'system_fingerprint', baseline: 'vllm-0.32.0-a581f717', candidate: 'vllm-0.32.0-7a3a27fd' },
  ]);
});

test('environment and packages by name, each once', () => {
  const info = fixture('server_info.json');
  const changed = info
    .replace('VLLM_CPU_KVCACHE_SPACE=1', 'VLLM_CPU_KVCACHE_SPACE=2')
    .replace('"VLLM_CPU_KVCACHE_SPACE":1', '"VLLM_CPU_KVCACHE_SPACE":2')
    .replace('OMP_NUM_THREADS=1', 'OMP_NUM_THREADS=4')
    .replace('transformers==5.19.0', 'transformers==5.20.0');
  assert.deepEqual(
    serverDifferences(said({ serverInfo: info }), said({ serverInfo: changed })).map(({ name }) => name),
    ['VLLM_CPU_KVCACHE_SPACE', 'transformers', 'OMP_NUM_THREADS'],
  );
});

test('version and model; a setting that one of them does not have is null there', () => {
  const differences = serverDifferences(
    said({ version: '{"version":"0.8.5"}', serverInfo: '{"vllm_config":{"a":1}}' }),
    said({
      models: '{"data":[{"id":"tiny","created":2,"root":"/models/tiny-awq"}]}',
      serverInfo: '{"vllm_config":{"a":1,"b":true}}',
    }),
  );
  assert.deepEqual(differences, [
    { name: 'version', baseline: '0.8.5', candidate: '0.32.0' },
    { name: 'models[0].root', baseline: '/models/tiny', candidate: '/models/tiny-awq' },
    { name: 'b', baseline: null, candidate: 'true' },
  ]);
});

test('a card’s driver and limits are reported, not its activity', () => {
  const card = (driver: string, limit: string, moment: readonly string[]): string => `
Timestamp                                 : ${moment[0]}
Driver Version                            : ${driver}
GPU 00000000:18:00.0
    Product Name                          : NVIDIA H100 80GB HBM3
    Serial Number                         : ${moment[1]}
    GPU UUID                              : GPU-${moment[1]}
    PCI
        Bus                               : 0x18
        Bus Id                            : 00000000:18:00.0
        Tx Throughput                     : ${moment[2]} KB/s
    Fan Speed                             : ${moment[2]} %
    Performance State                     : P${moment[2]}
    FB Memory Usage
        Total                             : 81559 MiB
        Used                              : ${moment[2]} MiB
        Free                              : ${moment[2]} MiB
    Utilization
        GPU                               : ${moment[2]} %
    Temperature
        GPU Current Temp                  : ${moment[2]} C
    GPU Power Readings
        Average Power Draw                : ${moment[2]} W
        Current Power Limit               : ${limit} W
    Clocks
        SM                                : ${moment[2]} MHz
    Max Clocks
        SM                                : 1980 MHz
    Processes
        Process ID                        : ${moment[2]}
`;
  const differences = serverDifferences(
    said({ command: card('580.95.05', '700.00', ['Tue Nov 24 10:00:00 2026', '17', '1']) }),
    said({ command: card('590.48.01', '500.00', ['Wed Nov 25 11:00:00 2026', '18', '2']) }),
  );
  assert.deepEqual(differences, [
    { name: 'Driver Version', baseline: '580.95.05', candidate: '590.48.01' },
    { name: 'GPU[0].GPU Power Readings.Current Power Limit', baseline: '700.00 W', candidate: '500.00 W' },
  ]);
});

test('a document that only one of them gave is not compared', () => {
  assert.deepEqual(
    serverDifferences(said({}), said({ serverInfo: '{"a":1}', command: 'x', fingerprint: 'f' })),
    [],
  );
});
