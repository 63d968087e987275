import type { RecordOptions } from '../../src/cli/record/record-settings.ts';

/** `reprise record --upstream http://127.0.0.1:8000` as commander gives it. */
export const LEAST_RECORD_OPTIONS: RecordOptions = {
  upstream: 'http://127.0.0.1:8000',
  listen: '127.0.0.1:8080',
  sample: '100%',
  bodies: true,
  maxBody: '32MiB',
  queueBytes: '256MiB',
  drain: '30s',
  workers: '1',
  log: 'text',
};
