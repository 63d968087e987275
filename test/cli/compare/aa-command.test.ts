import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCli } from '../../helpers/run-cli.ts';
import { shortTape, steadyServer } from '../../helpers/run-pairs.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const server = await steadyServer({ timeScale: 2 });
after(() => server.close());

test('a server against itself: the noise and what can be found with these pairs, or that there were too few', async () => {
  const path = shortTape(join(tempFolder(), 'aa.sqlite'));
  const short = ['--threads', '2', '--connections', '4', '--requests', '4', '--warmup', '2'];
  const args = ['aa', path, '--target', server.url.href, ...short, '--pairs', '3'];
  const { code, stdout, stderr } = await runCli(args);
  // A busy machine may spoil all pairs; then there is no noise to tell, and the command says so with exit code 4.
  assert.ok(code === 0 || code === 4, stdout + stderr);
  assert.match(stdout, /aa-[ab]/);
  assert.match(
    stdout,
    /^ {2}(the noise is not sound|\d valid pairs? cannot show whether the noise is sound)/m,
  );
  assert.equal(
    /^pairs and time needed to detect a change with a power of 80 %$/m.test(stdout),
    code === 0,
    stdout,
  );
  assert.equal(/^TPOT .*\(\d+ (s|min)\)/m.test(stdout), code === 0, stdout);
});
