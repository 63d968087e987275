import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mock, test } from 'node:test';
import { say, showProgress } from '../../src/cli/terminal.ts';

/** Runs code that has terminal.ts at hand; gives what came out. */
async function run(
  code: string,
  readStdout = true,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const module = JSON.stringify(new URL('../../src/cli/terminal.ts', import.meta.url).href);
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

test('a reader that has closed its end is no fault', async () => {
  const end = await run("await printData('x'.repeat(1_000_000)); process.exit(7);", false);
  assert.deepEqual([end.code, end.stderr], [7, '']);
});

test('talk goes to stderr under our name', async () => {
  assert.deepEqual(await run("say('it is so');"), { code: 0, stdout: '', stderr: 'reprise: it is so\n' });
});

test('progress is written in place on a terminal and as rare lines elsewhere', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const written: string[] = [];
  t.mock.method(process.stderr, 'write', (text: string) => written.push(text) > 0);
  const wasTty = process.stderr.isTTY;
  let asked = 0;
  const text = (): string => `line ${++asked}`;
  try {
    process.stderr.isTTY = true;
    const inPlace = showProgress(text);
    t.mock.timers.tick(450);
    inPlace.stop();
    t.mock.timers.tick(450);
    assert.deepEqual(written.splice(0), ['\r\x1b[2Kline 1', '\r\x1b[2Kline 2', '\r\x1b[2K']);

    process.stderr.isTTY = false;
    const lines = showProgress(text);
    t.mock.timers.tick(10_000);
    lines.stop();
    assert.deepEqual(written.splice(0), ['line 3\n', 'line 4\n']);
    say('done');
    assert.deepEqual(written, ['reprise: done\n']);
  } finally {
    process.stderr.isTTY = wasTty;
    mock.restoreAll();
  }
});
