import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawResult } from '../../../src/model/result.ts';
import { countInFlight } from '../../../src/replay/engine/count-in-flight.ts';
import type { TurnSender } from '../../../src/replay/engine/turn-sender.ts';

test('a request counts from its sending until its end is told, over all senders of a count', () => {
  const ends: ((result: RawResult) => void)[] = [];
  let retried = 0;
  let discarded = 0;
  const sender: TurnSender = {
    send: (_connection, _turn, onEnd) => void ends.push(onEnd),
    get retried() {
      return retried;
    },
    discard: () => void discarded++,
  };
  const count = new Int32Array(new SharedArrayBuffer(4));
  const [one, other] = [countInFlight(sender, count), countInFlight(sender, count)];
  const told: number[] = [];
  const send = (from: TurnSender): void =>
    from.send({} as never, {} as never, () => void told.push(count[0] ?? -1));
  send(one);
  send(other);
  assert.equal(count[0], 2);
  ends[0]?.({} as RawResult);
  ends[1]?.({} as RawResult);
  // Whoever sends next from within the end is not counted beside the request that is over.
  assert.deepEqual(told, [1, 0]);
  retried = 3;
  one.discard();
  assert.deepEqual([one.retried, discarded], [3, 1]);
});
