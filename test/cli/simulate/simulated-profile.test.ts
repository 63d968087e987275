import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SimulateWords } from '../../../src/cli/simulate/simulated-profile.ts';
import { readProfile } from '../../../src/cli/simulate/simulated-profile.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { A40_14B } from '../../../src/simulate/profiles/profiles.ts';

const profileOf = (words: Partial<SimulateWords>) =>
  readProfile({ listen: ':0', timeScale: '1', seed: '1', ...words });

test('it is the A40 unless told otherwise; lengths and weights can be changed', () => {
  assert.equal(profileOf({}), A40_14B);
  const changed = profileOf({ maxModelLen: '1000', quantization: 'int4' });
  assert.ok(changed.kind === 'stepped');
  assert.equal(changed.maxModelLen, 1000);
  assert.equal(changed.memory.weightsGiB, 27.5 / 3.5);
});

test('a constant profile takes its times, and a file gives a profile', () => {
  const profile = profileOf({ profile: 'constant', ttft: '1s', itl: '0' });
  assert.ok(profile.kind === 'fixed');
  assert.deepEqual([profile.ttftMs, profile.itlMs], [1000, 0]);
  const folder = mkdtempSync(join(tmpdir(), 'reprise-profile-'));
  const file = join(folder, 'mine.json');
  writeFileSync(file, '{"extends":"h100-8b","name":"mine"}');
  assert.equal(profileOf({ profileFile: file }).name, 'mine');
  rmSync(folder, { recursive: true });
});

test('words that mean nothing, or nothing together, are named', () => {
  const cases: readonly (readonly [Partial<SimulateWords>, RegExp])[] = [
    [{ profile: 'h900' }, /^--profile h900 is not known: choose one of a40-14b, h100-8b, constant, null$/],
    [{ profileFile: 'no/such.json' }, /^--profile-file no\/such\.json cannot be read: ENOENT/],
    [{ profileFile: 'x', profile: 'null' }, /^--profile null and --profile-file x are two profiles/],
    [{ ttft: '1s' }, /^--ttft has no meaning with the profile a40-14b.*--profile constant$/],
    [{ itl: '1s' }, /^--itl has no meaning/],
    [{ profile: 'constant', ttft: 'soon' }, /^--ttft soon is not a duration/],
    [{ profile: 'constant', maxNumSeqs: '3' }, /^--max-num-seqs has no meaning with the profile constant/],
    [{ profile: 'null', enablePrefixCaching: false }, /^--enable-prefix-caching has no meaning/],
    [{ quantization: 'fp8' }, /^--quantization fp8 is not known: choose one of int4$/],
    [{ maxModelLen: '0' }, /^--max-model-len 0/],
  ];
  for (const [words, message] of cases) {
    assert.throws(
      () => profileOf(words),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      },
    );
  }
});
