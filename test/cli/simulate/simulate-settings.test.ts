import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SIMULATE_OPTIONS } from '../../../src/cli/simulate/simulate-options.ts';
import { readProfile, simulatorOptions } from '../../../src/cli/simulate/simulate-settings.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { DEFAULT_FLAGS } from '../../../src/simulate/dialect.ts';
import { parseFault } from '../../../src/simulate/faults/fault.ts';
import { A40_14B } from '../../../src/simulate/profiles/profiles.ts';
import { type Given, readGiven } from '../../helpers/given-options.ts';

type Options = Given<typeof SIMULATE_OPTIONS>;

const options = (given: Options) => readGiven(SIMULATE_OPTIONS, simulatorOptions, { listen: ':0', ...given });

test('without options it is the A40 as it is', () => {
  assert.deepEqual(options({}), {
    host: '127.0.0.1',
    port: 0,
    profile: A40_14B,
    timeScale: 1,
    limits: {},
    seed: 1,
    flags: DEFAULT_FLAGS,
    faults: [],
  });
});

test('every option reaches its setting', () => {
  const { profile: _profile, ...rest } = options({
    maxNumSeqs: '7',
    maxNumBatchedTokens: '8',
    gpuMemoryUtilization: '0.95',
    maxNumQueuedReqs: '0',
    enablePrefixCaching: false,
    speculative: '3,0.7',
    apiServerCount: '2',
    streamInterval: '4',
    dialect: 'rust',
    model: 'm',
    fault: ['cut,after=20'],
    enablePromptTokensDetails: true,
    enablePerRequestMetrics: true,
    enableRequestIdHeaders: true,
    enableForceIncludeUsage: true,
    reasoningParser: 'any',
    enableAutoToolChoice: true,
    toolCallParser: 'any',
    apiKey: 'k',
  });
  assert.deepEqual(rest, {
    host: '127.0.0.1',
    port: 0,
    timeScale: 1,
    limits: { maxNumSeqs: 7, maxNumBatchedTokens: 8, gpuMemoryUtilization: 0.95 },
    prefixCaching: false,
    speculation: { draftTokens: 3, acceptance: 0.7 },
    apiServerCount: 2,
    streamInterval: 4,
    maxNumQueuedReqs: 0,
    dialect: 'rust',
    model: 'm',
    seed: 1,
    flags: {
      promptTokensDetails: true,
      perRequestMetrics: true,
      requestIdHeaders: true,
      forceIncludeUsage: true,
      reasoningParser: true,
      toolCallParser: true,
      apiKey: 'k',
    },
    faults: [parseFault('cut,after=20')],
  });
});

test('options that are wrong, or contradict each other, are named', () => {
  const cases: readonly (readonly [Options, RegExp])[] = [
    [{ listen: 'nowhere' }, /^--listen nowhere/],
    [{ timeScale: '0' }, /^--time-scale 0/],
    [{ maxNumSeqs: 'x' }, /^--max-num-seqs x/],
    [{ maxNumBatchedTokens: '-1' }, /^--max-num-batched-tokens -1/],
    [{ seed: '1.5' }, /^--seed 1\.5/],
    [{ speculative: '3' }, /^--speculative 3 is not understood: expected TOKENS,RATE/],
    [{ speculative: '3,1.2' }, /^--speculative 3,1\.2 is not understood/],
    [{ speculative: '0,0.5' }, /^--speculative 0 is not a whole number/],
    [{ gpuMemoryUtilization: '1.5' }, /^--gpu-memory-utilization 1\.5 is not a percentage/],
    [{ dialect: 'v0.9' }, /^--dialect v0\.9 is not known: choose one of v0\.8\.5, v0\.32, rust$/],
    [{ apiServerCount: '0' }, /^--api-server-count 0/],
    [{ streamInterval: 'x' }, /^--stream-interval x/],
    [{ fault: ['burn'] }, /^--fault burn is not a fault: the fault burn must begin with one of error, /],
    [{ enableAutoToolChoice: true }, /^--enable-auto-tool-choice needs a parser/],
  ];
  for (const [words, message] of cases) {
    assert.throws(
      () => options(words),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        return true;
      },
    );
  }
});

const profileOf = (given: Options) => readGiven(SIMULATE_OPTIONS, readProfile, given);

test('the A40 is the default; lengths and weights can be changed', () => {
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

test('profiles that are wrong, or options that a profile does not have, are named', () => {
  const cases: readonly (readonly [Options, RegExp])[] = [
    [{ profile: 'h900' }, /^--profile h900 is not known: choose one of a40-14b, h100-8b, constant, null$/],
    [{ profileFile: 'no/such.json' }, /^--profile-file no\/such\.json cannot be read \(ENOENT\)/],
    [{ profileFile: 'x', profile: 'null' }, /^--profile null and --profile-file x are two profiles/],
    [{ ttft: '1s' }, /^--ttft has no effect with the profile a40-14b.*--profile constant$/],
    [{ itl: '1s' }, /^--itl has no effect/],
    [{ profile: 'constant', ttft: 'soon' }, /^--ttft soon is not a duration/],
    [{ profile: 'constant', maxNumSeqs: '3' }, /^--max-num-seqs has no effect with the profile constant/],
    [{ profile: 'null', enablePrefixCaching: false }, /^--no-enable-prefix-caching has no effect/],
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
