import { test } from 'node:test';
import { englishMatrix } from '../../../src/report/messages/english-matrix.ts';
import { assertWhole, everyMessage } from '../../helpers/catalogue.ts';

test('every message can be said', () => assertWhole(everyMessage(englishMatrix)));
