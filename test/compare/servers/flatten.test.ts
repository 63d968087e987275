import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { flatCommand, flatJson } from '../../../src/compare/servers/flatten.ts';

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

const flat = (value: unknown): Record<string, string> => Object.fromEntries(flatJson(JSON.stringify(value)));

test('leaves by path, empty containers and null included', () => {
  assert.deepEqual(flat({ a: { b: 1, c: [true, 'x'], d: {}, e: null }, f: [] }), {
    'a.b': '1',
    'a.c[0]': 'true',
    'a.c[1]': 'x',
    'a.d': '{}',
    'a.e': 'null',
    f: '[]',
  });
});

test('a text of assignments is a leaf for each; any other text is one', () => {
  assert.deepEqual(flat({ env: 'A=1\nB=\n', pip: 'numpy==2.3.5\ntorch==2.13.0+cpu', cpu: 'a: b\nc=d' }), {
    'env.A': '1',
    'env.B': '',
    'pip.numpy': '2.3.5',
    'pip.torch': '2.13.0+cpu',
    cpu: 'a: b\nc=d',
  });
});

test('text that is no JSON is one leaf without a name', () => {
  assert.deepEqual([...flatJson(' 0.8.5\n')], [['', '0.8.5']]);
});

test('any JSON flattens, and two documents flatten alike only when they are alike', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const [left, right] = [flat(a), flat(b)];
      assert.deepEqual(flat(a), left);
      if (JSON.stringify(a) === JSON.stringify(b)) assert.deepEqual(left, right);
    }),
  );
});

test('a document nested without end is cut', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 2000; i++) deep = { a: deep };
  assert.equal(flatJson(JSON.stringify(deep)).size, 1);
});
