import { once } from 'node:events';
import { apiOfPath } from '../../chat/apis/table.ts';
import { sufficientPercentile } from '../../measure/distribution.ts';
import type { CaptureStart } from '../../model/capture.ts';
import { systemClock } from '../../model/clock.ts';
import type { LiveSample } from '../../model/completion.ts';
import { DROP_REASONS, type DropReason } from '../../model/exchange.ts';
import { EXIT } from '../../model/user-error.ts';
import { createRecorderMetrics } from '../../record/recorder-metrics.ts';
import type { RecorderStats } from '../../record/start-recorder.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { duration, whole } from '../../report/quantities.ts';
import type { CommandResult } from '../command.ts';
import { keepYoungHeapsSmall } from '../heap-size.ts';
import { addressOf } from '../replay/target-address.ts';
import { defaultTapePath, makeFolder, removeTape } from '../tape-file.ts';
import { createLiveFigures, type LiveSnapshot, type LiveText, liveText } from '../terminal/live-text.ts';
import { createLog, listenForStop } from '../terminal/terminal.ts';
import { openRecording, serveRecording, whyNoAnswer } from './open-recording.ts';
import type { RecordSettings } from './record-settings.ts';
import { startSpans } from './spans.ts';
import type { TapeSeries } from './tape-series.ts';
import { startUploads } from './uploads.ts';

/** How often it is looked whether a new tape is due, ms. */
const ROTATE_CHECK_MS = 1_000;

/** How long after the drain the upstream may still say what it is at the end, ms. */
const END_STATES_MS = 500;

/** How long the end waits for the last uploads, ms; the next recording sends what is left. */
const LAST_UPLOADS_MS = 20_000;

/** Serves, and writes what passes, until Ctrl-C or SIGTERM; what is in flight then may end. */
export async function recordTraffic(settings: RecordSettings): Promise<CommandResult> {
  keepYoungHeapsSmall();
  const { upstream, drainMs, otlp } = settings;
  const path = settings.out ?? defaultTapePath(systemClock.wallMs());
  const log = createLog(settings.jsonLog);
  const stop = listenForStop(log.info);
  // Node's own way to say them may wait for a terminal.
  process.removeAllListeners('warning').on('warning', ({ message }) => log.warn(message));
  const progress = createRecordProgress(systemClock.nowUs);
  const metrics = createRecorderMetrics();
  let opened: TapeSeries | null = null;
  if (settings.upload !== null) makeFolder(path);
  const uploads =
    settings.upload === null ? null : startUploads(settings.upload, path, log, () => opened?.keepNewest());
  const spans = otlp === null ? null : startSpans(otlp, upstream, log);
  const onSamples = (samples: readonly LiveSample[], capture: CaptureStart): void => {
    progress.add(samples);
    metrics.add(samples);
    spans?.add(samples, capture);
  };
  const tapes = await openRecording(settings, path, log, onSamples, uploads);
  opened = tapes;
  const { proxies, admin } = await serveRecording(settings, tapes, metrics, log, stop.signal, {
    uploads,
    spans,
  }).catch(async (error: unknown) => {
    await tapes.close();
    // A tape that never saw a request is only in the way of the next try.
    if (!settings.append) removeTape(path);
    throw error;
  });
  const server = addressOf(upstream);
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
  let toldRefused = 0;
  const rotation = setInterval(() => {
    void tapes.rotateIfDue();
    const { connectionsRefused } = proxies.stats();
    if (connectionsRefused > toldRefused) {
      log.warn(
        `${connectionsRefused} connections were closed at once, since this process may open too few files: raise ulimit -n`,
      );
    }
    toldRefused = connectionsRefused;
  }, ROTATE_CHECK_MS);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  const endByMs = systemClock.wallMs() + drainMs + END_STATES_MS;
  tapes.endBy(endByMs);
  await proxies.close(drainMs);
  clearInterval(rotation);
  endProgress();
  await tapes.close();
  await Promise.all([
    uploads?.finish(LAST_UPLOADS_MS),
    spans?.finish(Math.max(0, endByMs - systemClock.wallMs())),
  ]);
  await admin?.close();
  const { line, fields } = status();
  const missing = whatIsMissing(tapes.drops(), tapes.unclosed());
  const tape = tapes.path();
  if (missing === null) log.info(`${line}; ${tape} is complete`, { ...fields, tape });
  else log.warn(`${line}; ${tape} is not complete: ${missing}`, { ...fields, tape, drops: tapes.drops() });
  return missing === null ? {} : { exitCode: EXIT.invalid };
}

const LOST_BECAUSE: Readonly<Record<DropReason, string>> = {
  queue_full: 'were dropped because the queue was full',
  write_failed: 'could not be written',
};

/** @returns what keeps a recording from being complete; null when nothing is missing */
function whatIsMissing(drops: Readonly<Record<string, number>>, unclosed: readonly string[]): string | null {
  const lost = DROP_REASONS.flatMap((reason) => {
    const count = drops[reason] ?? 0;
    return count === 0 ? [] : [`${counted(count, 'record')} ${LOST_BECAUSE[reason]}`];
  });
  const parts = [...lost, ...unclosed.map((path) => `${path} could not be closed`)];
  return parts.length === 0 ? null : parts.join(', ');
}

/**
 * What a recorder shows while it runs.
 * @param nowUs the monotonic clock; it is not asked for each exchange
 */
export function createRecordProgress(nowUs: () => number) {
  const startedUs = nowUs();
  const figures = createLiveFigures(startedUs);
  return {
    add: (samples: readonly LiveSample[]): void =>
      figures.add(
        samples.filter(({ ignored }) => ignored !== true),
        nowUs(),
      ),
    status(
      { inFlight, requests, recorded, resent }: RecorderStats,
      drops: Readonly<Record<string, number>>,
    ): LiveText & { readonly fields: Readonly<Record<string, unknown>> } {
      const now = nowUs();
      const snapshot = figures.snapshot(now);
      const dropped = Object.values(drops).reduce((sum, n) => sum + n, 0);
      const time = duration((now - startedUs) / 1e3);
      const title = `${time}, ${counted(requests, 'request')}, ${whole(recorded)} recorded`;
      const more = [`${whole(snapshot.aborted)} aborted`, `${whole(dropped)} dropped`];
      const fields = { requests, recorded, resent, inFlight, ...fieldsOf(snapshot), dropped };
      return { ...liveText(snapshot, { title, inFlight, more }), fields };
    },
  };
}

/** The snapshot by the names of the JSON log; a percentile with too few samples is null. */
function fieldsOf({
  ended: _ended,
  rateOverTime: _rateOverTime,
  ttftMs,
  e2elMs,
  ...counts
}: LiveSnapshot): Readonly<Record<string, number | null>> {
  return {
    ...counts,
    ttftP50Ms: sufficientPercentile(ttftMs, 'p50'),
    ttftP99Ms: sufficientPercentile(ttftMs, 'p99'),
    e2elP50Ms: sufficientPercentile(e2elMs, 'p50'),
    e2elP99Ms: sufficientPercentile(e2elMs, 'p99'),
  };
}
