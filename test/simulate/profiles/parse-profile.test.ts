import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/model/user-error.ts';
import { parseProfile } from '../../../src/simulate/profiles/parse-profile.ts';
import { A40_14B, H100_8B } from '../../../src/simulate/profiles/profiles.ts';

test('a file can change a built-in profile, field by field', () => {
  const text = JSON.stringify({
    extends: 'a40-14b',
    name: 'mine',
    frontEnd: { ingestMs: 2 },
    step: { noise: { drift: 0 }, forward: { weightsMs: 20, perTokenMs: 0.1 } },
  });
  assert.deepEqual(parseProfile('mine.json', text), {
    ...A40_14B,
    name: 'mine',
    frontEnd: { ...A40_14B.frontEnd, ingestMs: 2 },
    step: {
      ...A40_14B.step,
      noise: { ...A40_14B.step.noise, drift: 0 },
      forward: { weightsMs: 20, perTokenMs: 0.1 },
    },
  });
});

test('what is wrong is named by its field', () => {
  const h100 = (change: object): string => JSON.stringify({ ...H100_8B, ...change });
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{', /^mine\.json is not JSON: /],
    ['[]', /^mine\.json is \[\]: it must be an object$/],
    ['{}', /^mine\.json: kind is nothing: it must be one of stepped, fixed$/],
    ['{"extends":"a41"}', /^mine\.json: extends is "a41": it must be one of a40-14b, /],
    [h100({ name: '' }), /^mine\.json: name is "": it must be a text$/],
    [h100({ maxModelLen: 1.5 }), /^mine\.json: maxModelLen is 1\.5: it must be a whole number above 0$/],
    [h100({ dialect: 'v1' }), /^mine\.json: dialect is "v1": it must be one of v0\.8\.5, v0\.32, rust$/],
    [h100({ speed: 1 }), /^mine\.json: speed is not known: the fields here are kind, name, /],
    [h100({ limits: { maxNumSeqs: 1 } }), /^mine\.json: limits\.maxNumBatchedTokens is missing$/],
    [h100({ limits: 7 }), /^mine\.json: limits is 7: it must be an object$/],
    [
      h100({ frontEnd: { ...H100_8B.frontEnd, jitter: 2 } }),
      /frontEnd\.jitter is 2: it must be a number from 0 to 1$/,
    ],
    [
      h100({ memory: { ...H100_8B.memory, gpuGiB: '80' } }),
      /memory\.gpuGiB is "80": it must be a number above 0$/,
    ],
    [
      h100({ step: { ...H100_8B.step, perStepMs: -1 } }),
      /step\.perStepMs is -1: it must be a number of at least 0$/,
    ],
    [h100({ step: { ...H100_8B.step, noise: { white: 0 } } }), /step\.noise\.drift is missing$/],
    [h100({ step: { ...H100_8B.step, forward: [] } }), /step\.forward is \[\]: it must be at least one/],
    [
      h100({ step: { ...H100_8B.step, forward: [[1, 2], [1]] } }),
      /step\.forward\[1\] is \[1\]: it must be \[tokens, ms\]$/,
    ],
    [
      h100({
        step: {
          ...H100_8B.step,
          forward: [
            [4, 2],
            [4, 3],
          ],
        },
      }),
      /step\.forward\[1\]\[0\] is 4: it must be more than 4/,
    ],
    [h100({ model: new Array(100).fill(1) }), /model is \[1,1,.{50,60}\.\.\.: it must be a text$/],
    [h100({ step: { ...H100_8B.step, forward: { weightsMs: 1 } } }), /step\.forward\.perTokenMs is missing$/],
  ];
  for (const [text, words] of cases) {
    assert.throws(
      () => parseProfile('mine.json', text),
      (error) => {
        assert.ok(error instanceof UserError, text);
        assert.match(error.message, words);
        return true;
      },
    );
  }
});
