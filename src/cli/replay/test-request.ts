import { withoutQuery } from '../../model/exchange.ts';
import { UserError } from '../../model/user-error.ts';
import type { ReplayableRequest } from '../../replay/plan/replayable.ts';
import { type OneAnswer, sendOnce } from '../../replay/send-once.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { safeText } from '../../report/plain-text.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { say } from '../terminal/terminal.ts';
import { type LoadedRequests, loadRequests } from './load-requests.ts';
import { refuseWithoutArrivals } from './loop-settings.ts';
import { type TrafficSettings, withTimeout } from './replay-settings.ts';
import { addressOf, headersFor, refuseDoubledPath } from './target-address.ts';
import { refusesUsage, USAGE_FIELDS, withoutUsage } from './usage-fallback.ts';

const en = messagesOf('en');

/** Requests that are ready to be sent, and the settings that they were made with. */
export interface ReadyTraffic {
  readonly settings: TrafficSettings;
  readonly loaded: LoadedRequests;
}

/** What is to be made ready. */
export interface TrafficToReady {
  readonly tape: TapeReader;
  readonly path: string;
  readonly settings: TrafficSettings;
  readonly targets: readonly URL[];
  /** Whether each target gets a test request; a server that a command starts first is not there yet. */
  readonly test: boolean;
  readonly signal: AbortSignal;
}

/**
 * Reads the requests of a tape, reports those that are left out, and tests each target with `testTarget`.
 * @throws UserError (as a rejection) for a tape without such requests, and with the server's words where it refuses
 */
export async function readyTraffic(given: TrafficToReady): Promise<ReadyTraffic> {
  const { tape, path, targets, test } = given;
  const loaded = loadRequests(tape, path, given.settings.requests);
  refuseWithoutArrivals(given.settings.traffic, loaded.hasArrivals, path);
  for (const target of targets) refuseDoubledPath(target, loaded.requests);
  let ready: ReadyTraffic = { settings: withTimeout(given.settings, loaded.longestAnswerUs), loaded };
  const distinct = test ? new Map(targets.map((url) => [addressOf(url), url])).values() : [];
  for (const target of distinct) ready = await testTarget(target, ready, given);
  for (const skip of ready.loaded.skipped) say(en.skip(skip));
  return ready;
}

/**
 * Sends the first request of each path and model, streamed and not, to a target, before any clock starts: a server that
 * refuses it would refuse every such request of a run. Usage that is only asked for by default is left out where a server
 * refuses it. A server that fails, or is overloaded, is what a run measures, and is no refusal.
 */
async function testTarget(
  target: URL,
  { settings, loaded }: ReadyTraffic,
  given: TrafficToReady,
): Promise<ReadyTraffic> {
  const { tape, path, signal } = given;
  for (let i = 0; i < loaded.tests.length; i++) {
    const answer = await ask(target, loaded.tests[i], settings, signal);
    if (!isRefusal(answer)) continue;
    const fallback = refusesUsage(answer) ? withoutUsage(settings) : null;
    if (fallback !== null) {
      say(
        `${addressOf(target)} refuses to report usage in streams (${safeText(answer.words)}): requests go without stream_options, and stream events are counted as tokens`,
      );
      const without = { settings: fallback, loaded: loadRequests(tape, path, fallback.requests) };
      return testTarget(target, without, given);
    }
    const blame =
      named(answer.words, settings) ??
      (await blameByTrial(answer, loaded.tests[i], { ...given, settings }, target));
    throw refusedBy(target, answer, blame, pathsBeside(loaded.tests, i));
  }
  return { settings, loaded };
}

/** Null when the command was stopped meanwhile. */
async function ask(
  target: URL,
  request: ReplayableRequest | undefined,
  settings: TrafficSettings,
  signal: AbortSignal,
): Promise<OneAnswer | null> {
  if (request === undefined || signal.aborted) return null;
  const { headers, trust, send } = settings;
  const answer = await sendOnce(request, {
    target,
    headers: headersFor(target, headers),
    trust,
    // No run has it, so that no run finds the request in the prefix cache.
    salt: send.cache === 'salt' ? 'reprise-test' : null,
    timeoutUs: send.timeoutUs,
    signal,
  });
  return signal.aborted ? null : answer;
}

/** It came too slowly, or there are too many: nothing that the next request would meet as well. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);

type Refusal = OneAnswer & { readonly status: number };

function isRefusal(answer: OneAnswer | null): answer is Refusal {
  const status = answer?.status ?? 0;
  return status >= 300 && status < 500 && !TEMPORARY.has(status);
}

/** Fields that an option adds to recorded bodies, and the option that leaves them as they were. */
interface Addition {
  readonly remedy: string;
  readonly fields: RegExp;
  adds(settings: TrafficSettings): boolean;
}

const ADDITIONS: readonly Addition[] = [
  {
    remedy: '--lengths free',
    fields:
      /ignore_eos|min_tokens|max_tokens|max_completion_tokens|max_output_tokens|context length|too long/i,
    adds: ({ send }) => send.lengths === 'pinned',
  },
  { remedy: '--cache warm', fields: /cache_salt/, adds: ({ send }) => send.cache === 'salt' },
  {
    remedy: '--usage keep',
    fields: USAGE_FIELDS,
    adds: ({ requests: { rewrite } }) => rewrite.usage === 'final' || rewrite.usage === 'continuous',
  },
  {
    remedy: '--usage none',
    fields: USAGE_FIELDS,
    adds: ({ requests: { rewrite } }) => rewrite.usage === 'keep',
  },
];

/** The options whose fields the server's words name; null where they name none. */
function named(words: string, settings: TrafficSettings): string | null {
  const guilty = ADDITIONS.filter(({ fields, adds }) => adds(settings) && fields.test(words));
  return guilty.length === 0 ? null : guilty.map(({ remedy }) => remedy).join(' and ');
}

/**
 * Sends the request once more as it was recorded, where the refusal does not say what it is about: the options that had
 * changed it, when the server takes it then.
 */
async function blameByTrial(
  { status }: Refusal,
  refused: ReplayableRequest | undefined,
  { tape, path, settings, signal }: TrafficToReady,
  target: URL,
): Promise<string | null> {
  const guilty = ADDITIONS.filter(({ remedy, adds }) => remedy !== '--usage none' && adds(settings));
  if ((status !== 400 && status !== 422) || guilty.length === 0 || refused === undefined) return null;
  const { send, requests } = settings;
  const rewrite = { ...requests.rewrite, lengths: 'free', salt: false, usage: 'keep' } as const;
  const recorded = loadRequests(tape, path, { ...requests, rewrite }).requests.find(
    ({ exchangeId }) => exchangeId === refused.exchangeId,
  );
  if (recorded === undefined || Buffer.from(recorded.body).equals(refused.body)) return null;
  const answer = await ask(target, recorded, { ...settings, send: { ...send, cache: 'warm' } }, signal);
  return answer?.outcome === 'ok' ? guilty.map(({ remedy }) => remedy).join(' or ') : null;
}

/** A model that the server does not have. */
const NO_MODEL = /\bmodels?\b.*\b(not|no|unknown|invalid|exist|found)\b|\b(unknown|invalid|no such) model\b/i;

/** The path that was refused, and the others of the tape. */
interface Paths {
  readonly refused: string;
  readonly others: readonly string[];
}

function pathsBeside(tests: readonly ReplayableRequest[], at: number): Paths {
  const paths = tests.map(({ path }) => withoutQuery(path));
  const refused = paths[at] ?? '';
  return { refused, others: [...new Set(paths)].filter((path) => path !== refused) };
}

function refusedBy(target: URL, answer: Refusal, blame: string | null, paths: Paths): UserError {
  const { status, words, location } = answer;
  const address = addressOf(target);
  const facts = { target: address, status };
  if (status < 400) {
    const where = location === null ? 'without a location' : `to ${safeText(location)}`;
    const remedy = 'give --target the address of the server itself';
    return new UserError(`${address} answers with a redirect (${status}) ${where}`, {
      kind: 'server',
      remedy,
      facts,
    });
  }
  const said = words === '' ? String(status) : `${status}: ${safeText(words)}`;
  const what = paths.others.length === 0 ? 'the requests' : `the requests for ${safeText(paths.refused)}`;
  return new UserError(`${address} refuses ${what} of the tape (${said})`, {
    kind: 'server',
    remedy: blame === null ? remedyOf(answer, paths) : `leave out what reprise adds with ${blame}`,
    facts,
  });
}

function remedyOf({ status, words }: Refusal, { others }: Paths): string {
  if (status === 401 || status === 403 || status === 407) {
    return 'name the variable with the right key with --api-key-env';
  }
  if (NO_MODEL.test(words)) return 'name a model of this server with --model';
  if (status === 404 || status === 405) {
    return others.length === 0
      ? 'check the address and path of --target'
      : `leave them out with --select path=${safeText(others.join(','))}, or check the address and path of --target`;
  }
  return 'replay requests that this server takes with --select, change their fields with --set, or send all the same with --no-test';
}
