import { APIS } from '../../chat/apis/table.ts';
import { defineCommand } from '../command.ts';
import { RECORD_OPTIONS, recordSettings } from './record-settings.ts';

/** `/a, /b or /c` */
const PATH_ENDS = APIS.map(({ pathEnd }) => pathEnd)
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1');

/** `reprise record` */
export const command = defineCommand({
  description:
    'Records LLM requests through a reverse proxy between clients and a server such as vLLM. All requests are ' +
    `forwarded; POSTs whose path ends in ${PATH_ENDS} are stored on a tape with their timing.`,
  arguments: [],
  options: RECORD_OPTIONS,
  examples: [
    'record --upstream http://127.0.0.1:8000',
    'record --upstream http://gpu-1:8000 --listen 0.0.0.0:8080 --out recordings/monday.sqlite',
    'record --upstream http://gpu-1:8000 --sample 10% --redact-pattern email --admin 127.0.0.1:9090',
    'record --upstream http://gpu-1:8000 --rotate 1h --upload s3://tapes/gpu-1',
  ],
  prepare(input) {
    const settings = recordSettings(input);
    return async () => (await import('./record-traffic.ts')).recordTraffic(settings);
  },
});
