import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel, Worker } from 'node:worker_threads';
import { giveAway, localRemote, openRemote, type Remote } from '../../src/model/remote.ts';
import { UserError } from '../../src/model/user-error.ts';
import { type SampleAsker, sampleMethods } from './sample-remote.worker.ts';

type Sample = typeof sampleMethods & { ask(n: number): Promise<number> };

const ours: SampleAsker = { double: (n) => 2 * n };

/** A thread for one test, ended after it. */
function sampleThread(t: { after(end: () => unknown): void }): Remote<Sample> {
  const worker = new Worker(new URL('./sample-remote.worker.ts', import.meta.url));
  t.after(() => worker.terminate());
  return openRemote<Sample>(worker, ours, 'the sample thread');
}

function isMistake(error: Error): boolean {
  assert.ok(error instanceof UserError);
  const { message, kind, remedy, facts, exitCode } = error;
  assert.deepEqual([message, kind, exitCode], ['x is no number: give another value', 'usage', 1]);
  assert.deepEqual([remedy, facts], ['give another value', { value: 'x' }]);
  return true;
}

test('a call is answered, in this thread or in another, and in both directions', async (t) => {
  const thread = sampleThread(t);
  for (const remote of [thread, localRemote(sampleMethods)]) {
    assert.equal(await remote.call('sum', 1, 2), 3);
    assert.equal(await remote.call('later', 'x'), 'x!');
  }
  assert.equal(await thread.call('ask', 21), 42);
});

test('an error keeps its kind, its sentence and its stack', async (t) => {
  for (const remote of [sampleThread(t), localRemote(sampleMethods)]) {
    await assert.rejects(remote.call('mistake'), isMistake);
    await assert.rejects(remote.call('defect'), (error: Error) => {
      assert.match(error.stack ?? '', /this is ours\n.*at .*defect .*sample-remote\.worker/s);
      return !(error instanceof UserError);
    });
    assert.equal(await remote.call('sum', 1, 2), 3, 'it goes on');
  }
});

test('an answer that cannot leave its thread is an error, not a silence', async (t) => {
  await assert.rejects(sampleThread(t).call('unclonable'), /could not be cloned/);
});

test('memory that is given away moves in both directions', async (t) => {
  const thread = sampleThread(t);
  const bytes = new Uint8Array(1_000);
  const back = await thread.call('moved', giveAway(bytes, [bytes.buffer]));
  assert.equal(bytes.length, 0, 'it is gone here');
  assert.equal(back.length, 1_000);
  const kept = new Uint8Array(10);
  await thread.call('moved', kept);
  assert.equal(kept.length, 10, 'what was not given away is copied');
});

test('the end of a thread rejects everything that waits, and every later call', async (t) => {
  const ends = {
    exit: /^Error: the sample thread has ended$/,
    closeLine: /^Error: the sample thread has ended$/,
    throwLater: /^UserError: x is no number: give another value$/,
  } as const;
  for (const [name, reason] of Object.entries(ends)) {
    const thread = sampleThread(t);
    const waiting = [thread.call('never'), thread.call('never')];
    thread.notify(name as keyof typeof ends);
    for (const call of waiting) await assert.rejects(call, reason);
    await assert.rejects(thread.call('sum', 1, 2), reason);
    assert.match(String(await thread.gone), reason);
    if (name === 'throwLater') assert.ok(isMistake(await thread.gone), 'it keeps its kind');
    thread.notify('exit');
  }
});

test('a port is a line too: its end is seen, and what was sent before is handled first', async () => {
  const { port1, port2 } = new MessageChannel();
  const seen: string[] = [];
  openRemote(port2, { add: (text: string) => seen.push(text), count: () => seen.length }, 'a');
  const remote = openRemote<{ add(text: string): void; count(): number }>(port1, {}, 'the other end');
  remote.notify('add', 'a');
  remote.notify('add', 'b');
  assert.equal(await remote.call('count'), 2);
  remote.notify('add', 'c');
  port1.close();
  assert.match((await remote.gone).message, /the other end has ended/);
  assert.deepEqual(seen, ['a', 'b', 'c']);
});
