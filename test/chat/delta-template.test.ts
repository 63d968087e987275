import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnswerStream } from '../../src/chat/answer-stream.ts';
import { createAnswerText } from '../../src/chat/answer-text.ts';
import { CHAT } from '../../src/chat/apis/chat.ts';
import { deltaTemplate } from '../../src/chat/delta-template.ts';
import { createSseParser } from '../../src/chat/sse.ts';
import { CHUNK } from '../../src/model/chunk-times.ts';
import { parseObject } from '../../src/model/json.ts';
import { readHttpFixture } from '../helpers/http-fixture.ts';

const chunk = (content: string, more = '', index = 0): string =>
  `{"id":"x","choices":[{"index":${index},"delta":{"content":${JSON.stringify(content)}},"logprobs":null${more}}]}`;

function templateOf(data: string): ReturnType<typeof deltaTemplate> {
  return deltaTemplate(data, CHAT.readEvent(parseObject(data) ?? {}, createAnswerText()));
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
    '{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"completion_tokens":3,"prompt_tokens":1}}',
  ]) {
    assert.equal(templateOf(data), null, data);
  }
});

/** The kinds of each read of a stream, every event of it parsed. */
function kindsPlainly(chunks: readonly Uint8Array[]): number[] {
  const parser = createSseParser();
  return chunks.map((bytes) =>
    parser.push(bytes).reduce((kinds, { data }) => {
      const document = parseObject(data);
      if (document === null) return kinds | CHUNK.done;
      const isError = document.error !== undefined;
      return kinds | (isError ? CHUNK.error : CHAT.readEvent(document, createAnswerText()).kinds);
    }, 0),
  );
}

test("vLLM's own streams mean the same with templates as parsed event by event, however they are cut", () => {
  for (const folder of ['vllm-0.32.0', 'vllm-0.32.0-rust']) {
    const path = new URL(`../fixtures/${folder}/`, import.meta.url);
    for (const file of readdirSync(path).filter((name) => /^(?:chat-)?stream/.test(name))) {
      const { chunks } = readHttpFixture(`${folder}/${file.replace('.http', '')}`);
      const whole = Buffer.concat(chunks);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 20 }), (sizes) => {
          const cut: Uint8Array[] = [];
          for (let at = 0, i = 0; at < whole.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            cut.push(whole.subarray(at, at + size));
            at += size;
          }
          const stream = createAnswerStream(CHAT);
          for (const bytes of cut) stream.push(bytes, 0);
          assert.deepEqual([...stream.state().chunks.kinds], kindsPlainly(cut), file);
        }),
        { numRuns: 10 },
      );
    }
  }
});
