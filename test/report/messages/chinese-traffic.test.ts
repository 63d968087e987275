import { test } from 'node:test';
import { chineseTraffic } from '../../../src/report/messages/chinese-traffic.ts';
import { englishTraffic } from '../../../src/report/messages/english-traffic.ts';
import { assertChinese, everyMessage } from '../../helpers/catalogue.ts';

test('every message tells what the English one tells, in Chinese', () =>
  assertChinese(everyMessage(chineseTraffic), everyMessage(englishTraffic)));
