import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Note } from '../../../../src/model/note.ts';
import { conclusionText, sessionConclusionText } from '../../../../src/report/messages/conclusions.ts';
import { reasonText } from '../../../../src/report/messages/invalid-reasons.ts';
import type { Language } from '../../../../src/report/messages/languages.ts';
import {
  defectText,
  invalidityText,
  noiseText,
  noteText,
} from '../../../../src/report/messages/notes/comparison-notes.ts';
import {
  cacheRefusalText,
  changeText,
  skipText,
} from '../../../../src/report/messages/notes/traffic-notes.ts';
import {
  SAMPLE_CACHE_REFUSALS,
  SAMPLE_CHANGES,
  SAMPLE_CONCLUSIONS,
  SAMPLE_DEFECTS,
  SAMPLE_INVALIDITIES,
  SAMPLE_NOISE,
  SAMPLE_NOTES,
  SAMPLE_REASONS,
  SAMPLE_SESSION_CONCLUSIONS,
  SAMPLE_SKIPS,
  type SampleFacts,
} from '../../../helpers/sample-notes.ts';

type Text = (language: Language) => string;

/** The texts of every kind of a family. */
function textsOf<Family extends object>(
  facts: SampleFacts<Family>,
  text: (note: Note<Family>, language: Language) => string,
): readonly (readonly [string, Text])[] {
  return Object.entries(facts).flatMap(([kind, all]) =>
    (all as readonly object[]).map((one): readonly [string, Text] => [
      kind,
      (language) => text({ kind, ...one } as Note<Family>, language),
    ]),
  );
}

/** Clauses, which others complete. */
const CLAUSES = [
  ...textsOf(SAMPLE_REASONS, reasonText),
  ...textsOf(SAMPLE_SKIPS, skipText),
  ...textsOf(SAMPLE_CHANGES, changeText),
  ...textsOf(SAMPLE_CACHE_REFUSALS, cacheRefusalText),
  ...textsOf(SAMPLE_INVALIDITIES, invalidityText),
  ...textsOf(SAMPLE_NOTES, noteText),
  ...textsOf(SAMPLE_DEFECTS, defectText),
  ...SAMPLE_NOISE.map((check) => ['noise', (language: Language) => noiseText(check, language)] as const),
];

const SENTENCES = [
  ...textsOf(SAMPLE_CONCLUSIONS, conclusionText),
  ...textsOf(SAMPLE_SESSION_CONCLUSIONS, sessionConclusionText),
];

/** Options, fields, counters and the server's own words, which are the same in every language. */
const NAMES =
  /--[a-z-]+( pinned| final| salt| reset| settings| cache)?|ulimit -n|\btokens?\b|\b\w+_\w+\b( 503 busy)?|\bstream\b|vllm:\w+|\busage\b|\/m\/\w+|\bother\b|open 3/g;

const numbersIn = (text: string): readonly string[] =>
  [...new Set(text.match(/\d[\d,.]*\d|\d/g) ?? [])].toSorted();

test('every kind of every family has a text in English', () => {
  for (const [kind, text] of [...CLAUSES, ...SENTENCES]) {
    assert.doesNotMatch(
      text('en'),
      /undefined|NaN|null|\[object| {2}|[\u4e00-\u9fff]|\b1 (run|pair|request|result|load)s\b/,
      `${kind}: ${text('en')}`,
    );
  }
});

test('the Chinese texts have the same figures, and marks of their own', () => {
  for (const [kind, text] of [...CLAUSES, ...SENTENCES]) {
    const said = text('zh');
    assert.match(said, /[\u4e00-\u9fff]/, kind);
    assert.doesNotMatch(
      said,
      /undefined|NaN|null|\[object| %|[\u4e00-\u9fff][,;!?]|[,;!?][\u4e00-\u9fff]/,
      said,
    );
    assert.doesNotMatch(said.replace(NAMES, ''), /[a-z]{4}/, said);
    const missing = numbersIn(text('en')).filter((number) => !said.includes(number));
    // Chinese counts things for which English has the singular.
    assert.deepEqual(missing, [], `${text('en')} | ${said}`);
  }
});

test('a conclusion is a whole sentence, a reason or a note a part of one', () => {
  for (const [kind, text] of SENTENCES) {
    assert.match(text('en'), /^[A-Zv].*\.$/s, kind);
    assert.match(text('zh'), /。$/, kind);
  }
  for (const [kind, text] of CLAUSES) assert.doesNotMatch(text('en'), /^[A-Z](?!PO|TFT|2EL)|\.$/, kind);
});

test('a kind of a later version is shown as it is stored', () => {
  const later = { kind: 'toString', figure: 7 } as unknown as Parameters<typeof reasonText>[0];
  assert.equal(reasonText(later, 'en'), '{"kind":"toString","figure":7}');
});

const said = (texts: readonly (readonly [string, Text])[], language: Language): string =>
  texts.map(([, text]) => text(language)).join('\n');

test('where runs are missing the advice is about what made them missing', () => {
  const [rejected, few, both] = SAMPLE_CONCLUSIONS.tooFewRuns.map((facts) =>
    conclusionText({ kind: 'tooFewRuns', ...facts }, 'en'),
  );
  assert.equal(
    rejected,
    'No verdict: 2x8 has 1 valid run of v1 and 2 of v2; 3 of each are needed. Fix the causes listed below, then replay again.',
  );
  assert.match(
    few ?? '',
    /3 of each are needed\. 1 other load has too few as well\. Replay both with --repeat 3 or more\.$/,
  );
  assert.match(
    both ?? '',
    /0 valid runs of v1 .*Fix the causes listed below, then replay both with --repeat 3 or more\.$/,
  );
});

test('the interval of a session goes the way its sentence goes', () => {
  const english = said(textsOf(SAMPLE_SESSION_CONCLUSIONS, sessionConclusionText), 'en').split('\n');
  assert.ok(
    english.includes(
      'v2 is 5 % faster per token (TPOT, 95 % interval 4.1 % to 5.9 %, 6 pairs, 20 connections).',
    ),
  );
  assert.ok(
    english.some((text) =>
      text.startsWith(
        'v2 is 5 % lower in throughput (served tokens/s, 95 % interval 4.1 % to 5.9 %, 6 pairs, open 3.2/s)',
      ),
    ),
  );
  // An open one goes neither way: faster has the minus sign.
  assert.ok(english.some((text) => /^No verdict: v2 may be .*interval −6\.5 % to 0\.6 %/.test(text)));
  const chinese = said(textsOf(SAMPLE_SESSION_CONCLUSIONS, sessionConclusionText), 'zh').split('\n');
  assert.ok(
    chinese.includes(
      'v2 比 v1 快：每个 token 的用时下降 5%（TPOT，95% 置信区间 4.1% 至 5.9%，6 对，20 个连接）。',
    ),
  );
});
