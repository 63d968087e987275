import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { PairedComparison } from '../../src/compare/session/judge-session.ts';
import { isValid } from '../../src/model/run.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulate/start-simulator.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { httpCall } from '../helpers/http-call.ts';
import { BRISK, runTestSession, setSpeed, shortTape, steadyServer } from '../helpers/run-pairs.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** What sessions of pairs conclude, over real sockets; the servers mostly wait, so the sessions run side by side. */

const folder = tempFolder();
const servers: Simulator[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function server(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await steadyServer(options);
  servers.push(simulator);
  return simulator;
}

async function twoServers(options: Partial<SimulatorOptions> = {}) {
  const [a, b] = [await server(options), await server(options)];
  return { a, b, targets: { baseline: a.url.href, candidate: b.url.href } };
}

let tapes = 0;
const tape = (): string => shortTape(join(folder, `session-${++tapes}.sqlite`));

function checksOf({ cells }: PairedComparison): string[] {
  return [...new Set(cells.flatMap(({ invalid }) => invalid.map(({ kind }) => kind)))];
}

function sentenceOf({ conclusion }: PairedComparison): string {
  return messagesOf('en').sessionConclusion(conclusion);
}

suite('sessions', { concurrency: 3 }, () => {
  test('a sequential session of two servers: runs in the order of the pairs, one look after each declared number of pairs', async () => {
    const { b, targets } = await twoServers();
    await setSpeed(b.url, { decode: 5 });
    const looks: (number | null)[] = [];
    const ran: { readonly pair: number; readonly arm: string }[] = [];
    const observer = {
      running: (pair: number, arm: string) => ran.push({ pair, arm }),
      paired: (_pair: number, { look }: PairedComparison) => {
        looks.push(look?.number ?? null);
      },
    };
    const path = tape();
    const { comparison, made } = await runTestSession(path, { ...targets, sequential: '3,6' }, { observer });
    // A pair that the machine spoiled only delays a look: the number of looks is at most two, whatever it does.
    const taken = looks.filter((look) => look !== null);
    assert.deepEqual(taken, [1, 2].slice(0, taken.length));
    assert.equal(looks.length, made);
    assert.ok(
      comparison.verdict !== 'improvement' && comparison.verdict !== 'equivalent',
      comparison.verdict,
    );
    const [cell] = comparison.cells;
    assert.equal(cell?.answers?.betweenArms.text.of, cell?.answers?.betweenArms.length.of);
    assert.equal(cell?.recorded.baseline.length, 3);
    const reader = openTape(path);
    const runs = reader.runs();
    reader.close();
    const pairs = Array.from({ length: runs.length / 2 }, (_, i) => runs.slice(2 * i, 2 * i + 2));
    assert.deepEqual(
      runs.map(({ label }) => label),
      ran.map(({ arm }) => arm),
    );
    // A pair that the machine spoiled is made again in its order.
    const orders = ['candidate,baseline', 'baseline,candidate'];
    for (const [i, order] of orders.slice(0, made).entries()) {
      const arms = ran.filter(({ pair }) => pair === i + 1).map(({ arm }) => arm);
      const tries = Array.from({ length: arms.length / 2 }, () => order);
      assert.deepEqual([arms.length > 0, arms.join()], [true, tries.join()]);
    }
    const sound = pairs.filter((pair) => pair.every(isValid));
    assert.ok(pairs.length >= made && sound.length <= made);
  });

  test('one server that a command turns into each arm: the fewest changes that three pairs need', async () => {
    const { url } = await server({ profile: BRISK });
    const said: string[] = [];
    const factor = "process.argv[1] === 'candidate' ? 5 : 1";
    const post = `fetch('${url.href}_speed', { method: 'POST', body: JSON.stringify({ decode: ${factor} }) })`;
    const command = `${process.execPath} -e "${post}" {arm}`;
    const options = { baseline: url.href, switch: command };
    const observer = {
      switching: (pair: number, arm: string) => said.push(`${pair} ${arm}`),
      warming: (pair: number, arm: string) => said.push(`${pair} ${arm} warmed`),
    };
    const path = tape();
    const { made } = await runTestSession(path, options, { observer });
    assert.equal(made, 3);
    const changes = said.filter((_, i) => i % 2 === 0);
    assert.deepEqual(
      said,
      changes.flatMap((change) => [change, `${change} warmed`]),
    );
    const arms = changes.map((change) => change.split(' ')[1]);
    assert.ok(
      arms.every((arm, i) => i === 0 || arm !== arms[i - 1]),
      `${arms}`,
    );
    // A pair that a busy machine spoiled is made again, with changes of its own.
    const usual = ['1 candidate', '1 baseline', '2 candidate', '3 baseline'];
    assert.deepEqual(changes.length === usual.length ? changes : usual, usual);
    assert.ok(changes.length >= usual.length);
    const reader = openTape(path);
    const pace = reader.runs().map(({ id, label }) => {
      const [first] = reader.results(id);
      const { firstTokenUs, lastTokenUs } = first?.result ?? {};
      return { label, ms: ((lastTokenUs ?? 0) - (firstTokenUs ?? 0)) / 1e3 / 3 };
    });
    reader.close();
    const of = (arm: string) => pace.filter(({ label }) => label === arm).map(({ ms }) => ms);
    // A late reader sees tokens closer together than they came, or further apart.
    assert.ok(Math.max(...of('candidate')) > 30, `${of('candidate')}`);
    assert.ok(Math.min(...of('baseline')) < 30, `${of('baseline')}`);
  });

  test('invalid: different models, reported after the first pair', async () => {
    const options = { profile: BRISK };
    const [a, b] = [await server(options), await server({ ...options, model: 'other' })];
    const { comparison, made } = await runTestSession(tape(), {
      baseline: a.url.href,
      candidate: b.url.href,
    });
    assert.deepEqual([comparison.verdict, made], ['invalid', 1]);
    assert.match(sentenceOf(comparison), /^No verdict: the baseline serves m and the candidate other\.$/);
  });

  test('invalid: an arm that fails its requests, reported after the first pair', async () => {
    const { b, targets } = await twoServers({ profile: BRISK });
    await httpCall(new URL('/_faults', b.url), [{ kind: 'error', status: 500, probability: 0.7 }]);
    const { comparison, made } = await runTestSession(tape(), targets);
    assert.deepEqual([comparison.verdict, made], ['invalid', 1]);
    assert.match(sentenceOf(comparison), /^No verdict: the candidate failed [\d.]+ % of its requests/);
  });

  test('invalid: a restart in mid-session', async () => {
    const { b, targets } = await twoServers({ profile: BRISK });
    let again: Promise<unknown> | null = null;
    const restart = async (): Promise<void> => {
      await b.close();
      await server({ profile: BRISK, port: Number(b.url.port) });
    };
    const { comparison, made } = await runTestSession(tape(), targets, {
      observer: {
        running: (pair, arm) => {
          // The baseline is under way meanwhile. A pair that a busy machine spoiled is made again.
          if (pair === 2 && arm === 'baseline') again ??= restart();
        },
      },
    });
    await again;
    assert.deepEqual([comparison.verdict, made], ['invalid', 2]);
    assert.match(
      sentenceOf(comparison),
      /^No verdict: the candidate’s server restarted .* between runs \d+ and \d+\.$/,
    );
  });
});

test('invalid: a starved generator', async () => {
  const { targets } = await twoServers({ profile: BRISK });
  const busy = setInterval(() => {
    const until = performance.now() + 60;
    while (performance.now() < until);
  }, 120);
  try {
    const path = tape();
    const { comparison } = await runTestSession(path, targets);
    assert.deepEqual([comparison.verdict, checksOf(comparison)], ['invalid', ['pairs']]);
    assert.match(sentenceOf(comparison), /^No verdict: 0 of \d+ pairs are valid, .*; for example run \d+: /);
    // The example may have another reason: a busy machine also keeps connections from being open in time.
    const reader = openTape(path);
    const kinds = reader.runs().flatMap(({ end }) => end?.invalidReasons.map(({ kind }) => kind) ?? []);
    reader.close();
    assert.ok(
      kinds.some((kind) => ['loopBusy', 'loopLate', 'connectionsIdle'].includes(kind)),
      `${kinds}`,
    );
  } finally {
    clearInterval(busy);
  }
});
