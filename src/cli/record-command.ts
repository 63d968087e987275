import { once } from 'node:events';
import type { Command } from 'commander';
import { systemClock } from '../model/clock.ts';
import { createRecorderMetrics } from '../record/recorder-metrics.ts';
import { createLog } from './log.ts';
import { openRecording } from './open-recording.ts';
import { collect } from './option-values.ts';
import { createRecordProgress } from './record-progress.ts';
import { type RecordOptions, recordSettings } from './record-settings.ts';
import { serveRecording } from './serve-recording.ts';
import { listenForStop } from './stop-signal.ts';
import { defaultTapePath, removeTape } from './tape-file.ts';

/** How often it is looked whether a new tape is due, ms. */
const ROTATE_CHECK_MS = 1_000;

/** `reprise record` */
export function register(program: Command): void {
  program
    .command('record')
    .description(
      'Stands between clients and a vLLM server and writes every chat completion that passes, with its timing, ' +
        'to a tape. Everything passes; POST /v1/chat/completions and /v1/completions are recorded.',
    )
    .requiredOption('--upstream <url>', "the server's root, e.g. http://127.0.0.1:8000")
    .option('--listen <address>', 'where clients connect; port 0 takes a free one', '127.0.0.1:8080')
    .option('--out <tape>', 'the tape; recordings/TIME.sqlite by default')
    .option('--append', 'go on with the tape named by --out')
    .option('--path <path>', 'record POSTs to this path instead; may be repeated', collect)
    .option('--sample <share>', 'record this share of the conversations, whole ones', '100%')
    .option('--no-bodies', 'keep timing, sizes and token counts only')
    .option('--redact-header <name>', 'hide one more header; may be repeated', collect)
    .option('--redact-json-path <path>', 'empty this place in bodies, e.g. messages[*].content', collect)
    .option('--redact-pattern <pattern>', 'overwrite email, keys, cards or a regular expression', collect)
    .option('--max-body <size>', 'keep at most this much of a body; the rest passes', '32MiB')
    .option('--queue-bytes <size>', 'drop records rather than let more than this wait', '256MiB')
    .option('--fail-closed', 'answer 503 to what cannot be recorded, instead of passing it unrecorded')
    .option('--drain <time>', 'at Ctrl-C or SIGTERM let what is in flight end for so long', '30s')
    .option('--rotate <limit>', 'go on with a new tape at this size or age, e.g. 1GB or 1h', collect)
    .option('--keep <n>', 'keep only the newest tapes of this recording')
    .option('--workers <n>', 'proxy threads on one port; one is enough for some 20,000 chunks/s', '1')
    .option('--tls-cert <file>', 'serve HTTPS with this certificate (PEM)')
    .option('--tls-key <file>', 'and this key')
    .option('--upstream-ca <file>', "trust this authority for the upstream's certificate (PEM)")
    .option('--admin <address>', '/metrics, /healthz and /readyz on a port of their own')
    .option('--server-command <command>', "store what this prints at both ends, e.g. 'nvidia-smi -q'")
    .option('--log <format>', 'what stderr says: text or json', 'text')
    .addHelpText(
      'after',
      `
Examples:
  reprise record --upstream http://127.0.0.1:8000
  reprise record --upstream http://gpu-1:8000 --listen 0.0.0.0:8080 --out recordings/monday.sqlite
  reprise record --upstream http://gpu-1:8000 --sample 10% --redact-pattern email --admin 127.0.0.1:9090`,
    )
    .action(record);
}

async function record(options: RecordOptions): Promise<void> {
  const settings = recordSettings(options);
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
  const { front, admin } = await serveRecording(settings, tapes, metrics, log, stop.signal).catch(
    async (error: unknown) => {
      await tapes.close();
      // A tape that never saw a request is only in the way of the next try.
      if (!settings.append) removeTape(path);
      throw error;
    },
  );
  log.info(`recording ${upstream.origin} to ${path}: send clients to ${front.url.origin}, Ctrl-C stops`, {
    upstream: upstream.origin,
    tape: path,
    listen: front.url.origin,
    admin: admin?.url.origin ?? null,
  });
  if (admin !== null) log.info(`counts are at ${admin.url.origin}/metrics`);
  void tapes.begun.then((reachable) => {
    if (!reachable) log.warn(`${upstream.origin} does not answer yet`);
  });

  const status = () => progress.status(front.stats(), tapes.drops());
  const endProgress = log.progress(status);
  const rotation = setInterval(() => void tapes.rotateIfDue(), ROTATE_CHECK_MS);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await front.close(drainMs);
  clearInterval(rotation);
  endProgress();
  await tapes.close();
  await admin?.close();
  const { line, fields } = status();
  log.info(`${line}; ${tapes.path()} is complete`, { ...fields, tape: tapes.path() });
}
