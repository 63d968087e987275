import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HeldBytes } from '../../src/chat/held-bytes.ts';

test('holds what a plain concatenation would, whatever comes and goes, and views of it stay as they are', () => {
  const step = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((append) => ({ append })),
    fc.nat(30).map((drop) => ({ drop })),
    fc.nat(30).map((take) => ({ take })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const store = new HeldBytes();
      let model = Buffer.alloc(0);
      const views: (readonly [Buffer, string])[] = [];
      for (const one of steps) {
        if ('append' in one) {
          store.append(one.append);
          model = Buffer.concat([model, one.append]);
        } else if ('drop' in one) {
          const count = Math.min(one.drop, store.length);
          store.drop(count);
          model = model.subarray(count);
        } else {
          assert.deepEqual(store.take(one.take), model.subarray(0, one.take));
          model = model.subarray(one.take);
        }
        assert.equal(store.length, model.length);
        assert.deepEqual(store.held, model);
        views.push([store.held, model.toString('hex')]);
      }
      for (const [view, hex] of views) assert.equal(view.toString('hex'), hex);
      store.clear();
      assert.equal(store.length, 0);
    }),
  );
});

test('bytes before the first are never forgotten', () => {
  assert.throws(() => new HeldBytes().drop(-1), RangeError);
});
