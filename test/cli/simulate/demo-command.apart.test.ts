import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { killCommands, runCommand, serveCommand } from '../../../src/cli/simulate/demo-command.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { eventually, httpCall } from '../../helpers/http-call.ts';
import { CLI_ENTRY, runCli, startCli } from '../../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('the quick demo takes the whole route through the commands that a user types', async () => {
  const path = join(folder, 'demo.sqlite');
  const { code, stdout, stderr } = await runCli(['demo', '--quick', '--out', path], {});
  assert.equal(code, 0, stderr);
  for (const command of ['simulate', 'record', 'inspect', 'replay', 'compare']) {
    assert.match(stderr, new RegExp(`^\\$ reprise ${command} `, 'm'));
  }
  assert.equal(stdout.match(/^load +req\/s +tok\/s/gm)?.length, 2, 'two matrices');
  assert.match(stdout, /^. after against before: /m);
  assert.match(stdout, /reprise record --upstream http:\/\/YOUR-VLLM:8000/);
  const tape = openTape(path);
  assert.deepEqual(new Set([...tape.exchanges()].map(({ outcome }) => outcome)), new Set(['ok']));
  assert.equal(tape.exchangeCount(), 28);
  // Runs that this machine spoiled are made again, up to half as many.
  const made = tape.runs().length;
  assert.ok(made >= 12 && made <= 18, `${made} runs`);
  for (const { end, id } of tape.runs()) {
    assert.ok(end !== null, `run ${id} ended`);
    assert.equal(tape.resultCount(id), 24);
  }
  tape.close();
});

test('Ctrl-C ends the demo and all it started', async () => {
  const demo = startCli(['demo', '--quick', '--out', join(folder, 'stopped.sqlite')]);
  await demo.says(/sending it real HTTP traffic/);
  const children = /--upstream (\S+)/.exec(demo.stderr())?.[1] ?? '';
  demo.interrupt();
  assert.equal((await demo.ended).code, 130);
  await eventually(() =>
    fetch(`${children}/health`).then(
      () => false,
      () => true,
    ),
  );
});

test('a tape that is there already is not overwritten when it was named', async () => {
  const { code, stderr } = await runCli(['demo', '--quick', '--out', join(folder, 'demo.sqlite')], {});
  assert.equal(code, 1);
  assert.match(stderr, /demo\.sqlite exists already/);
});

before(() => {
  // A child is started by the same script as its parent.
  process.argv[1] = CLI_ENTRY;
});

test('a command runs to its end and gives its exit code', async () => {
  const out = join(folder, 'report.md');
  assert.equal(await runCommand(['report', SAMPLE_TAPE, '--format', 'markdown', '--out', out]), 0);
});

test('a serving command reports its address, and stops on request', async () => {
  const server = await serveCommand(['simulate', '--listen', '127.0.0.1:0']);
  assert.equal((await httpCall(new URL('/health', server.url))).status, 200);
  await server.stop();
  await assert.rejects(httpCall(new URL('/health', server.url)));
});

test('one that ends instead is an error with its last words', async () => {
  await assert.rejects(
    serveCommand(['simulate', '--profile', 'none']),
    /simulate --profile none ended: .*none/,
  );
});

test('the rest is killed together', async () => {
  const server = await serveCommand(['simulate', '--listen', '127.0.0.1:0']);
  const ended = server.stop();
  killCommands();
  await ended;
});
