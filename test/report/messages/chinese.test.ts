import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chinese } from '../../../src/report/messages/chinese.ts';
import { english } from '../../../src/report/messages/english.ts';
import { assertChinese, everyMessage } from '../../helpers/catalogue.ts';

test('every message tells what the English one tells, in Chinese', () => {
  const part = ({ page, environment }: typeof english) => everyMessage({ page, environment });
  assertChinese(part(chinese), part(english));
  assert.equal(chinese.definitions.length, english.definitions.length);
});
