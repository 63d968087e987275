import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** The version of this reprise, from its package.json. */
export function toolVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** The machine that sends, stored with a run: processor, cores, system, Node version. */
export function clientMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${model}, ${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}
