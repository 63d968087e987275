import { asObject, parseExact } from '../../model/json.ts';
import type { BodyDraft } from './body-draft.ts';

/** One member of a request body that the user gives a value, or takes away. */
export interface FieldSetting {
  /** As it was written. */
  readonly field: string;
  /** Names of members and positions in arrays, the first one a name. */
  readonly path: readonly [string, ...(string | number)[]];
  /** With every digit of its numbers; null takes the member away. */
  readonly value: unknown;
}

/** `a`, `$.a.b`, `a[0].b`, `a["b.c"]`: the dialect of JSONPath that names one place (RFC 9535, 2.3.1 and 2.3.3). */
const STEP = /\.?([^.[\]"'=\s]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]/y;

/** @returns null where it names no place */
function pathOf(text: string): FieldSetting['path'] | null {
  const steps: (string | number)[] = [];
  STEP.lastIndex = text.startsWith('$') ? 1 : 0;
  while (STEP.lastIndex < text.length) {
    const [, name, position, quoted, plain] = STEP.exec(text) ?? [];
    if (position !== undefined) steps.push(Number(position));
    else {
      const key = name ?? plain ?? parseExact(`"${quoted}"`);
      if (typeof key !== 'string' || (name === undefined && quoted === undefined && plain === undefined))
        return null;
      steps.push(key);
    }
  }
  const [first, ...rest] = steps;
  return typeof first === 'string' ? [first, ...rest] : null;
}

/** Reads `JSONPATH=VALUE`. @returns what is wrong with it where it is none */
export function parseFieldSetting(text: string): FieldSetting | 'noPath' | 'noValue' {
  // A quoted name may hold the sign itself.
  const at = /^(?:[^="'[]|\["(?:[^"\\]|\\.)*"\]|\['[^']*'\]|\[\d*\])*=/.exec(text)?.[0].length ?? 0;
  const field = text.slice(0, Math.max(0, at - 1)).trim();
  const path = pathOf(field);
  if (path === null) return 'noPath';
  const value = parseExact(text.slice(at));
  return value === undefined ? 'noValue' : { field, path, value };
}

/**
 * Gives members of a body the user's values, before anything else is changed: what was set here stays. Objects on the way
 * are made; a position that an array does not have, and does not end at, is noted as missing.
 */
export function setFields(draft: BodyDraft, settings: readonly FieldSetting[]): void {
  for (const { field, path, value } of settings) {
    const [key, ...rest] = path;
    const note = { kind: value === null ? 'fieldRemoved' : 'fieldSet', field } as const;
    const changed = rest.length === 0 ? value : withValue(draft.exact(key), rest, value);
    if (changed === MISSING) draft.note({ kind: 'fieldMissing', field });
    else if (changed === null) draft.remove(key, note);
    else if (changed !== undefined) draft.set(key, changed, note);
  }
  for (const { path } of settings) if (path.length === 1) draft.hold(path[0]);
}

const MISSING = Symbol('missing');

/** @returns the value with the change; undefined where there was nothing to remove */
function withValue(now: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    if (!Array.isArray(now) || step > now.length || (step === now.length && value === null)) return MISSING;
    const inner = withValue(now[step], rest, value);
    if (inner === MISSING || inner === undefined) return inner;
    return inner === null ? now.toSpliced(step, 1) : Object.assign([...now], { [step]: inner });
  }
  const object = now == null ? {} : asObject(now);
  if (object === null) return MISSING;
  if (value === null && !Object.hasOwn(object, step)) return undefined;
  const inner = withValue(Object.hasOwn(object, step) ? object[step] : undefined, rest, value);
  if (inner === MISSING || inner === undefined) return inner;
  const others = Object.entries(object).filter(([name]) => name !== step);
  if (inner === null) return Object.fromEntries(others);
  return Object.fromEntries([
    ...Object.entries(object).map(([name, old]) => [name, name === step ? inner : old]),
    ...(Object.hasOwn(object, step) ? [] : [[step, inner]]),
  ]);
}
