import { test } from 'node:test';
import { englishPlots } from '../../../src/report/messages/english-plots.ts';
import { assertWhole, everyMessage } from '../../helpers/catalogue.ts';

test('every message can be said', () => assertWhole(everyMessage(englishPlots)));
