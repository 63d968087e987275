import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequenceSource } from '../../../src/replay/engine/request-source.ts';
import type { PlannedConversation } from '../../../src/replay/plan/plan.ts';
import type { ReplayableRequest } from '../../../src/replay/plan/replayable.ts';

test('each thread repeats its own sequence, whichever connection takes, and no position comes twice', () => {
  const requests = Array.from({ length: 4 }, (_, i) => ({ exchangeId: i }) as ReplayableRequest);
  const source = sequenceSource([[[0], [1, 2]], [[3]]], requests, new Int32Array(2));
  const taken = [0, 1, 0, 0, 1].map((thread) => {
    let given: PlannedConversation | null = null;
    source.next({ thread, connection: 0 }, (conversation) => {
      given = conversation;
    });
    const { firstSeq, pass, turns } = given as unknown as PlannedConversation;
    return [firstSeq, pass, turns.map(({ request }) => source.request(request)?.exchangeId)];
  });
  assert.deepEqual(taken, [
    [0, 0, [0]],
    [2, 0, [3]],
    [4, 0, [1, 2]],
    [8, 1, [0]],
    [6, 1, [3]],
  ]);
});
