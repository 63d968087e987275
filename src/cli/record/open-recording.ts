import { CREDENTIAL_HEADERS, CREDENTIAL_PARAMETERS } from '../../chat/redact.ts';
import type { ServerState } from '../../model/capture.ts';
import { systemClock } from '../../model/clock.ts';
import type { Digest } from '../../model/digest.ts';
import { probeTarget } from '../../replay/probe-target.ts';
import { toolVersion } from '../provenance.ts';
import { runServerCommand } from '../replay/server-states.ts';
import { settingsWithoutSecrets } from '../secrets.ts';
import type { Log } from '../terminal/terminal.ts';
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
  const { maxBodyBytes: _size, ...rules } = keep;
  const redaction = {
    headers: [...CREDENTIAL_HEADERS, ...settings.redactHeaders],
    parameters: CREDENTIAL_PARAMETERS,
    ...rules,
  };
  return openTapeSeries({
    path,
    mode: settings.append ? 'append' : 'create',
    thread: { queueBytes, policy: keep, onProblem: log.warn, onDigests },
    limits,
    capture: () => ({
      startedAtMs: systemClock.wallMs(),
      startedUs: systemClock.nowUs(),
      upstream: upstream.origin,
      toolVersion: toolVersion(),
      settings: settingsOnTape(settings),
      redaction,
    }),
    wallMs: systemClock.wallMs,
    statesOf: (edge) => statesOf(settings, edge),
    warn: log.warn,
  });
}

/** How the recording was made, for readers of the tape: without keys and certificates, secrets in commands masked. */
function settingsOnTape(settings: RecordSettings): Readonly<Record<string, unknown>> {
  // Upstream and redaction have columns of their own.
  const { upstream: _upstream, keep, redactHeaders: _headers, tls, upstreamCa, ...rest } = settings;
  const { maxBodyBytes } = keep;
  return settingsWithoutSecrets({
    ...rest,
    maxBodyBytes,
    tls: tls !== null,
    upstreamCa: upstreamCa !== null,
  });
}

/** What the upstream and the operator's command say, so that the tape tells what was recorded. */
async function statesOf(settings: RecordSettings, edge: 'start' | 'end'): Promise<readonly ServerState[]> {
  const { upstream, upstreamCa, serverCommand } = settings;
  const [told, printed] = await Promise.all([
    probeTarget(upstream.origin, edge, [], systemClock.wallMs, upstreamCa),
    serverCommand === null ? [] : [await runServerCommand(serverCommand, edge, systemClock.wallMs)],
  ]);
  return [...told, ...printed];
}
