import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A proxy of `test/bench` that records nothing, in its own process. */
export interface BareProxy {
  readonly url: URL;
  readonly pid: number;
  stop(): void;
}

/** Starts one; it ends with this process at the latest. @param file in `test/bench`, given the upstream's port */
export async function startBareProxy(file: string, upstream: URL): Promise<BareProxy> {
  const entry = fileURLToPath(new URL(`../bench/${file}`, import.meta.url));
  const child = spawn(process.execPath, [entry, upstream.port], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [listening] = await once(child.stdout, 'data');
  const stop = (): void => void child.kill();
  process.on('exit', stop);
  return { url: new URL(`http://127.0.0.1:${String(listening).trim()}`), pid: child.pid ?? 0, stop };
}
