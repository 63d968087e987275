import { test } from 'node:test';
import { chinesePlots } from '../../../src/report/messages/chinese-plots.ts';
import { englishPlots } from '../../../src/report/messages/english-plots.ts';
import { assertChinese, everyMessage } from '../../helpers/catalogue.ts';

test('every message tells what the English one tells, in Chinese', () =>
  assertChinese(everyMessage(chinesePlots), everyMessage(englishPlots)));
