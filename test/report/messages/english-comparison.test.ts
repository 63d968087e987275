import { test } from 'node:test';
import { englishComparison } from '../../../src/report/messages/english-comparison.ts';
import { assertWhole, everyMessage } from '../../helpers/catalogue.ts';

test('every message can be said', () => {
  assertWhole(everyMessage(englishComparison));
});
