import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inLanguage } from '../../../src/report/messages/catalogue.ts';
import { comparison } from '../../../src/report/messages/comparison.ts';
import { environment } from '../../../src/report/messages/environment.ts';
import { LANGUAGES } from '../../../src/report/messages/languages.ts';
import { matrix } from '../../../src/report/messages/matrix.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { page } from '../../../src/report/messages/page.ts';
import { plots } from '../../../src/report/messages/plots.ts';
import { tools } from '../../../src/report/messages/tools.ts';
import { traffic } from '../../../src/report/messages/traffic.ts';
import { assertChinese, assertWhole, everyMessage } from '../../helpers/catalogue.ts';

const { comma: _, clause: _c, semicolon: _s, colon: _o, sentence: _e, ...around } = page;
const { goodput: _goodput, ...belowMatrix } = matrix;
const LABELS = { ...around, comparison, environment, matrix: belowMatrix, plots, tools, traffic };

/** Names that are the same in every language. */
const INTERNATIONAL = /^(p\d+|E2EL|TTFT|TPOT|ITL|GPU|(E2EL|TTFT|TPOT|ITL) p\d+|[\d ×]+)$/;

test('languages are called by their tags, which pages carry for screen readers', () => {
  assert.deepEqual(Intl.getCanonicalLocales([...LANGUAGES]), [...LANGUAGES]);
  assert.deepEqual(
    LANGUAGES.map((language) => messagesOf(language).language),
    [...LANGUAGES],
  );
});

test('every label can be said in English', () => {
  const english = everyMessage(inLanguage(LABELS, 'en'));
  assert.ok(english.length > 250);
  assertWhole(english);
  for (const [path, text] of english) {
    assert.doesNotMatch(text, /[\u4e00-\u9fff]/, path);
    assert.ok(text !== '', path);
  }
});

test('every label is Chinese, and has the parameters of the English one', () => {
  const chinese = everyMessage(inLanguage(LABELS, 'zh'));
  assertChinese(chinese, everyMessage(inLanguage(LABELS, 'en')));
  for (const [path, text] of chinese) {
    assert.ok(/[\u4e00-\u9fff，。：（]/.test(text) || INTERNATIONAL.test(text), `${path}: ${text}`);
  }
});

test('the limits of goodput: only those that were asked for, without digits that they do not need', () => {
  const slo = { ttftMs: null, tpotMs: 50, e2elMs: 1_500 };
  assert.equal(
    messagesOf('en').matrix.goodput(slo),
    'Goodput is the share of requests with TPOT up to 50 ms, E2EL up to 1.5 s; errors count as bad.',
  );
  assert.match(messagesOf('zh').matrix.goodput(slo), /TPOT 不超过 50 ms、E2EL 不超过 1\.5 s/);
});
