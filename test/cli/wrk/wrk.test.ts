import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTape } from '../../../src/store/tape-reader.ts';
import { startLocalServer, unusedUrl } from '../../helpers/local-server.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const bodies: string[] = [];
const ANSWER = '{"object":"chat.completion","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}';

const server = await startLocalServer(async (request, response) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  if (request.method === 'POST') bodies.push(Buffer.concat(pieces).toString());
  if (request.url === '/never') return;
  response.setHeader('content-type', 'application/json');
  setTimeout(() => response.end(ANSWER), 10);
});
after(() => server.close());
const url = new URL('/v1/chat/completions', server.url).href;

function script(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  return file;
}

const wrk = (...args: readonly string[]) => runCli(['wrk', ...args], { cwd: folder });

const BODY = `{"model":"m","messages":[{"role":"user","content":"' .. n .. '"}]}`;

test('a script runs as under wrk: block first, then what done() prints and our figures; the tape keeps the run', async () => {
  const file = script(
    'post.lua',
    `local n = 0
     function init(args) words = args[1] end
     function request() n = n + 1 return wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, '${BODY}') end
     function done(summary, latency, requests)
       io.write(("%d of %s, %d\\n"):format(summary.requests, words or "main", latency:percentile(100)))
     end`,
  );
  const { code, stdout, stderr } = await wrk(
    '-t2',
    '-c4',
    '-d1s',
    '-T',
    '5s',
    '-L',
    '-s',
    file,
    '-o',
    'a.sqlite',
    '--label',
    'x',
    url,
    '--',
    'w',
  );
  assert.equal(code, 0, stderr);
  const requests = /(\d+) requests in \d+\.\d\ds/.exec(stdout)?.[1];
  assert.match(
    stdout,
    new RegExp(`^Running 1s test @ ${url}\n  2 threads and 4 connections\n  Thread Stats`),
  );
  assert.match(stdout, /Latency Distribution\n {5}50%/);
  assert.match(stdout, new RegExp(`Transfer/sec: .*\n${requests} of main, 0\n\nTests\n-----\nx: http`));
  assert.match(stdout, /\nFindings\n-+\n[✓*!] /);
  const tape = openTape(join(folder, 'a.sqlite'));
  const [run] = tape.runs();
  assert.equal(tape.resultCount(run?.id ?? 0), Number(requests));
  assert.equal(run?.settings.load.kind === 'closed' && run.settings.load.semantics, 'wrk');
  const [first] = tape.exchanges();
  assert.deepEqual(
    [first?.outcome, first?.model, first?.requestHeaders],
    ['unknown', 'm', ['Content-Type', 'application/json']],
  );
  tape.close();
  const block = (await runCli(['report', 'a.sqlite', '--format', 'wrk'], { cwd: folder })).stdout;
  assert.ok(stdout.startsWith(block.split('Requests/sec')[0] ?? '-'));
});

test('response(), delay() and the clock are asked while the run is on, and a second run is added to the tape', async () => {
  bodies.length = 0;
  const file = script(
    'live.lua',
    `local n, last = 0, "none"
     function delay() return 5 end
     function request() n = last return wrk.format("POST", nil, nil, '${BODY}') end
     function response(status, headers, body) last = status .. headers["content-type"] .. body:match('"object":"(%S-)"') end`,
  );
  for (const label of ['one', 'two']) {
    const { code, stderr } = await wrk(
      '-t1',
      '-c1',
      '-d1s',
      '-s',
      file,
      '-o',
      'live.sqlite',
      '--label',
      label,
      url,
    );
    assert.equal(code, 0, stderr);
  }
  assert.match(bodies[0] ?? '', /"none"/);
  assert.match(bodies[1] ?? '', /"200application\/jsonchat.completion"/);
  const tape = openTape(join(folder, 'live.sqlite'));
  const [one, two] = tape.runs();
  assert.equal(one?.settings.plan.fingerprint, two?.settings.plan.fingerprint);
  assert.deepEqual(new Set([...tape.results(two?.id ?? 0)].map(({ result }) => result.exchangeId)).size, 2);
  tape.close();
});

test('a script that cannot run ends with one sentence and exit code 1, and no tape', async () => {
  const file = script('bad.lua', 'io.stderr:write("\\27[2Jred\\n") io.popen("ls")');
  const { code, stdout, stderr } = await wrk('-c2', '-d1s', '-s', file, '-o', 'bad.sqlite', url);
  assert.match(
    stderr,
    /^\\u001b\[2Jred\nreprise: \S+bad\.lua: .*io\.popen is not available .*: run this script with wrk itself\n$/,
  );
  assert.deepEqual([code, stdout, existsSync(join(folder, 'bad.sqlite'))], [1, '', false]);
  const gone = (await unusedUrl()).href;
  const refused = await wrk('-c2', '-d1s', '-o', 'gone.sqlite', gone);
  assert.match(
    refused.stderr,
    /^reprise: unable to connect to \S+ \(refused\): start the server or check the URL\n$/,
  );
  assert.deepEqual([refused.code, refused.stdout, existsSync(join(folder, 'gone.sqlite'))], [1, '', false]);
});

test('an error and no answer at all end a run with a sentence; os.exit() ends it with its code and no block', async () => {
  const timed =
    'local n = 0 function request() n = n + 1 os.time() if n > 3 then X end return wrk.format("POST") end';
  const silent = wrk('-c2', '-d1s', '-o', 'silent.sqlite', new URL('/never', server.url).href);
  const [failed, exit] = await Promise.all(
    Object.entries({ failed: 'error("no more")', exit: 'os.exit(7)' }).map(([name, what]) => {
      const file = script(`${name}.lua`, timed.replace('X', what));
      return wrk('-c2', '-d20s', '-s', file, '-o', `${name}.sqlite`, url);
    }),
  );
  assert.equal(failed?.code, 1);
  assert.match(
    failed?.stderr ?? '',
    /^reprise: request\(\) fails: \S+failed\.lua:1: no more: mend the script$/m,
  );
  assert.equal(exit?.code, 7);
  assert.doesNotMatch(exit?.stdout ?? '', /Thread Stats/);
  const { code, stdout, stderr } = await silent;
  assert.equal(code, 4);
  assert.match(stdout, /\n {2}0 requests in \d\.\d\ds, 0\.00B read\n/);
  assert.match(stdout, /no request was answered before sending ended: give a longer --duration/);
  assert.match(stderr, /^reprise: no request was answered: give a longer --duration, or see the findings$/m);
});

test('a script becomes a tape by import, with its words', async () => {
  const file = script(
    'words.lua',
    `local n, words
     function init(args) words, n = args, 0 end
     function request() n = n % #words + 1 return wrk.format("POST", nil, nil, '{"model":"m","prompt":"' .. words[n] .. '"}') end`,
  );
  const { code, stderr } = await runCli(['import', file, '--out', 'words.sqlite', '--', 'a', '-b', 'c'], {
    cwd: folder,
  });
  assert.equal(code, 0, stderr);
  const tape = openTape(join(folder, 'words.sqlite'));
  const prompts = [...tape.exchanges()].map(({ path, requestBodyId }) => [
    path,
    Buffer.from(tape.body(requestBodyId ?? 0) ?? []).toString(),
  ]);
  tape.close();
  // One request more was asked for before the first is sent.
  assert.deepEqual(
    prompts,
    ['-b', 'c', 'a'].map((word) => ['/v1/completions', `{"model":"m","prompt":"${word}"}`]),
  );
});
