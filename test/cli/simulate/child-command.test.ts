import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { killCommands, runCommand, serveCommand } from '../../../src/cli/simulate/child-command.ts';
import { httpCall } from '../../helpers/http-call.ts';
import { CLI_ENTRY } from '../../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

before(() => {
  // A child is started by the same script as its parent.
  process.argv[1] = CLI_ENTRY;
});

test('a command runs to its end and gives its exit code', async () => {
  const out = join(folder, 'report.md');
  assert.equal(await runCommand(['report', SAMPLE_TAPE, '--format', 'markdown', '--out', out]), 0);
});

test('a serving command tells where it listens, and stops on request', async () => {
  const server = await serveCommand(['simulate', '--listen', '127.0.0.1:0'], 'listens on');
  assert.equal((await httpCall(new URL('/health', server.url))).status, 200);
  await server.stop();
  await assert.rejects(httpCall(new URL('/health', server.url)));
});

test('one that ends instead is an error with its last words', async () => {
  await assert.rejects(
    serveCommand(['simulate', '--profile', 'none'], 'listens on'),
    /simulate --profile none ended: .*none/,
  );
});

test('the rest is killed together', async () => {
  const server = await serveCommand(['simulate', '--listen', '127.0.0.1:0'], 'listens on');
  const ended = server.stop();
  killCommands();
  await ended;
});
