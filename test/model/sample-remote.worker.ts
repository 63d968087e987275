import { parentPort } from 'node:worker_threads';
import { giveAway, openRemote } from '../../src/model/remote.ts';
import { UserError } from '../../src/model/user-error.ts';

/** What the thread of `remote.test.ts` does when it is asked to. */
export const sampleMethods = {
  sum: (a: number, b: number) => a + b,
  later: async (text: string) => `${await Promise.resolve(text)}!`,
  mistake(): void {
    throw new UserError('x is no number', {
      kind: 'usage',
      remedy: 'give another value',
      facts: { value: 'x' },
    });
  },
  defect(): void {
    throw new TypeError('this is ours');
  },
  unclonable: () => () => undefined,
  /** How many bytes came, and as many back. */
  moved(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const back = new Uint8Array(bytes.length);
    return giveAway(back, [back.buffer]);
  },
  never: () => new Promise<never>(() => undefined),
  throwLater: () => void setImmediate(() => sampleMethods.mistake()),
  exit: () => process.exit(0),
  closeLine: () => void parentPort?.close(),
};

/** What it asks of the thread that started it. */
export interface SampleAsker {
  double(n: number): number;
}

if (parentPort !== null) {
  const ask = (n: number): Promise<number> => asker.call('double', n);
  const asker = openRemote<SampleAsker>(parentPort, { ...sampleMethods, ask }, 'the test');
}
