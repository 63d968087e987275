import type { OneAnswer } from '../../replay/send-once.ts';
import type { TrafficSettings } from './replay-settings.ts';

/** Fields that ask for usage; a server that knows none of them names one in its refusal. */
export const USAGE_FIELDS = /stream_options|include_usage|continuous_usage/;

/** Whether a server's refusal is about the fields that ask for usage. */
export function refusesUsage({ status, words }: Pick<OneAnswer, 'status' | 'words'>): boolean {
  return status !== null && status >= 400 && status < 500 && USAGE_FIELDS.test(words);
}

/**
 * The settings without a request for usage, for a server that refuses it; tokens are counted by stream events then.
 * @returns null where the user asked for usage, or where it is not asked for: then the refusal ends the command
 */
export function withoutUsage<S extends TrafficSettings>(settings: S): S | null {
  const { requests, send } = settings;
  if (!requests.usageOptional) return null;
  return {
    ...settings,
    send: { ...send, usage: 'none' },
    requests: { ...requests, usageOptional: false, rewrite: { ...requests.rewrite, usage: 'none' } },
  };
}
