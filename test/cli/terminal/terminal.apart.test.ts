import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { divertStderr } from '../../../src/cli/terminal/stderr.ts';
import {
  createLog,
  keepLines,
  listenForStop,
  say,
  showProgress,
} from '../../../src/cli/terminal/terminal.ts';

/** Gathers what is written to stderr while the test runs. */
function divert(t: TestContext, written: string[]): void {
  divertStderr((bytes) => {
    written.push(`${bytes}`);
    return bytes.length;
  });
  t.after(() => divertStderr(null));
}

/** Runs code that has terminal.ts at hand; gives what came out. */
async function run(
  code: string,
  readStdout = true,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const module = JSON.stringify(new URL('../../../src/cli/terminal/terminal.ts', import.meta.url).href);
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { printData, say } from ${module}; process.stdout.on('error', () => {}); ${code}`,
  ]);
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  if (readStdout)
    child.stdout.on('data', (text) => {
      stdout += text;
    });
  else child.stdout.destroy();
  const [exitCode] = await once(child, 'close');
  return { code: exitCode, stdout, stderr };
}

test('data is handed over whole before the promise resolves, also through a slow pipe', async () => {
  const end = await run("await printData('x'.repeat(1_000_000)); process.exit(0);");
  assert.deepEqual([end.code, end.stdout.length, end.stderr], [0, 1_000_000, '']);
});

test('a reader that has closed its end is not an error', async () => {
  const end = await run("await printData('x'.repeat(1_000_000)); process.exit(7);", false);
  assert.deepEqual([end.code, end.stderr], [7, '']);
});

test('messages go to stderr with the program’s name', async () => {
  assert.deepEqual(await run("say('it is so');"), { code: 0, stdout: '', stderr: 'reprise: it is so\n' });
});

/** Shows `text` while `during` runs; gives what was written to stderr, which is a terminal of so many columns or none. */
function shown(
  t: TestContext,
  columns: number | null,
  text: Parameters<typeof showProgress>[0],
  during: (tick: (ms: number) => void) => void,
): string[] {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const written: string[] = [];
  divert(t, written);
  const { isTTY, columns: width } = process.stderr;
  try {
    process.stderr.isTTY = columns !== null;
    process.stderr.columns = columns ?? width;
    const display = showProgress(text);
    during((ms) => t.mock.timers.tick(ms));
    display.stop();
    t.mock.timers.tick(20_000);
  } finally {
    Object.assign(process.stderr, { isTTY, columns: width });
  }
  return written;
}

test('on a terminal the block is drawn in place, cut to its width, and gone at the end', (t) => {
  let asked = 0;
  const text = () => ({ line: 'no', block: [`title ${++asked}`, 'a line that is too long'] });
  const written = shown(t, 12, text, (tick) => tick(450));
  assert.deepEqual(written, [
    'title 1\na line that',
    '\r\x1b[1A\x1b[Jtitle 2\na line that',
    '\r\x1b[1A\x1b[J',
  ]);
});

test('messages appear above the block, which is drawn again below', (t) => {
  const written = shown(
    t,
    80,
    () => ({ line: 'no', block: ['title'] }),
    (tick) => {
      tick(200);
      say('it is so');
      tick(200);
    },
  );
  assert.deepEqual(written, ['title', '\r\x1b[Jreprise: it is so\n', 'title', '\r\x1b[J']);
});

test('elsewhere it is a line every five seconds', (t) => {
  let asked = 0;
  const text = () => ({ line: `line ${++asked}`, block: ['no'] });
  assert.deepEqual(
    shown(t, null, text, (tick) => tick(10_000)),
    ['line 1\n', 'line 2\n'],
  );
});

test('the names of a tape steer no terminal, in a block, in lines that stay, and in a log', (t) => {
  // C1 is no control character for JSON, which writes it as it is.
  const evil = 'a\x9b2Jb\x1b[2Jc';
  const text = () => ({ line: evil, block: [evil] });
  const written = shown(t, 80, text, (tick) => tick(200)).slice(0, 1);
  t.mock.timers.reset();
  written.push(...shown(t, null, text, (tick) => tick(5_000)));
  t.mock.timers.reset();
  divert(t, written);
  keepLines([evil]);
  createLog(true).info(evil);
  const visible = 'a\\u009b2Jb\\u001b[2Jc';
  assert.deepEqual(written.slice(0, 3), [visible, `${visible}\n`, `${visible}\n`]);
  assert.ok(written[3]?.includes(`"message":"${visible}"`), written[3]);
});

test('the first signal asks to stop and says so, after dispose the process is as before', () => {
  const told: string[] = [];
  const before = process.listenerCount('SIGINT');
  const stop = listenForStop((sentence) => told.push(sentence));
  assert.equal(stop.signal.aborted, false);
  process.emit('SIGINT');
  assert.equal(stop.signal.aborted, true);
  assert.match(told.join(), /keeping what was done; press Ctrl-C again/);
  stop.dispose();
  assert.equal(process.listenerCount('SIGINT'), before);
});

test('the second signal ends the process at once with 130, whatever it waits for', async () => {
  const source = `
    import { listenForStop } from ${JSON.stringify(new URL('../../../src/cli/terminal/terminal.ts', import.meta.url).href)};
    listenForStop(() => process.stdout.write('stopping'));
    setInterval(() => {}, 1e6);
    process.stdout.write('ready');`;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', source]);
    await once(child.stdout, 'data');
    child.kill(name);
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    assert.equal(`${text}`, 'stopping');
    child.kill(name);
    const [code] = await once(child, 'exit');
    assert.equal(code, 130);
  }
});

test('as text: our sentences; as JSON: one object a line with its level and fields', (t) => {
  const written: string[] = [];
  divert(t, written);
  createLog(false).warn('it is "so"', { n: 1 });
  const json = createLog(true);
  json.info('it is "so"', { n: 1 });
  json.warn('no');
  assert.equal(written.shift(), 'reprise: it is "so"\n');
  const [info, warn] = written.map((line) => JSON.parse(line));
  assert.deepEqual({ ...info, time: null }, { time: null, level: 'info', message: 'it is "so"', n: 1 });
  assert.ok(Math.abs(Date.parse(info.time) - Date.now()) < 10_000);
  assert.deepEqual([warn.level, warn.message], ['warn', 'no']);
});

test('the status is logged every ten seconds until it is stopped', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const written: string[] = [];
  divert(t, written);
  const stop = createLog(true).progress(() => ({ line: 'x', block: ['x'], fields: { inFlight: 2 } }));
  t.mock.timers.tick(20_000);
  stop();
  t.mock.timers.tick(20_000);
  assert.deepEqual(
    written.map((line) => [JSON.parse(line).message, JSON.parse(line).inFlight]),
    [
      ['status', 2],
      ['status', 2],
    ],
  );
});

test('what could steer the terminal is shown as its code, in data and in talk; JSON stays the same JSON', async () => {
  const evil = '\x1b[2J\x9b31m\u202eab\u2066\r\x07\tc\n';
  const shown = '\\u001b[2J\\u009b31m\\u202eab\\u2066\\u000d\\u0007\tc\n';
  const code = `const evil = ${JSON.stringify(evil)}; say(evil); await printData(evil); await printData(JSON.stringify({ evil }));`;
  const { stdout, stderr } = await run(code);
  const [first, json] = [stdout.slice(0, shown.length), stdout.slice(shown.length)];
  assert.deepEqual([first, stderr], [shown, `reprise: ${shown}\n`]);
  assert.match(json, /^[\x20-\x7e]+$/);
  assert.deepEqual(JSON.parse(json), { evil });
});
