import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, percent, percentRange, shortPercent } from '../../src/compare/percentages.ts';

test('shares, ratios and ranges as people read them', () => {
  assert.equal(percent(0.048), '4.8 %');
  assert.equal(percent(-0.048), '−4.8 %');
  assert.equal(change(1.048), '+4.8 %');
  assert.equal(change(0.952), '−4.8 %');
  assert.equal(percentRange(-0.008, 0.011), '−0.8 to 1.1 %');
  assert.equal(shortPercent(0.03), '3 %');
  assert.equal(shortPercent(0.005), '0.5 %');
});

test('what rounds to nothing has no minus', () => {
  assert.equal(percent(-0.0001), '0.0 %');
  assert.equal(change(0.9999), '0.0 %');
  assert.equal(change(1), '+0.0 %');
});
