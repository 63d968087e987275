import { after } from 'node:test';
import { A40_14B } from '../../src/simulate/profiles/profiles.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulate/start-simulator.ts';

/** The A40 profile, for tests. */
export const A40 = A40_14B;

/** The request of the reference benchmark. */
export const REFERENCE_REQUEST = {
  model: 'deepseek-14b',
  messages: [{ role: 'user', content: '写一个50字的短文' }],
  max_tokens: 50,
};

/** A simulated server on a free port, fast by default, closed when the test file's tests are over. */
export async function quickSimulator(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    host: '127.0.0.1',
    port: 0,
    profile: A40,
    // It spins through waits of a millisecond (`model/timers.ts`): the sooner it is done, the less.
    timeScale: 200,
    ...options,
  });
  after(() => simulator.close());
  return simulator;
}
