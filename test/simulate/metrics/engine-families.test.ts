import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIALECTS } from '../../../src/simulate/dialect-name.ts';
import { ENGINE_FAMILIES } from '../../../src/simulate/metrics/engine-families.ts';
import { createEngineFigures } from '../../../src/simulate/metrics/engine-figures.ts';
import { familiesIn } from '../../../src/simulate/metrics/family-table.ts';

test('state and counters come out under each version’s names', () => {
  for (const dialect of DIALECTS) {
    const figures = createEngineFigures({
      dialect,
      maxModelLen: 100,
      blockSize: 16,
      prefixCaching: true,
      draftTokens: 0,
    });
    figures.found.blocks = 3;
    figures.found.tokens = 48;
    const state = { running: 4, waiting: 5, kvUsage: 0.25 };
    const families = familiesIn(ENGINE_FAMILIES, dialect, { figures, state, labels: {} });
    const value = (name: string): unknown => {
      const [series] = families.find((family) => family.name === `vllm:${name}`)?.series ?? [];
      return series !== undefined && 'value' in series ? series.value : undefined;
    };
    assert.deepEqual([value('num_requests_running'), value('num_requests_waiting')], [4, 5]);
    const old = dialect === 'v0.8.5';
    assert.equal(value('gpu_cache_usage_perc'), old ? 0.25 : undefined);
    assert.equal(value('kv_cache_usage_perc'), old ? undefined : 0.25);
    assert.equal(value('gpu_prefix_cache_hits'), old ? 3 : undefined);
    assert.equal(value('prefix_cache_hits'), old ? undefined : 48);
    assert.equal(new Set(families.map(({ name }) => name)).size, families.length, 'a family twice');
  }
});
