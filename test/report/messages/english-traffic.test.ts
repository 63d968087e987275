import { test } from 'node:test';
import { englishTraffic } from '../../../src/report/messages/english-traffic.ts';
import { assertWhole, everyMessage } from '../../helpers/catalogue.ts';

test('every message can be said', () => assertWhole(everyMessage(englishTraffic)));
