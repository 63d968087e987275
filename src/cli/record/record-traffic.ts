import { once } from 'node:events';
import { apiOfPath } from '../../chat/apis/table.ts';
import { systemClock } from '../../model/clock.ts';
import { createRecorderMetrics } from '../../record/recorder-metrics.ts';
import type { CommandResult } from '../command.ts';
import { defaultTapePath, removeTape } from '../tape-file.ts';
import { createLog } from '../terminal/log.ts';
import { listenForStop } from '../terminal/stop-signal.ts';
import { openRecording, upstreamName, whyNoAnswer } from './open-recording.ts';
import { createRecordProgress } from './record-progress.ts';
import type { RecordSettings } from './record-settings.ts';
import { serveRecording } from './serve-recording.ts';

/** How often it is looked whether a new tape is due, ms. */
const ROTATE_CHECK_MS = 1_000;

/** Serves, and writes what passes, until Ctrl-C or SIGTERM; what is in flight then may end. */
export async function recordTraffic(settings: RecordSettings): Promise<CommandResult> {
  const { upstream, drainMs } = settings;
  const path = settings.out ?? defaultTapePath(systemClock.wallMs());
  const log = createLog(settings.jsonLog);
  const stop = listenForStop(log.info);
  const progress = createRecordProgress(systemClock.nowUs);
  const metrics = createRecorderMetrics();
  const tapes = await openRecording(settings, path, log, (digests) => {
    progress.add(digests);
    metrics.add(digests);
  });
  const { proxies, admin } = await serveRecording(settings, tapes, metrics, log, stop.signal).catch(
    async (error: unknown) => {
      await tapes.close();
      // A tape that never saw a request is only in the way of the next try.
      if (!settings.append) removeTape(path);
      throw error;
    },
  );
  const server = upstreamName(upstream);
  log.info(`recording ${server} to ${path}: send clients to ${proxies.url.origin}, Ctrl-C stops`, {
    upstream: server,
    tape: path,
    listen: proxies.url.origin,
    admin: admin?.url.origin ?? null,
  });
  for (const named of settings.paths ?? []) {
    if (apiOfPath(named) !== null) continue;
    log.warn(
      `--path ${named} is not an API that is understood: its requests have no token figures and are not replayed`,
    );
  }
  if (admin !== null) log.info(`counts are at ${admin.url.origin}/metrics`);
  void tapes.begun.then(async (described) => {
    const why = described ? null : await whyNoAnswer(settings);
    if (why !== null) log.warn(`${server} does not answer yet: ${why}`);
  });

  const status = () => progress.status(proxies.stats(), tapes.drops());
  const endProgress = log.progress(status);
  const rotation = setInterval(() => void tapes.rotateIfDue(), ROTATE_CHECK_MS);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await proxies.close(drainMs);
  clearInterval(rotation);
  endProgress();
  await tapes.close();
  await admin?.close();
  const { line, fields } = status();
  log.info(`${line}; ${tapes.path()} is complete`, { ...fields, tape: tapes.path() });
  return {};
}
