import type { IncomingHttpHeaders } from 'node:http';
import { createRandom } from '../../model/random.ts';
import { type Fault, faultFromJson, parseFault } from './fault.ts';

/** The header with which a client picks a fault for its own request; the value is a word as `--fault` takes it. */
const FAULT_HEADER = 'x-reprise-fault';

/** The faults in force; changed at run time. */
export interface FaultList {
  /** The first fault that meets a request, null when none does. */
  choose(headers: IncomingHttpHeaders): Fault | null;
  /**
   * Takes a JSON list in place of what was in force.
   * @returns null, or a sentence that says what is wrong with it; then nothing changes
   */
  replace(json: unknown): string | null;
  clear(): void;
  /** What is in force, each with how many requests it met. */
  all(): readonly (Fault & { readonly met: number })[];
}

/** @param seed of the chance with which faults meet requests */
export function createFaultList(initial: readonly Fault[], seed: number): FaultList {
  const random = createRandom(seed);
  let entries = initial.map((fault) => ({ fault, met: 0 }));

  return {
    choose(headers) {
      const asked = headers[FAULT_HEADER];
      if (typeof asked === 'string') {
        const fault = parseFault(asked);
        // A word that means nothing is no reason to fail a request: it is answered as if it were not there.
        if (typeof fault !== 'string') return fault;
      }
      for (const entry of entries) {
        const { header, probability } = entry.fault;
        if (header !== null && headers[header.name] !== header.value) continue;
        if (random.uniform(0, 1) >= probability) continue;
        entry.met += 1;
        return entry.fault;
      }
      return null;
    },
    replace(json) {
      if (!Array.isArray(json)) return 'faults are given as a JSON list';
      const faults = json.map(faultFromJson);
      const wrong = faults.find((fault) => typeof fault === 'string');
      if (wrong !== undefined) return wrong;
      entries = (faults as Fault[]).map((fault) => ({ fault, met: 0 }));
      return null;
    },
    clear() {
      entries = [];
    },
    all: () => entries.map(({ fault, met }) => ({ ...fault, met })),
  };
}
