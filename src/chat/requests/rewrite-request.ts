import { asObject, type JsonObject } from '../../model/json.ts';
import type { BodyEdit, FreeLength } from '../../model/note.ts';
import type { STREAM_TREATMENTS, USAGE_TREATMENTS } from '../../model/run.ts';
import { apiOfPath } from '../apis/table.ts';
import { type BodyDraft, createBodyDraft } from './body-draft.ts';
import { isPinned, pinLength, type RecordedLength, whyLengthIsFree } from './pin-length.ts';
import { type FieldSetting, setFields } from './set-fields.ts';

/** Names that the target knows instead of recorded ones. */
export interface ModelNames {
  readonly renamed: ReadonlyMap<string, string>;
  /** For every other model; null keeps them. */
  readonly others: string | null;
}

/** What a replay changes in recorded requests. */
export interface RewriteOptions {
  readonly lengths: 'pinned' | 'free';
  readonly models: ModelNames;
  readonly stream: (typeof STREAM_TREATMENTS)[number];
  readonly usage: (typeof USAGE_TREATMENTS)[number];
  /** Whether a place for a `cache_salt` is made. */
  readonly salt: boolean;
  /** Members that the user sets; they go before every other change. */
  readonly set: readonly FieldSetting[];
}

/** A recorded body and what it says. */
export interface RecordedBody {
  /** With query. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The bytes, parsed; null when they are no JSON object. */
  readonly document: JsonObject | null;
}

/** A body ready to be sent again, and what was changed in it. */
export interface ReplayBody {
  readonly bytes: Uint8Array;
  /** Where in the body a salt goes, bytes from its start; null where there is no place. */
  readonly saltAt: number | null;
  /** Whether an event stream is asked for. */
  readonly streams: boolean;
  /** Output tokens that are asked for, no more and no fewer; null where the length is free, or only bounded. */
  readonly askedTokens: number | null;
  readonly changes: readonly BodyEdit[];
  /** Why the length is not the recorded one although that was wanted; null where it is, or was not. */
  readonly freeLength: FreeLength | null;
}

/** Body fields that belong to the one recorded request: its id, and block addresses of a KV transfer that is over. */
const DROPPED_FIELDS = ['request_id', 'kv_transfer_params', 'ec_transfer_params'] as const;

/**
 * Prepares a recorded body for replay. It stays byte for byte as recorded but for the members that the options change or
 * that must not be repeated; a body that is no JSON object is left alone.
 * @param recorded how the exchange ended, which decides whether its length can be pinned
 */
export function rewriteBody(
  { path, bytes, document }: RecordedBody,
  recorded: RecordedLength,
  options: RewriteOptions,
): ReplayBody {
  const api = apiOfPath(path);
  if (api === null || document === null) {
    return { bytes, saltAt: null, streams: false, askedTokens: null, changes: [], freeLength: null };
  }
  const draft = createBodyDraft(bytes, document);
  setFields(draft, options.set);
  for (const field of DROPPED_FIELDS) draft.remove(field, { kind: 'fieldRemoved', field });
  renameModel(draft, options.models);
  const freeLength = options.lengths === 'free' ? null : whyLengthIsFree(recorded, draft.document());
  const pinned = options.lengths === 'pinned' && freeLength === null;
  if (pinned) {
    pinLength(draft, api, recorded.completionTokens ?? 0);
  }
  changeStream(draft, options.stream);
  const usageSet = options.set.some(
    ({ path }) => path[0] === 'stream_options' && path[1] === 'include_usage',
  );
  if (api.usageOnDemand && !usageSet) askForUsage(draft, options.usage);
  if (options.salt) draft.openSlot('cache_salt', { kind: 'cacheSalted' });
  const { slotAt, ...finished } = draft.finish();
  const asked = pinned && isPinned(draft, api, recorded.completionTokens ?? 0);
  const askedTokens = asked ? recorded.completionTokens : null;
  return { ...finished, askedTokens, saltAt: slotAt, streams: draft.get('stream') === true, freeLength };
}

function renameModel(draft: BodyDraft, { renamed, others }: ModelNames): void {
  const recorded = draft.get('model');
  const known = typeof recorded === 'string' ? renamed.get(recorded) : undefined;
  const name = known ?? others;
  if (name !== null) draft.set('model', name, { kind: 'modelRenamed' });
}

function changeStream(draft: BodyDraft, wanted: RewriteOptions['stream']): void {
  if (wanted === 'off' && draft.get('stream') === true) {
    draft.set('stream', false, { kind: 'flagSet', field: 'stream', value: false });
    // A server refuses them without a stream.
    draft.remove('stream_options', { kind: 'fieldRemoved', field: 'stream_options' });
  }
  // A server refuses to stream these.
  const plainOnly = draft.get('prompt_logprobs') != null || draft.get('use_beam_search') === true;
  if (wanted === 'on' && !plainOnly)
    draft.set('stream', true, { kind: 'flagSet', field: 'stream', value: true });
}

function askForUsage(draft: BodyDraft, wanted: RewriteOptions['usage']): void {
  if (wanted === 'keep' || draft.get('stream') !== true) return;
  if (wanted === 'none') {
    // A server that refuses the default does not know the object at all.
    draft.remove('stream_options', { kind: 'fieldRemoved', field: 'stream_options' });
    return;
  }
  const more: JsonObject = wanted === 'continuous' ? { continuous_usage_stats: true } : {};
  const options = { ...asObject(draft.get('stream_options')), include_usage: true, ...more };
  draft.set('stream_options', options, { kind: 'usageRequested', usage: wanted });
}
