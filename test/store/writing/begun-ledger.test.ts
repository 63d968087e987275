import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  handOver,
  ledgerCounter,
  markSaid,
  openLedgerPage,
  readLedger,
} from '../../../src/store/writing/begun-ledger.ts';

const skip = process.platform !== 'linux' && 'it is in Linux’ shared memory';

test('the last tape of a recorder that was killed has to account for what began on it, and for earlier tapes that cannot', {
  skip,
}, () => {
  const pages = Array.from({ length: 4 }, () => {
    const page = openLedgerPage();
    assert.ok(page !== null);
    return page;
  });
  const [sound, gone, closed, last] = pages as [Page, Page, Page, Page];
  for (const page of pages) {
    // Two threads, and one that is too many.
    for (const slot of [0, 1, 1_000]) {
      const count = ledgerCounter(page, slot);
      for (let n = 0; n < 10; n += 1) count();
    }
  }
  assert.deepEqual(readLedger(last), { begun: 20, lostBefore: 0 });
  handOver(gone, 13);
  assert.deepEqual(readLedger(last), { begun: 20, lostBefore: 7 });
  assert.deepEqual(readLedger(sound), { begun: 20, lostBefore: 0 });
  markSaid(closed, 5);
  assert.deepEqual(readLedger(last), { begun: 20, lostBefore: 2 });
});

type Page = NonNullable<ReturnType<typeof openLedgerPage>>;
