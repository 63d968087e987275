import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DRAWN } from '../../src/measure/metric-table.ts';
import { OUTCOMES } from '../../src/model/outcome.ts';
import { LANGUAGES } from '../../src/report/messages/languages.ts';
import {
  type Address,
  ALL_ROWS,
  ALL_RUNS,
  addressOf,
  type Place,
  RUN_FILTERS,
  RUN_ORDERS,
  readAddress,
} from '../../src/serve/address.ts';
import { LISTED } from '../../src/serve/run-figures.ts';

const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
const name = text.filter((one) => one.trim() === one && one !== '');
const whole = fc.nat({ max: 1e9 });
const page = fc.integer({ min: 1, max: 1e6 });
const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const day = fc.constantFrom('', '2026-11-28', '2025-01-01');
const side = fc.record({ tape: text, runs: text });

const query = fc.record({
  outcome: orNull(fc.constantFrom(...OUTCOMES)),
  model: orNull(text),
  path: orNull(text),
  status: orNull(whole),
  fromMs: orNull(whole),
  toMs: orNull(whole),
  within: fc.constant(null),
  order: fc.constantFrom('begun' as const, 'longest' as const),
  page,
});
const within = orNull(
  fc.record({
    metric: fc.constantFrom(...DRAWN.map(({ key }) => key)),
    least: fc.nat().map((us) => us / 1e3),
    most: fc.nat().map((us) => us / 1e3),
  }),
);
const runs = fc.array(fc.nat({ max: 999_999_999 }), { minLength: 1, maxLength: 4 });

const runsQuery = fc.record({
  texts: fc.dictionary(fc.constantFrom(...RUN_FILTERS), name, { noNullPrototype: true }),
  valid: orNull(fc.boolean()),
  from: day,
  to: day,
  order: fc.constantFrom(...RUN_ORDERS, ...LISTED.map(({ key }) => key)),
  falling: fc.boolean(),
  page,
});

const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ kind: fc.constant('home' as const), query: runsQuery }),
  fc.record({ kind: fc.constantFrom('live' as const, 'events' as const) }),
  fc.record({ kind: fc.constant('compare' as const), sides: fc.array(side, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('traffic' as const), tape: text }),
  fc.record({ kind: fc.constant('exchanges' as const), tape: text, query }),
  fc.record({ kind: fc.constant('exchange' as const), tape: text, id: whole }),
  fc.record({ kind: fc.constant('report' as const), side }),
  fc
    .record({ kind: fc.constant('requests' as const), tape: text, runs, query, within })
    .map(({ query: rows, within: some, ...rest }) => ({ ...rest, query: { ...rows, within: some } })),
  fc.record({ kind: fc.constant('request' as const), tape: text, run: whole, seq: whole }),
) as fc.Arbitrary<Place>;

const address: fc.Arbitrary<Address> = fc.record({
  place,
  form: fc.constantFrom('page' as const, 'json' as const, 'file' as const),
  language: fc.constantFrom(...LANGUAGES),
});

test('an address that was written is read back as what it was, whatever tapes and labels are called', () => {
  fc.assert(
    fc.property(address, (one) => {
      const read = readAddress(addressOf(one.place, one.language, one.form));
      // Records of fast-check have no prototype.
      assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(one)));
    }),
  );
});

test('no address, however broken, is more than not found', () => {
  const broken = fc.oneof(
    fc.string(),
    fc.webPath(),
    fc.webQueryParameters().map((given) => `/?${given}`),
  );
  fc.assert(
    fc.property(broken, (url) => {
      readAddress(url);
    }),
    { numRuns: 30 },
  );
});

test('unknown pages are not found, nor are files by their path', () => {
  for (const url of [
    '/../../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/recordings/demo.sqlite',
    '/report?tape=a',
    '/exchange?tape=a&id=-1',
    '/exchange?tape=a&id=1e9',
    '/nothing.json',
  ]) {
    assert.equal(readAddress(url), null, url);
  }
});

test('values that mean nothing are left out', () => {
  const read = readAddress('/?sort=-mood&valid=maybe&from=yesterday&page=0&label=%20&lang=fr');
  assert.deepEqual(read, { place: { kind: 'home', query: ALL_RUNS }, form: 'page', language: 'en' });
  const rows = readAddress('/exchanges?tape=a&outcome=fine&order=odd&status=x');
  assert.deepEqual(rows?.place, { kind: 'exchanges', tape: 'a', query: ALL_ROWS });
  assert.deepEqual(readAddress('/compare?side=a&side=/b&side=a/b/c&side=%25/x&side=a/b')?.place, {
    kind: 'compare',
    sides: [{ tape: 'a', runs: 'b' }],
  });
});
