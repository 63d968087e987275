import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { CLI_HOST, type CliEnd } from '../helpers/run-cli.ts';
import { answerFigures, CAPTURE, exchangeEnd, exchangeStart, REQUEST } from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** Tapes that are sound but made to cost time and memory: tens of kilobytes that grow to megabytes of brackets. */

const folder = tempFolder();
const ASKED = '{"role":"user","content":"x"}';

interface Craft {
  /** Of the n-th request. */
  readonly body: (n: number) => string;
  readonly answer?: string;
  readonly requests: number;
  readonly sessionKey?: string | null;
  readonly messages?: number;
  /** The command that refuses it: its export, where its bodies are no JSON that anybody could read. */
  readonly refused?: 'replay' | 'none' | 'all';
}

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const chat = (content: string, more = ''): string =>
  `{"model":"m","stream":true,"messages":[{"role":"user","content":${content}}]${more}}`;

const CRAFTED: Readonly<Record<string, Craft>> = {
  'a member nested two million deep': { body: () => chat('"x"', `,"x":${nested(2_000_000)}`), requests: 1 },
  'a message nested two million deep': { body: () => chat(nested(2_000_000)), requests: 1 },
  'tools nested beyond what a stack takes': {
    body: () => chat('"x"', `,"tools":${nested(20_000)}`),
    requests: 1,
  },
  'a million objects': { body: () => chat('"x"', `,"x":[${'{},'.repeat(1_000_000)}0]`), requests: 1 },
  'a hundred thousand messages': {
    body: () =>
      `{"model":"m","messages":[${`${ASKED},{"role":"assistant","content":"y"},`.repeat(50_000)}${ASKED}]}`,
    requests: 1,
  },
  'one session of two billion messages': {
    body: (n) => chat(`"${n}"`),
    requests: 2_000,
    sessionKey: 's',
    messages: 2 ** 31,
    refused: 'none',
  },
  'an answer of two million objects in many rows': {
    body: (n) => chat(`"${n}"`),
    answer: `{"choices":[{"message":{"content":"x"}}],"x":[${'{},'.repeat(1_900_000)}0]}`,
    requests: 60,
  },
  'a stream of a million events in many rows': {
    body: (n) => chat(`"${n}"`),
    answer: 'data:{}\n\n'.repeat(800_000),
    requests: 2,
    refused: 'none',
  },
  'brackets that are read again and again': {
    body: () => chat('"x"', `,"x":[${'[],'.repeat(60_000)}0]`),
    requests: 3_000,
    refused: 'all',
  },
  'one long prompt in many rows': {
    body: () => chat(`"${'a'.repeat(4_000_000)}"`),
    requests: 30,
    refused: 'replay',
  },
};

/** The heap that all commands may take, MB: honest tapes take less than half of it. */
const HEAP_MB = 110;

const READINGS = [
  ['inspect', 'TAPE', '--json'],
  ['replay', 'TAPE', '--target', 'http://127.0.0.1:1', '--dry-run', '--connections', '10'],
  ['export', 'TAPE', '--format', 'sharegpt', '--out', 'FILE', '--force'],
] as const;

function craft(path: string, { body, answer, requests, sessionKey = null, messages = 1 }: Craft): void {
  const writer = openTapeWriter(path, 'create');
  writer.begin();
  const captureId = writer.beginCapture(CAPTURE);
  for (let n = 1; n <= requests; n += 1) {
    writer.startExchange(captureId, exchangeStart(n));
    const { answer: usual, ...sent } = exchangeEnd(n, n * 1_000, body(n));
    const given = answer === undefined ? {} : { body: Buffer.from(answer), headers: [] };
    const end = { ...sent, answer: { ...usual, ...given } };
    // Other lengths of answers: a replay that pins them would hold the prompt once for each.
    const figures = answerFigures(end.answer, { completionTokens: n });
    writer.endExchange(captureId, end, { ...REQUEST, sessionKey, messages }, figures);
  }
  writer.endCapture(captureId, CAPTURE.startedAtMs + 2_000, {});
  writer.commit();
  writer.close();
}

const host = fork(CLI_HOST, {
  execArgv: [`--max-old-space-size=${HEAP_MB}`],
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
after(() => host.kill());

const died = once(host, 'exit');

async function read(args: readonly string[]): Promise<CliEnd> {
  host.send(args);
  const [end] = await Promise.race([once(host, 'message'), died]);
  assert.ok(typeof end === 'object' && end !== null, `${args[0]} took too much memory`);
  return end as CliEnd;
}

for (const [name, one] of Object.entries(CRAFTED)) {
  test(`a tape with ${name} is read in little memory, or refused in one sentence`, async () => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.sqlite`);
    craft(path, one);
    for (const words of READINGS) {
      const args = words.map((word) => (word === 'TAPE' ? path : word === 'FILE' ? `${path}.out` : word));
      const { code, stderr } = await read(args);
      const { refused = 'export' } = one;
      const isRefused = refused === words[0] || (refused === 'all' && words[0] !== 'inspect');
      assert.equal(code, isRefused ? 1 : 0, `${words[0]}: ${stderr}`);
      if (code === 1) assert.match(stderr, /^reprise: [^\n]+\n$/);
    }
  });
}
