import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { shortTape, steadyServer } from '../../helpers/pair-play.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const server = await steadyServer();
after(() => server.close());

test('a server against itself: no regression, its noise, and what so many pairs can see', async () => {
  const path = shortTape(join(tempFolder(), 'aa.sqlite'));
  const short = ['--threads', '2', '--connections', '4', '--requests', '4', '--warmup', '2'];
  const args = ['aa', path, '--target', server.url.href, ...short, '--pairs', '4'];
  let end = await runCli(args);
  // Other tests beside this one may starve the generator, which it then rightly says.
  for (let tries = 1; tries < 5 && end.code === 4; tries++) end = await runCli(args);
  const { code, stdout, stderr } = end;
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /aa-[ab]/);
  assert.match(
    stdout,
    /^pairs, and time, to find a change four times in five\nmetric .* found now .* 10 %\n/m,
  );
  assert.match(stdout, /^TPOT .*\(\d+ (s|min)\)/m);
});
