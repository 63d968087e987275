import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TextRequest } from '../../../src/formats/wrk/http-text.ts';
import type { ScriptSpec } from '../../../src/formats/wrk/script-protocol.ts';
import { type ScriptThread, startScript } from '../../../src/formats/wrk/script-thread.ts';
import { WRK_MISSING } from '../../helpers/real-wrk.ts';
import { type ScriptExpectation, type SentRequest, sentRequest, sentTo } from '../../helpers/wrk-sink.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/wrk/', import.meta.url));
const EXPECTED = Object.entries(
  JSON.parse(readFileSync(`${FOLDER}expect.json`, 'utf8')) as Record<string, ScriptExpectation>,
);
const SENT_EACH = 4;

/** What depends on when it is sent. */
function timeless(sent: readonly (readonly SentRequest[])[]): readonly string[] {
  return sent
    .map((requests) =>
      JSON.stringify(requests)
        .replace(/at \d{13}/g, 'at NOW')
        .replace(/\d{4}-\d\d-\d\dT\d\d/g, 'HOUR'),
    )
    .sort();
}

function specOf(name: string, expected: ScriptExpectation): ScriptSpec {
  return {
    script: { file: `${FOLDER}${name}`, source: readFileSync(`${FOLDER}${name}`) },
    url: {
      text: 'http://127.0.0.1:9/v1/chat/completions',
      scheme: 'http',
      host: '127.0.0.1',
      port: '9',
      path: '/v1/chat/completions',
    },
    headers: [],
    args: expected.arguments,
    threads: expected.threads,
    environment: expected.environment,
    folder: FOLDER,
  };
}

/** The first requests of one connection for each thread, as a run would send them. */
async function firstRequests(
  script: ScriptThread,
  expected: ScriptExpectation,
  name: string,
): Promise<readonly (readonly TextRequest[])[]> {
  const { functions } = await script.open(specOf(name, expected));
  const prepared = await script.prepare({ calls: 100, bytes: 1e6, ms: 1e3 });
  const threads = Array.from({ length: expected.threads }, async (_, thread) => {
    const sent: TextRequest[] = [];
    for (let i = 0; sent.length < SENT_EACH; i++) {
      const sequence = prepared?.sequences[thread] ?? [];
      if (prepared !== null) {
        sent.push(...(sequence[i % sequence.length] ?? []).flatMap((n) => prepared.requests[n] ?? []));
        continue;
      }
      sent.push(...((await script.next(thread))?.requests ?? []));
      if (!functions.includes('response')) continue;
      const headers = ['content-type', 'application/json'];
      await script.response(thread, 200, headers, Buffer.from('{"object": "chat.completion"}'));
    }
    return sent.slice(0, SENT_EACH);
  });
  return Promise.all(threads);
}

for (const [name, expected] of EXPECTED) {
  test(`${name}: the requests are stock wrk's, byte for byte`, async () => {
    const script = startScript(name, {
      printed: () => undefined,
      exited: () => undefined,
      wrote: () => undefined,
    });
    try {
      const perThread = await firstRequests(script, expected, name);
      const sent = perThread.map((requests) =>
        requests.map(({ method, path, headers, body }) => sentRequest(`${method} ${path}`, headers, body)),
      );
      assert.deepEqual(timeless(sent), timeless(expected.sent));
    } finally {
      await script.close();
    }
  });
}

test('what is expected is what the wrk of this machine sends', { skip: WRK_MISSING }, async () => {
  const sent = await Promise.all(
    EXPECTED.map(([name, { threads, connections, arguments: words, environment, sent }]) =>
      sentTo(
        (url) => [
          'wrk',
          `-t${threads}`,
          `-c${connections}`,
          '-d60s',
          '-s',
          `${FOLDER}${name}`,
          url,
          '--',
          ...words,
        ],
        { ...process.env, ...environment },
        sent.flat().length,
      ),
    ),
  );
  EXPECTED.forEach(([name, expected], i) => {
    assert.deepEqual(timeless(sent[i] ?? []), timeless(expected.sent), name);
  });
});
