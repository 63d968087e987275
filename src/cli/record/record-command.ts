import type { Command } from 'commander';
import { collect } from '../option-values.ts';
import { DEFAULT_PATHS, type RecordOptions, recordSettings } from './record-settings.ts';

/** `reprise record` */
export function register(program: Command): void {
  program
    .command('record')
    .description(
      'Stands between clients and a vLLM server and writes every chat completion that passes, with its timing, ' +
        `to a tape. Everything passes; POST ${DEFAULT_PATHS.join(' and ')} are recorded.`,
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
  // What serves is loaded only now: help, and a word that cannot be meant, are answered at once.
  await (await import('./record-traffic.ts')).recordTraffic(settings);
}
