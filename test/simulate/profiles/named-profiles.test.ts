import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILES } from '../../../src/simulate/profiles/named-profiles.ts';
import { parseProfile } from '../../../src/simulate/profiles/parse-profile.ts';

test('every built-in profile is known by its own name and is a valid file', () => {
  for (const [name, profile] of Object.entries(PROFILES)) {
    assert.equal(profile.name, name);
    assert.deepEqual(parseProfile('x.json', JSON.stringify(profile)), profile);
  }
});
