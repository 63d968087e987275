import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulatorOptions } from '../../../src/cli/simulate/simulate-settings.ts';
import type { SimulateWords } from '../../../src/cli/simulate/simulated-profile.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { DEFAULT_FLAGS } from '../../../src/simulate/dialect.ts';
import { parseFault } from '../../../src/simulate/faults/fault.ts';
import { A40_14B } from '../../../src/simulate/profiles/profiles.ts';

const WORDS: SimulateWords = { listen: ':0', timeScale: '1', seed: '1' };
const options = (words: Partial<SimulateWords>) => simulatorOptions({ ...WORDS, ...words });

test('without words it is the A40 as it is', () => {
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

test('every word reaches its setting', () => {
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

test('words that mean nothing, or nothing together, are named', () => {
  const cases: readonly (readonly [Partial<SimulateWords>, RegExp])[] = [
    [{ listen: 'nowhere' }, /^--listen nowhere/],
    [{ timeScale: '0' }, /^--time-scale 0/],
    [{ maxNumSeqs: 'x' }, /^--max-num-seqs x/],
    [{ maxNumBatchedTokens: '-1' }, /^--max-num-batched-tokens -1/],
    [{ seed: '1.5' }, /^--seed 1\.5/],
    [{ speculative: '3' }, /^--speculative 3 is not draft tokens and their acceptance/],
    [{ speculative: '3,1.2' }, /^--speculative 3,1\.2 is not/],
    [{ speculative: '0,0.5' }, /^--speculative 0 is not a whole number/],
    [{ gpuMemoryUtilization: '1.5' }, /^--gpu-memory-utilization 1\.5 is not a share/],
    [{ dialect: 'v0.9' }, /^--dialect v0\.9 is not known: choose one of v0\.8\.5, v0\.32, rust$/],
    [{ apiServerCount: '0' }, /^--api-server-count 0/],
    [{ streamInterval: 'x' }, /^--stream-interval x/],
    [{ fault: ['burn'] }, /^--fault burn cannot be: the fault burn must begin with one of error, /],
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
