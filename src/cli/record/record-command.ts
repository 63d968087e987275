import { defineCommand } from '../command.ts';
import { DEFAULT_PATHS, RECORD_OPTIONS, recordSettings } from './record-settings.ts';

/** `reprise record` */
export const command = defineCommand({
  description:
    'Records chat and text completions through a reverse proxy between clients and a vLLM server. All requests are ' +
    `forwarded; POST ${DEFAULT_PATHS.join(' and ')} are stored on a tape with their timing.`,
  arguments: [],
  options: RECORD_OPTIONS,
  examples: [
    'record --upstream http://127.0.0.1:8000',
    'record --upstream http://gpu-1:8000 --listen 0.0.0.0:8080 --out recordings/monday.sqlite',
    'record --upstream http://gpu-1:8000 --sample 10% --redact-pattern email --admin 127.0.0.1:9090',
  ],
  prepare(input) {
    const settings = recordSettings(input);
    // What serves is loaded only now, so that help and mistakes are answered at once.
    return async () => (await import('./record-traffic.ts')).recordTraffic(settings);
  },
});
