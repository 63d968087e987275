import type { OpenedScript, PreparedRequests } from '../../formats/wrk/script-protocol.ts';
import { planContent } from '../../replay/plan/plan-fingerprint.ts';
import type { LoadedRequests } from '../replay/load-requests.ts';
import { decidedTraffic } from '../replay/replay-options.ts';
import { type TrafficSettings, trafficSettings } from '../replay/replay-settings.ts';
import type { ReplaySession } from '../replay/run-cell.ts';
import type { RunTape } from '../tape-file.ts';
import { replayable } from './script-tape.ts';
import type { WrkSettings } from './wrk-settings.ts';

/** A script that was opened, with what it sends. */
export interface ScriptedTest {
  readonly settings: WrkSettings;
  readonly opened: OpenedScript;
  /** Of the script; empty without one. */
  readonly source: Uint8Array;
  /** Null where its requests are made during the run. */
  readonly prepared: PreparedRequests | null;
}

/** One run of the replay, in which requests are a script's. */
export function sessionOf(
  { settings, opened: { addresses }, prepared, source }: ScriptedTest,
  { tape, reader }: RunTape,
  ids: readonly number[],
): Omit<ReplaySession, 'signal'> {
  const { url } = settings.script;
  const { host, port, scheme } = url;
  const target = new URL(
    `${scheme}://${host.includes(':') ? `[${host}]` : host}${port === '' ? '' : `:${port}`}`,
  );
  return {
    settings: trafficOf(settings),
    target,
    label: settings.label ?? `run-${(reader.runs().at(-1)?.id ?? 0) + 1}`,
    loaded: loadedOf(prepared, ids, { settings, source }),
    tape,
    reader,
    ...(prepared === null ? {} : { sequences: prepared.sequences }),
    ...(addresses.some((address) => address !== null)
      ? { addresses: addresses.map((address) => (address === null ? null : `${scheme}://${address}`)) }
      : {}),
  };
}

/** The options of a replay that sends as wrk does: nothing is changed, nothing is tested, no certificate is verified. */
function trafficOf({ cell, durationUs, timeoutUs, script }: WrkSettings): TrafficSettings {
  const input = decidedTraffic(
    {
      matrix: `${cell.threads}x${cell.connections}`,
      semantics: 'wrk',
      duration: `${durationUs / 1e3}ms`,
      timeout: `${timeoutUs / 1e3}ms`,
      aborts: 'ignore',
      lengths: 'free',
      usage: 'keep',
      maxErrors: 'off',
      insecure: '--insecure',
      noTest: '--no-test',
    },
    script.environment,
  );
  return trafficSettings(input);
}

/** What is sent, named by its bytes; where they are made during the run, by the script and its words. */
function loadedOf(
  prepared: PreparedRequests | null,
  ids: readonly number[],
  { settings: { script }, source }: { readonly settings: WrkSettings; readonly source: Uint8Array },
): LoadedRequests {
  const requests = prepared?.requests.map((request, i) => replayable(request, ids[i] ?? 0)) ?? [];
  const conversations = (prepared?.sequences ?? [])
    .flat()
    .map((batch) => batch.map((request) => ({ request, arrivedUs: 0, finishedUs: 0 })));
  const { url, args, headers, threads } = script;
  const facts = Buffer.concat([source, Buffer.from(JSON.stringify([args, headers, threads]))]);
  const named =
    prepared === null
      ? [{ exchangeId: 0, path: url.path, headers: [], body: facts, saltAt: null, abort: null }]
      : requests;
  return {
    requests,
    conversations,
    content: planContent(named, conversations),
    hasArrivals: false,
    tests: [],
    longestAnswerUs: 0,
    skipped: [],
    changes: [],
  };
}
