import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MARGIN } from '../../../src/compare/compared-metrics.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { givenAa, givenAb } from '../../helpers/given-options.ts';

type Options = Parameters<typeof givenAb>[0];

const ab = (options: Options) => givenAb({ baseline: 'http://a:1', candidate: 'http://b:1', ...options });

test('the default is six pairs of short runs', () => {
  const { traffic, rules, warmup, labels, targets, switchCommand } = ab({});
  assert.deepEqual(traffic.traffic, {
    kind: 'closed',
    semantics: 'drain',
    cells: [{ threads: 10, connections: 20 }],
  });
  assert.deepEqual(
    [traffic.send.requests, traffic.send.durationUs, traffic.send.cache, traffic.send.warmup],
    [200, null, 'salt', null],
  );
  assert.deepEqual(warmup, { us: 30e6 });
  assert.deepEqual(rules, {
    looks: [6],
    primary: 'tpot',
    margins: MARGIN,
    restartsPlanned: false,
    sameServer: false,
    control: false,
    accepted: [],
  });
  assert.deepEqual([labels, switchCommand], [null, null]);
  assert.deepEqual([targets.baseline.origin, targets.candidate.origin], ['http://a:1', 'http://b:1']);
});

test('the options of a session', () => {
  const { rules, labels, warmup, markdown, html, language } = ab({
    sequential: '6,10,16',
    margin: '5%',
    primary: 'ttft',
    accept: ['cache', 'drift'],
    labels: 'before, after',
    warmup: '40',
    markdown: 'summary.md',
    html: 'summary.html',
    lang: 'zh',
  });
  assert.deepEqual(rules.looks, [6, 10, 16]);
  assert.deepEqual(rules.margins, { lower: 0.05, higher: 0.05 });
  assert.deepEqual([rules.primary, rules.accepted], ['ttft', ['cache', 'drift']]);
  assert.deepEqual(labels, { baseline: 'before', candidate: 'after' });
  assert.deepEqual([warmup, markdown], [{ requests: 40 }, 'summary.md']);
  assert.deepEqual([html, language], ['summary.html', 'zh']);
});

test('a bound of the user, recorded arrivals and other loops have their own length', () => {
  assert.deepEqual(
    [ab({ duration: '5s' }).traffic.send.requests, ab({ duration: '5s' }).traffic.send.durationUs],
    [null, 5e6],
  );
  assert.deepEqual(
    [ab({ open: true }).traffic.send.requests, ab({ open: true }).traffic.send.loop],
    [null, false],
  );
  assert.equal(ab({ rate: '10/s' }).traffic.send.requests, 200);
  const { traffic } = ab({ matrix: '2x4,2x8' }).traffic;
  assert.equal(traffic.kind === 'closed' && traffic.cells.length, 2);
});

test('one server needs a command that turns it into an arm', () => {
  const one = { baseline: 'http://a:1' };
  const settings = givenAb({ ...one, switch: './restart.sh {arm}' });
  assert.equal(settings.targets.candidate.origin, 'http://a:1');
  assert.equal(settings.rules.restartsPlanned, true);
  assert.throws(() => givenAb(one), /there is no --candidate: .*--switch .*reprise aa/);
});

test('aa holds a server against itself', () => {
  const { targets, rules } = givenAa({ target: 'http://a:1' });
  assert.equal(targets.baseline, targets.candidate);
  assert.equal(rules.sameServer, true);
});

test('options that are wrong, or contradict each other', () => {
  const cases: readonly (readonly [Options, RegExp])[] = [
    [{ pairs: '2' }, /--pairs 2 is not a whole number of at least 3/],
    [{ pairs: '6', sequential: '6,10' }, /--pairs 6 and --sequential 6,10 exclude/],
    [{ sequential: '10,6' }, /--sequential 10,6 does not rise/],
    [{ sequential: '2,6' }, /--sequential 2/],
    [{ primary: 'speed' }, /--primary speed/],
    [{ margin: '0' }, /--margin 0/],
    [{ lang: 'de' }, /--lang de is not known: choose one of en, zh/],
    [{ accept: ['all'] }, /--accept all is not known: choose one of pairs, errors/],
    [{ switch: './restart.sh' }, /--switch \.\/restart\.sh does not say which arm/],
    [{ candidate: 'http://a:1' }, /--candidate http:\/\/a:1 is the baseline/],
    [{ labels: 'one' }, /--labels one are not two labels/],
    [{ labels: 'a,a' }, /--labels a,a/],
    [{ labels: 'a,7' }, /--labels 7 cannot name a run/],
    [{ candidate: 'b' }, /--candidate b is not an HTTP address/],
  ];
  for (const [options, words] of cases) {
    assert.throws(
      () => ab(options),
      (error) => error instanceof UserError && words.test(error.message),
      String(words),
    );
  }
});
