import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commandLine, settingsWithoutSecrets, withoutSecrets } from '../../src/cli/secrets.ts';

test('arguments are kept, values of headers are not', () => {
  assert.deepEqual(
    commandLine(['replay', 't', '--header', 'Authorization: Bearer secret', '--header=X-Key: a:b', '--json']),
    ['replay', 't', '--header', 'Authorization: …', '--header=X-Key: …', '--json'],
  );
  assert.deepEqual(commandLine(['wrk', '-H', 'X-Key: a', '-HX-Own: b', 'u']), [
    'wrk',
    '-H',
    'X-Key: …',
    '-HX-Own: …',
    'u',
  ]);
});

/** Where a user may write a secret; `§` is its place. */
const PLACES = [
  ['--target', 'http://user:§@h:8000'],
  ['--target', 'http://§@h'],
  ['--target=https://user:§@h/'],
  ['--target', 'http://h?api_key=§&n=1'],
  ['--header', 'X-Mine: §'],
  ['-H', 'X-Mine: §'],
  ['-HX-Mine: §'],
  ['--header', '§'],
  ['--header=X-Mine:§'],
  ['--api-key', '§'],
  ['--api-key=§'],
  ['--server-command', 'curl -H "Authorization: Bearer §" http://h/metrics'],
  ['--server-command', "curl -H 'X-Anything: §' --url http://h"],
  ['--server-command', 'curl -H"X-Mine: §" h'],
  ['--server-command', 'curl --header=Cookie:§ h'],
  ['--server-command', 'curl -u me:§ h'],
  ['--server-command', 'curl --user "me:§" h'],
  ['--server-command', 'curl -ume:§ h'],
  ['--server-command', 'curl -s -b "sid=§" h'],
  ['--server-command', 'curl --cookie=sid=§ h'],
  ['--server-command', 'mysql -h db -p§ -e q'],
  ['--server-command', 'curl "http://h/metrics?token=§&x=1"'],
  ['--server-command', 'curl -d \'{"password": "§"}\' h'],
  ['--server-command', 'curl -d "{\\"api_key\\":\\"§\\"}" h'],
  ['--server-command', "wget --header='Authorization: Basic §' http://h"],
  ['--server-command=HF_TOKEN=§ nvidia-smi -q'],
  ['--switch', "sshpass -p '§' ssh box ./restart.sh {arm}"],
  ['--switch', 'sshpass -p§ ssh box ./restart.sh {arm}'],
  ['--switch', 'VLLM_API_KEY="§" ./restart.sh {arm}'],
  ['--switch', './restart.sh {arm} --api-key § --port 8000'],
  ['--switch', "./restart.sh {arm} --auth-token='§' && true"],
  ['--switch', 'PGPASSWORD=§ psql -c q # {arm}'],
  ['--note', 'it said Bearer § to me'],
] as const;

test('a secret is masked wherever the command line has one', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9_.~+/-]{8,40}$/).map((text) => `Zz${text}zZ`);
  fc.assert(
    fc.property(fc.constantFrom(...PLACES), secret, (place, value) => {
      // A password in a URL has no slash: it would end the host.
      const text = place.some((word) => word.includes('§@')) ? value.replaceAll('/', '_') : value;
      const stored = commandLine(['replay', 't', ...place.map((word) => word.replace('§', text))]);
      assert.ok(!stored.join(' ').includes(text), stored.join(' '));
      assert.ok(stored.join(' ').includes('…'));
    }),
    { numRuns: 500 },
  );
});

test('other values stay as they were given, so that a run can be repeated', () => {
  const arguments_ = [
    ...['ab', 'recordings/key.sqlite', '--baseline', 'http://a:8000', '--candidate', 'http://[::1]:8001'],
    ...['--api-key-env', 'VLLM_API_KEY', '--select', 'model=m status=200', '--seed', '7'],
    ...['--switch', './restart.sh {arm} --max-num-batched-tokens 2048 --tokenizer t --keyfile k'],
    ...['--server-command', 'nvidia-smi -q -d UTILIZATION | sort -k 2'],
    ...['--slo', 'ttft=500ms', '--label', 'tokens-8'],
  ];
  assert.deepEqual(commandLine(arguments_), arguments_);
});

test('keys that services give out are known by their shape', () => {
  assert.equal(withoutSecrets('./start.sh sk-abcdefghijklmnop1234 on'), './start.sh … on');
  assert.equal(withoutSecrets('login hf_abcdefghijklmnopqrst1234'), 'login …');
});

test('settings keep their form', () => {
  assert.deepEqual(
    settingsWithoutSecrets({ command: 'A_TOKEN=x run', n: 1, none: null, list: ['http://u:p@h', true] }),
    { command: 'A_TOKEN=… run', n: 1, none: null, list: ['http://…@h', true] },
  );
});
