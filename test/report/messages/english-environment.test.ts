import { test } from 'node:test';
import { englishEnvironment } from '../../../src/report/messages/english-environment.ts';
import { assertWhole, everyMessage } from '../../helpers/catalogue.ts';

test('every message can be said', () => assertWhole(everyMessage(englishEnvironment)));
