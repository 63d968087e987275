import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flatCommand } from '../../../src/compare/servers/flat-command.ts';

test('the outline of nvidia-smi -q: sections by indentation, cards by number', () => {
  const text = `
==============NVSMI LOG==============

Timestamp                                 : Tue Nov 24 10:00:00 2026
Driver Version                            : 580.95.05

Attached GPUs                             : 2
GPU 00000000:18:00.0
    Product Name                          : NVIDIA H100 80GB HBM3
    MIG Mode
        Current                           : Disabled
        Pending                           : Disabled
    Max Clocks
        SM                                : 1980 MHz
GPU 00000000:2A:00.0
    Product Name                          : NVIDIA H100 80GB HBM3
`;
  assert.deepEqual(Object.fromEntries(flatCommand(text)), {
    'line 1': '==============NVSMI LOG==============',
    Timestamp: 'Tue Nov 24 10:00:00 2026',
    'Driver Version': '580.95.05',
    'Attached GPUs': '2',
    'GPU[0].Product Name': 'NVIDIA H100 80GB HBM3',
    'GPU[0].MIG Mode.Current': 'Disabled',
    'GPU[0].MIG Mode.Pending': 'Disabled',
    'GPU[0].Max Clocks.SM': '1980 MHz',
    'GPU[1].Product Name': 'NVIDIA H100 80GB HBM3',
  });
});

test('a table with its header', () => {
  const text = 'name, driver_version, memory.total [MiB]\nNVIDIA A40, 550.54.15, 46068 MiB\n';
  assert.deepEqual(Object.fromEntries(flatCommand(text)), {
    '[0].name': 'NVIDIA A40',
    '[0].driver_version': '550.54.15',
    '[0].memory.total [MiB]': '46068 MiB',
  });
});

test('any other text is its lines', () => {
  assert.deepEqual(
    [...flatCommand('hello\nworld\n')],
    [
      ['line 1', 'hello'],
      ['line 2', 'world'],
    ],
  );
  assert.equal(flatCommand('').size, 0);
});
