import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsText } from '../../../src/report/messages/limits-text.ts';
import { QUANTITIES } from '../../../src/report/quantities.ts';

const say = (ttftMs: number | null, tpotMs: number | null, e2elMs: number | null): string =>
  limitsText({ ttftMs, tpotMs, e2elMs }, (name, time) => `${name} ≤ ${time}`, QUANTITIES.en, ' + ');

test('only the limits that were asked for, without digits that they do not need', () => {
  assert.equal(say(500, 50, 10_000), 'TTFT ≤ 500 ms + TPOT ≤ 50 ms + E2EL ≤ 10 s');
  assert.equal(say(null, null, 1_500), 'E2EL ≤ 1.5 s');
});
