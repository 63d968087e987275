import { test } from 'node:test';
import { chineseComparison } from '../../../src/report/messages/chinese-comparison.ts';
import { englishComparison } from '../../../src/report/messages/english-comparison.ts';
import { assertChinese, everyMessage } from '../../helpers/catalogue.ts';

test('every message tells what the English one tells, in Chinese', () => {
  assertChinese(everyMessage(chineseComparison), everyMessage(englishComparison));
});
