import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnswerText } from '../../../src/chat/answers/answer-text.ts';
import { deltaTemplate } from '../../../src/chat/answers/delta-template.ts';
import { readAnswer } from '../../../src/chat/answers/read-answer.ts';
import { CHAT } from '../../../src/chat/apis/chat.ts';
import type { AnswerFigures } from '../../../src/model/completion.ts';
import { parseObject } from '../../../src/model/json.ts';
import { rawAnswer, readHttpFixture } from '../../helpers/http-fixture.ts';

const chunk = (content: string, more = '', index = 0): string =>
  `{"id":"x","choices":[{"index":${index},"delta":{"content":${JSON.stringify(content)}},"logprobs":null${more}}]}`;

function templateOf(data: string): ReturnType<typeof deltaTemplate> {
  const text = createAnswerText();
  const event = CHAT.readEvent(parseObject(data) ?? {}, text);
  if (text.additions() !== 1) return null;
  return deltaTemplate({ event: null, data, standard: true }, event, text.lastAdded());
}

const event = (data: string): Buffer => Buffer.from(`data: ${data}\n\n`);

test('an event that differs in its text alone is known, with the place of its text', () => {
  const template = templateOf(chunk(' sky'));
  for (const text of [' is', '"quoted" \\ back', '天空', ' ']) {
    const bytes = event(chunk(text));
    const found = template?.match(bytes, 0, bytes.length);
    assert.equal(found?.end, bytes.length, text);
    assert.equal(JSON.parse(`"${bytes.toString('utf8', found?.from, found?.to)}"`), text);
  }
});

test('events are read from the middle of a larger body, and never beyond its limit', () => {
  const template = templateOf(chunk(' sky'));
  const one = event(chunk(' is'));
  const body = Buffer.concat([Buffer.from('?'), one, one]).subarray(1);
  assert.equal(template?.match(body, 0, body.length)?.end, one.length);
  assert.equal(template?.match(body, one.length, body.length)?.end, 2 * one.length);
  assert.equal(template?.match(body, one.length, 2 * one.length - 1), null);
  assert.equal(template?.match(body, one.length, one.length + 3), null);
});

test('everything else is not', () => {
  const template = templateOf(chunk(' sky'));
  for (const bytes of [
    event(chunk('')),
    event(chunk(' is', ',"finish_reason":"stop"')),
    event(chunk(' is', '', 1)),
    event(chunk(' is')).subarray(0, -1),
    Buffer.from('data: [DONE]\n\n'),
    Buffer.from(event(chunk(' is')).toString().replace(' is', 'a","x":"b')),
    Buffer.from(event(chunk(' is')).toString().replace(' is', 'a\n\nb')),
  ]) {
    assert.equal(template?.match(bytes, 0, bytes.length), null, bytes.toString());
  }
});

test('no template is made of events in which more than a word varies', () => {
  for (const data of [
    chunk(' a', ',"finish_reason":"stop"'),
    chunk(''),
    '{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}',
    '{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}',
    '{"choices":[{"index":0,"delta":{"content":"a"},"token_ids":[1,2]}]}',
    '{"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a"}]}}]}',
    '{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"output_tokens":3,"prompt_tokens":1}}',
  ]) {
    assert.equal(templateOf(data), null, data);
  }
});

test('counters continue from event to event, and the tokens are those of each', () => {
  const withUsage = (text: string, tokens: number): string =>
    chunk(text).replace(
      /}$/,
      `,"usage":{"prompt_tokens":7,"total_tokens":${7 + tokens},"completion_tokens":${tokens}}}`,
    );
  const template = templateOf(withUsage(' sky', 9));
  const bytes = event(withUsage(' is', 10));
  const found = template?.match(bytes, 0, bytes.length);
  assert.deepEqual(found?.event.usage, { promptTokens: 7, completionTokens: 10, cachedTokens: null });
  assert.equal(found?.end, bytes.length);
  const endless = event(withUsage(' is', 10).replace('tokens":10', `tokens":${'9'.repeat(20)}`));
  assert.equal(template?.match(endless, 0, endless.length), null);
  const prompt = event(withUsage(' is', 10).replace('"prompt_tokens":7', '"prompt_tokens":8'));
  assert.equal(template?.match(prompt, 0, prompt.length), null);
});

/** The stream without templates: each event in a read of two pieces, so that the parser always has a rest. */
function plainly(path: string, whole: Buffer): AnswerFigures {
  const cut: Buffer[] = [];
  for (let at = 0; at < whole.length; ) {
    const next = whole.indexOf('\n\n', at + 3);
    const end = next === -1 ? whole.length : next + 3;
    cut.push(whole.subarray(at, end));
    at = end;
  }
  return readAnswer(path, rawAnswer({ status: 200, headers: [], chunks: cut }));
}

test("vLLM's own streams of every API mean the same with templates as parsed event by event, however they are cut", () => {
  for (const folder of ['vllm-0.32.0', 'vllm-0.32.0-rust']) {
    const files = readdirSync(new URL(`../../fixtures/${folder}/`, import.meta.url));
    for (const file of files.filter((name) => name.includes('stream'))) {
      const { chunks } = readHttpFixture(`${folder}/${file.replace('.http', '')}`);
      const whole = Buffer.concat(chunks);
      const path = pathOf(file);
      const {
        chunks: _plain,
        firstTokenUs: _first,
        firstVisibleUs: _v,
        lastTokenUs: _last,
        ...expected
      } = plainly(path, whole);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 20 }), (sizes) => {
          const cut: Uint8Array[] = [];
          for (let at = 0, i = 0; at < whole.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            cut.push(whole.subarray(at, at + size));
            at += size;
          }
          const {
            chunks: reads,
            firstTokenUs: _f,
            firstVisibleUs: _w,
            lastTokenUs: _l,
            ...figures
          } = readAnswer(path, rawAnswer({ status: 200, headers: [], chunks: cut }));
          assert.deepEqual(figures, expected, file);
          assert.equal(
            reads.kinds.reduce((all, kinds) => all | kinds, 0),
            _plain.kinds.reduce((all, kinds) => all | kinds, 0),
            file,
          );
        }),
        { numRuns: 10 },
      );
    }
  }
});

function pathOf(file: string): string {
  const name = ['completions', 'responses', 'messages'].find((word) => file.startsWith(word));
  return name === undefined ? '/v1/chat/completions' : `/v1/${name}`;
}
