import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { createDelay } from '../../../src/simulate/faults/delay.ts';
import { rawAnswerOf } from '../../helpers/raw-answer.ts';

const SCALE = 10;
const nowUs = (): number => performance.now() * 1e3 * SCALE;

test('waits in model time, one after another, never too short', async () => {
  const waits = [5, 0.5, 0, 50];
  const waited: number[] = [];
  await rawAnswerOf((response) => {
    const delay = createDelay(response, nowUs, SCALE);
    const wait = (): void => {
      const ms = waits[waited.length];
      if (ms === undefined) return void response.end();
      const fromUs = nowUs();
      delay(ms, () => {
        waited.push((nowUs() - fromUs) / 1e3);
        wait();
      });
    };
    wait();
  });
  assert.equal(waited.length, waits.length);
  for (const [i, ms] of waits.entries()) assert.ok((waited[i] ?? 0) >= ms, `${waited[i]} of ${ms} ms`);
});

test('nobody is called once the client has gone', async () => {
  const called: string[] = [];
  let gone: ServerResponse | undefined;
  await rawAnswerOf((response) => {
    gone = response;
    const delay = createDelay(response, nowUs, SCALE);
    delay(20, () => called.push('while it went'));
    response.on('close', () => delay(0, () => called.push('after')));
    response.destroy();
  });
  assert.ok(gone?.destroyed === true);
  // One that is armed later for another answer rings after both would have.
  await rawAnswerOf((response) => {
    createDelay(response, nowUs, SCALE)(40, () => response.end());
    return once(response, 'close');
  });
  assert.deepEqual(called, []);
});
