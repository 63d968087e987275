import { test } from 'node:test';
import { chineseMatrix } from '../../../src/report/messages/chinese-matrix.ts';
import { englishMatrix } from '../../../src/report/messages/english-matrix.ts';
import { assertChinese, everyMessage } from '../../helpers/catalogue.ts';

test('every message tells what the English one tells, in Chinese', () =>
  assertChinese(everyMessage(chineseMatrix), everyMessage(englishMatrix)));
