import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/model/clock.ts';
import type { EngineRequest } from '../../src/simulate/engine-request.ts';
import { startLiveEngine } from '../../src/simulate/live-engine.ts';
import { createServerMetrics } from '../../src/simulate/server-metrics.ts';
import { A40 } from '../helpers/quick-simulator.ts';

const request = (outputTokens: number): Omit<EngineRequest, 'id'> => ({
  promptTokens: 13,
  promptBlocks: [],
  choices: [{ outputTokens, finishReason: 'length' }],
  maxTokens: outputTokens,
});

const LIMITS = { maxNumSeqs: 256, maxNumBatchedTokens: 2048 };

test('tokens come on model time and the answer last', async () => {
  const engine = startLiveEngine(A40, LIMITS, 100, 1, systemClock, createServerMetrics('m'));
  const tokensUs: number[] = [];
  let accepted = false;
  const answeredUs = await new Promise<number>((resolve) => {
    engine.submit(request(10), {
      accepted() {
        accepted = true;
      },
      scheduled: () => undefined,
      tokens: (_choice, _count, atUs) => void tokensUs.push(atUs),
      answered: resolve,
    });
  });
  engine.stop();
  assert.ok(accepted);
  assert.equal(tokensUs.length, 10);
  const stepMs = ((tokensUs.at(-1) ?? 0) - (tokensUs[0] ?? 0)) / 9 / 1e3;
  assert.ok(stepMs > 50 && stepMs < 60, `a step took ${stepMs} ms of model time`);
  assert.ok(answeredUs > (tokensUs.at(-1) ?? 0));
});

test('an aborted request hears nothing more', async () => {
  const engine = startLiveEngine(A40, LIMITS, 100, 1, systemClock, createServerMetrics('m'));
  let heard = 0;
  const count = (): void => {
    heard += 1;
  };
  const id = engine.submit(request(1000), {
    accepted: count,
    scheduled: count,
    tokens: count,
    answered: count,
  });
  assert.ok(id !== null);
  engine.abort(id);
  await sleep(30);
  assert.equal(heard, 0);
  assert.equal(engine.running, 0);
  engine.stop();
});
