import { basicCredentials } from '../../chat/headers.ts';
import { CREDENTIAL_HEADERS, CREDENTIAL_PARAMETERS } from '../../chat/redact.ts';
import type { ServerState } from '../../model/capture.ts';
import { systemClock } from '../../model/clock.ts';
import type { Digest } from '../../model/digest.ts';
import { withCertificateAdvice } from '../../record/forwarder.ts';
import { probeTarget, whyUnreachable } from '../../replay/probe-target.ts';
import { settingsWithoutSecrets } from '../replay/command-line.ts';
import { runServerCommand } from '../replay/server-command.ts';
import type { Log } from '../terminal/log.ts';
import { toolVersion } from '../tool-version.ts';
import type { RecordSettings } from './record-settings.ts';
import { openTapeSeries, type TapeSeries } from './tape-series.ts';

/**
 * Opens the tape, or the first of several, that a recording is written to.
 * @throws UserError (as a rejection) when it cannot be opened or made
 */
export function openRecording(
  settings: RecordSettings,
  path: string,
  log: Log,
  onDigests: (digests: readonly Digest[]) => void,
): Promise<TapeSeries> {
  const { upstream, queueBytes, keep, limits } = settings;
  const redaction = {
    headers: [...CREDENTIAL_HEADERS, ...settings.redactHeaders],
    parameters: CREDENTIAL_PARAMETERS,
    ...keep,
  };
  return openTapeSeries({
    path,
    mode: settings.append ? 'append' : 'create',
    thread: { queueBytes, policy: keep, onProblem: log.warn, onDigests },
    limits,
    capture: () => ({
      startedAtMs: systemClock.wallMs(),
      startedUs: systemClock.nowUs(),
      upstream: upstreamName(upstream),
      toolVersion: toolVersion(),
      settings: settingsOnTape(settings),
      redaction,
    }),
    wallMs: systemClock.wallMs,
    statesOf: (edge) => statesOf(settings, edge),
    warn: log.warn,
  });
}

/** The upstream as it is shown and stored: without its user and password, which are sent only. */
export function upstreamName({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/+$/, '');
}

/** Why the upstream gives no answer; null when it gives one. */
export async function whyNoAnswer({ upstream, upstreamCa }: RecordSettings): Promise<string | null> {
  const why = await whyUnreachable(upstreamName(upstream), credentials(upstream), upstreamCa);
  return why === null ? null : withCertificateAdvice(why);
}

function credentials(upstream: URL): readonly string[] {
  const basic = basicCredentials(upstream);
  return basic === null ? [] : ['Authorization', basic];
}

/** How the recording was made, for readers of the tape: without keys and certificates, secrets in commands masked. */
function settingsOnTape(settings: RecordSettings): Readonly<Record<string, unknown>> {
  // Upstream and redaction have columns of their own.
  const { upstream: _upstream, keep: _keep, redactHeaders: _headers, tls, upstreamCa, ...rest } = settings;
  return settingsWithoutSecrets({ ...rest, tls: tls !== null, upstreamCa: upstreamCa !== null });
}

/** What the upstream and the operator's command say, so that the tape tells what was recorded. */
async function statesOf(settings: RecordSettings, edge: 'start' | 'end'): Promise<readonly ServerState[]> {
  const { upstream, upstreamCa, serverCommand } = settings;
  const [told, printed] = await Promise.all([
    probeTarget(upstreamName(upstream), edge, credentials(upstream), systemClock.wallMs, upstreamCa),
    serverCommand === null ? [] : [await runServerCommand(serverCommand, edge, systemClock.wallMs)],
  ]);
  return [...told, ...printed];
}
