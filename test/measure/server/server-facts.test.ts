import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { serverFacts } from '../../../src/measure/server/server-facts.ts';
import type { ServerState } from '../../../src/model/capture.ts';

/** A real answer of vLLM 0.32 with VLLM_SERVER_DEV_MODE=1, cut to the configurations that matter here. */
const SERVER_INFO = readFileSync(
  new URL('../../fixtures/vllm-0.32.0/server_info.json', import.meta.url),
  'utf8',
);

const state = (kind: ServerState['kind'], body: string): ServerState => ({
  edge: 'start',
  kind,
  takenAtMs: 0,
  status: 200,
  body,
});

test('version, models and settings as the server says them', () => {
  const facts = serverFacts([
    state('version', '{"version":"0.32.0"}'),
    state('models', '{"data":[{"id":"tiny","max_model_len":2048},{"id":"lora"}]}'),
    state('server_info', SERVER_INFO),
  ]);
  assert.equal(facts.version, '0.32.0');
  assert.deepEqual(facts.models, [
    { id: 'tiny', maxModelLen: 2048 },
    { id: 'lora', maxModelLen: null },
  ]);
  const flags = new Map(facts.flags);
  assert.equal(flags.get('dtype'), 'bfloat16');
  assert.equal(flags.get('max_num_seqs'), '256');
  assert.equal(flags.get('enable_prefix_caching'), 'true');
  assert.equal(flags.has('quantization'), false);
  assert.deepEqual([facts.gpus, facts.driver], [[], null]);
});

test('settings that vLLM 0.8.5 reports as one text', () => {
  const config =
    'model=\'m\', dtype=torch.bfloat16, quantization=None, max_seq_len=4096, scheduler_config={"max_num_seqs":128}';
  const facts = serverFacts([state('server_info', JSON.stringify({ vllm_config: config }))]);
  const flags = new Map(facts.flags);
  assert.deepEqual([flags.get('dtype'), flags.get('max_num_seqs')], ['bfloat16', '128']);
});

test('without the development mode, some settings come from /metrics', () => {
  const metrics =
    '# TYPE vllm:cache_config_info gauge\n' +
    'vllm:cache_config_info{block_size="16",enable_prefix_caching="True",num_gpu_blocks="3700",sliding_window="None"} 1.0\n';
  assert.deepEqual(serverFacts([state('metrics', metrics)]).flags, [
    ['enable_prefix_caching', 'True'],
    ['block_size', '16'],
    ['num_gpu_blocks', '3700'],
  ]);
});

test('cards and driver in each of the shapes that nvidia-smi prints', () => {
  const table = `
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 550.54.15              Driver Version: 550.54.15      CUDA Version: 12.4     |
|-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
|=========================================+========================+======================|
|   0  NVIDIA A40                     On  |   00000000:3B:00.0 Off |                    0 |
|   1  NVIDIA A40                     On  |   00000000:AF:00.0 Off |                    0 |
+-----------------------------------------+------------------------+----------------------+
`;
  const cases: readonly (readonly [string, number, string | null])[] = [
    [table, 2, '550.54.15'],
    [
      'Driver Version                            : 550.54.15\n    Product Name                          : NVIDIA A40\n',
      1,
      '550.54.15',
    ],
    ['GPU 0: NVIDIA A40 (UUID: GPU-1)\nGPU 1: NVIDIA A40 (UUID: GPU-2)\n', 2, null],
    ['name, driver_version\nNVIDIA A40, 550.54.15\n', 1, '550.54.15'],
  ];
  for (const [output, cards, driver] of cases) {
    const facts = serverFacts([state('command', output)]);
    assert.deepEqual(facts.gpus, Array(cards).fill('NVIDIA A40'), output);
    assert.deepEqual([facts.driver, facts.commandOutput], [driver, null]);
  }
});

test('a command that is not understood is shown by its first lines, on one', () => {
  const { commandOutput, gpus } = serverFacts([state('command', 'ROCm\nMI300X\nok\nmore\n')]);
  assert.deepEqual([commandOutput, gpus], ['ROCm / MI300X / ok', []]);
});

test('nothing, and nonsense, give nothing', () => {
  const none = { version: null, models: [], flags: [], gpus: [], driver: null, commandOutput: null };
  assert.deepEqual(serverFacts([]), none);
  const nonsense = [
    state('version', '<html>'),
    state('models', '{"data":7}'),
    state('server_info', '[]'),
    state('metrics', ''),
  ];
  assert.deepEqual(serverFacts(nonsense), none);
});
