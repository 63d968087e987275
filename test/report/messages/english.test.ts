import { test } from 'node:test';
import { english } from '../../../src/report/messages/english.ts';
import { assertWhole, everyMessage } from '../../helpers/catalogue.ts';

test('every message can be said', () => {
  const { page, environment, definitions } = english;
  assertWhole(everyMessage({ page, environment, definitions }));
});
