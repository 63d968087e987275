import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIMULATE_OPTIONS, simulatorOptions } from '../../../src/cli/simulate/simulate-settings.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { DEFAULT_FLAGS } from '../../../src/simulate/dialect.ts';
import { parseFault } from '../../../src/simulate/faults/fault.ts';
import { A40_14B } from '../../../src/simulate/profiles/a40-14b.ts';
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
