import { test } from 'node:test';
import { chineseEnvironment } from '../../../src/report/messages/chinese-environment.ts';
import { englishEnvironment } from '../../../src/report/messages/english-environment.ts';
import { assertChinese, everyMessage } from '../../helpers/catalogue.ts';

test('every message tells what the English one tells, in Chinese', () =>
  assertChinese(everyMessage(chineseEnvironment), everyMessage(englishEnvironment)));
