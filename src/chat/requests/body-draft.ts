import { asObject, type JsonObject, parseExact } from '../../model/json.ts';
import type { BodyEdit } from '../../model/note.ts';
import { bodyText } from '../body.ts';
import { editMembers } from './json-members.ts';

/** What a draft came to. */
export interface FinishedBody {
  /** The very same as recorded when nothing was changed. */
  readonly bytes: Uint8Array;
  /** Where the slot's text begins, right after its quote; null without a slot. */
  readonly slotAt: number | null;
  /** In the order in which they were made. */
  readonly changes: readonly BodyEdit[];
}

/**
 * A request body that is being changed, member by member, with a note of every change.
 * @param document what the recorded bytes say
 */
export function createBodyDraft(recorded: Uint8Array, document: JsonObject) {
  const edits = new Map<string, string | null>();
  const present = new Map(Object.entries(document));
  const changes: BodyEdit[] = [];
  const held = new Set<string>();
  let slot: string | null = null;

  function write(key: string, value: unknown, change: BodyEdit): void {
    present.set(key, value);
    edits.set(key, JSON.stringify(value));
    changes.push(change);
  }

  return {
    /** The present value of a member. */
    get: (key: string): unknown => present.get(key),
    /** The same with every digit of its numbers. */
    exact(key: string): unknown {
      const edit = edits.get(key);
      if (edit != null) return parseExact(edit);
      return present.has(key) ? (asObject(parseExact(bodyText(recorded))) ?? document)[key] : undefined;
    },
    /** The body with all changes so far. */
    document: (): JsonObject => (edits.size === 0 ? document : Object.fromEntries(present)),
    /** Later changes of this member are passed over. */
    hold: (key: string): void => void held.add(key),
    /** Notes what is no change of the bytes. */
    note: (change: BodyEdit): void => void changes.push(change),
    /** Gives a member a value; nothing happens where it has it. */
    set(key: string, value: unknown, change: BodyEdit): void {
      if (held.has(key)) return;
      const same = present.has(key) && JSON.stringify(present.get(key)) === JSON.stringify(value);
      if (!same) write(key, value, change);
    },
    remove(key: string, change: BodyEdit): void {
      if (held.has(key) || !present.delete(key)) return;
      edits.set(key, null);
      changes.push(change);
    },
    /** Makes a member a string, the one that it was or an empty one, into which a beginning can be put. */
    openSlot(key: string, change: BodyEdit): void {
      if (held.has(key)) return;
      const now = present.get(key);
      write(key, typeof now === 'string' ? now : '', change);
      slot = key;
    },
    finish(): FinishedBody {
      if (edits.size === 0) return { bytes: recorded, slotAt: null, changes };
      const { bytes, written } = editMembers(recorded, edits);
      const at = slot === null ? undefined : written.get(slot);
      return { bytes, slotAt: at === undefined ? null : at + 1, changes };
    },
  };
}

export type BodyDraft = ReturnType<typeof createBodyDraft>;
