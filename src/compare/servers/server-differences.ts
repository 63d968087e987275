import { type FlatDocument, flatCommand, flatJson } from './flatten.ts';
import type { ServerDescription } from './server-description.ts';

/** A setting in which two servers differ; null where one of them does not report it. */
export interface ServerDifference {
  readonly name: string;
  readonly baseline: string | null;
  readonly candidate: string | null;
}

/** What no two starts of the same server agree on: times, identities, ports, names of buffers. */
const NOISE =
  /(^|[._\] ])(created|instance_id|permission|timestamp|uuid|pid|hostname)\b|_ports?\b|_(BUFFER_NAME|PORT|UUID|ID)\b/i;

/** What a GPU is doing at the moment rather than what it is. */
const READINGS =
  /timestamp|uuid|serial|\bbus\b|bus.?id|board id|minor number|pid\b|\btemp|fan|util|\bused\b|\bfree\b|draw|average|instantaneous|\bvoltage|pstate|performance state|event reasons|throttle|throughput|replay|errors?\b|retired|remapped|processes|stats|(^|\.)clocks\.(graphics|sm|memory|video)|clocks\.current|link.*current|pci\.(device|domain|sub)/i;

/**
 * What differs between two servers as they describe themselves, in the order: version, model, settings, machine. Documents that
 * only one of them gave are not compared.
 */
export function serverDifferences(
  baseline: ServerDescription,
  candidate: ServerDescription,
): readonly ServerDifference[] {
  const both = (
    of: (description: ServerDescription) => string | null,
    flat: (text: string) => FlatDocument,
    noise: RegExp,
  ) => {
    const [a, b] = [of(baseline), of(candidate)];
    return a === null || b === null ? [] : differences(flat(a), flat(b), noise);
  };
  return [
    ...both(({ version }) => version, flatJson, NOISE),
    ...both(({ models }) => models, flatModels, NOISE),
    ...both(({ serverInfo }) => serverInfo, flatServerInfo, NOISE),
    ...both(
      ({ fingerprint }) => fingerprint,
      (text) => new Map([['system_fingerprint', text]]),
      NOISE,
    ),
    ...both(({ command }) => command, flatCommand, READINGS),
  ];
}

function differences(a: FlatDocument, b: FlatDocument, noise: RegExp): ServerDifference[] {
  const names = [...new Set([...a.keys(), ...b.keys()])].filter((name) => !noise.test(name));
  return names.flatMap((name) => {
    const [baseline, candidate] = [a.get(name) ?? null, b.get(name) ?? null];
    return baseline === candidate ? [] : [{ name, baseline, candidate }];
  });
}

/** Models by their place in the list, without the list's own wrapping. */
function flatModels(text: string): FlatDocument {
  return renamed(flatJson(text), (name) =>
    name.startsWith('data[') ? name.replace('data', 'models') : null,
  );
}

/** vLLM's document contains the environment twice, once parsed; its other headings carry no information. */
function flatServerInfo(text: string): FlatDocument {
  const flat = flatJson(text);
  const parsed = [...flat.keys()].some((name) => name.startsWith('vllm_env.'));
  return renamed(flat, (name) => {
    if (parsed && name.startsWith('system_env.env_vars.VLLM_')) return null;
    return name.replace(/^vllm_(config|env)\./, '').replace(/^system_env\.(env_vars\.|pip_packages\.)?/, '');
  });
}

function renamed(flat: FlatDocument, rename: (name: string) => string | null): FlatDocument {
  const leaves = new Map<string, string>();
  for (const [name, value] of flat) {
    const as = rename(name);
    if (as !== null) leaves.set(as, value);
  }
  return leaves;
}
