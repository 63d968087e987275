import { createHash, type Hash } from 'node:crypto';
import type { PlanIdentity } from '../../model/run.ts';
import type { PlanSpec, RecordedTurn } from './plan.ts';
import type { ReplayableRequest } from './replayable.ts';

/** Hashes of what a tape gives to a plan. */
export type PlanContent = Omit<PlanIdentity, 'fingerprint'>;

/**
 * Hashes what is sent: paths, bodies byte by byte, where a salt goes and where a request is cut. Exchange ids are left out,
 * so that equal traffic on two tapes has one hash; so are headers, some of which differ in every recording.
 */
export function planContent(
  requests: readonly ReplayableRequest[],
  conversations: readonly (readonly RecordedTurn[])[],
): PlanContent {
  const sent = createHash('sha256');
  for (const { path, body, saltAt, abort } of requests) {
    // The length before a body keeps bytes from moving to the next one unnoticed.
    sent.update(JSON.stringify([path, body.length, saltAt, abort])).update(body);
  }
  const grouped = createHash('sha256');
  for (const turns of conversations) {
    const numbers = turns.flatMap(({ request, arrivedUs, finishedUs }) => [request, arrivedUs, finishedUs]);
    grouped.update(Float64Array.from([turns.length, ...numbers]));
  }
  return { requests: shortHex(sent), conversations: shortHex(grouped) };
}

/**
 * Names a plan: equal for equal tapes, options and seeds, on any machine, and different when anything differs that decides
 * which request has which position, and when it is sent. How many of the requests a run sends (`--requests`, `--duration`)
 * is left out: position n is the same request at the same instant however far a run goes.
 */
export function identifyPlan(
  spec: Omit<PlanSpec, 'conversations' | 'requests'>,
  content: PlanContent,
): PlanIdentity {
  const { order, loop, think, arrivals, seed } = spec;
  const facts = [
    content.requests,
    content.conversations,
    order,
    loop,
    pairsOf(think),
    pairsOf(arrivals),
    seed,
  ];
  return { fingerprint: shortHex(createHash('sha256').update(JSON.stringify(facts))), ...content };
}

/** An object's members in one order, however it was made. */
function pairsOf(object: object | null): readonly (readonly [string, unknown])[] {
  return Object.entries(object ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

function shortHex(hash: Hash): string {
  return hash.digest('hex').slice(0, 16);
}
