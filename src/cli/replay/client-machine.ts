import { availableParallelism, cpus } from 'node:os';

/** The machine that sends, for whoever reads the run later: processor, cores, system, Node version. */
export function clientMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${model}, ${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}
