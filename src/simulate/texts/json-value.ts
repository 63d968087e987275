import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { Random } from '../../model/random.ts';

/** Nesting at which only what is required is still written, and one at which nothing is. */
const SHALLOW = 4;
const DEEPEST = 16;

const WORDS = ['river', 'lamp', 'north', 'paper', 'green', 'stone', 'Paris', 'Berlin', 'Tokyo', 'open'];

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-03-14',
  'date-time': '2026-03-14T09:26:53Z',
  email: 'ada@example.com',
  uri: 'https://example.com/a',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
};

/**
 * A value that a JSON schema allows: types, enumerations, constants, required and optional properties, sizes and
 * ranges, common formats, references within the schema, unions (one branch) and `allOf` (merged). `pattern`, `not`,
 * `prefixItems` and conditions are ignored.
 * @param schema any schema; anything that is not an object allows everything and gets an object without properties
 */
export function jsonValue(schema: unknown, random: Random): unknown {
  const pick = (list: readonly unknown[]): unknown => list[Math.floor(random.uniform(0, list.length))];

  /** Follows references, merges `allOf` and one branch of a union: all of them rules of one and the same value. */
  function resolved(given: unknown, depth: number): JsonObject {
    const { $ref: reference, allOf, anyOf, oneOf, ...own } = asObject(given) ?? {};
    if (depth > DEEPEST) return own;
    const union = [...asArray(anyOf), ...asArray(oneOf)];
    // Below a certain depth the branch that needs least: a union is how recursive schemas end.
    const least = depth >= SHALLOW || union.length === 0;
    const branch = least ? union.toSorted((a, b) => sizeOf(a) - sizeOf(b))[0] : pick(union);
    const parts = [...asArray(allOf), branch, referred(schema, asString(reference))];
    return parts
      .filter((part) => part !== undefined)
      .reduce<JsonObject>((all, part) => merged(all, resolved(part, depth + 1)), own);
  }

  function text(rules: JsonObject): string {
    const formatted = FORMATS[asString(rules.format) ?? ''];
    if (formatted !== undefined) return formatted;
    const least = count(rules.minLength, 0);
    let words = String(pick(WORDS));
    while (words.length < least) words += ` ${pick(WORDS)}`;
    return words.slice(0, count(rules.maxLength, Math.max(least, 40))).padEnd(least, 'a');
  }

  function number(rules: JsonObject, grain: number): number {
    const step = typeof rules.multipleOf === 'number' && rules.multipleOf > 0 ? rules.multipleOf : grain;
    const above = bound(rules.minimum, rules.exclusiveMinimum, step);
    const below = bound(rules.maximum, rules.exclusiveMaximum, -step);
    const low = Math.ceil((above ?? Math.min(0, (below ?? 0) - 100 * step)) / step);
    const high = Math.max(low, Math.floor((below ?? (low + 100) * step) / step));
    // Tenths and the like do not add up in binary.
    return Number((Math.floor(random.uniform(low, high + 1)) * step).toPrecision(12));
  }

  function list(rules: JsonObject, depth: number): unknown[] {
    const least = count(rules.minItems, depth < SHALLOW ? 1 : 0);
    const most = Math.max(least, Math.min(count(rules.maxItems, least + 1), least + 1));
    const length = depth >= DEEPEST ? 0 : Math.floor(random.uniform(least, most + 1));
    return Array.from({ length }, () => value(rules.items, depth + 1));
  }

  function object(rules: JsonObject, depth: number): JsonObject {
    const properties = asObject(rules.properties) ?? {};
    const required = asArray(rules.required).map(String);
    const written = [...new Set([...Object.keys(properties), ...required])].filter(
      (name) => required.includes(name) || (depth < SHALLOW && random.uniform(0, 1) >= 0.3),
    );
    if (depth >= DEEPEST) return {};
    return Object.fromEntries(written.map((name) => [name, value(properties[name], depth + 1)]));
  }

  function value(given: unknown, depth: number): unknown {
    const rules = resolved(given, depth);
    if ('const' in rules) return rules.const;
    if (Array.isArray(rules.enum) && rules.enum.length > 0) return pick(rules.enum);
    const type = Array.isArray(rules.type) ? pick(rules.type) : rules.type;
    if (type === 'string') return text(rules);
    if (type === 'integer') return number(rules, 1);
    if (type === 'number') return number(rules, 0.5);
    if (type === 'boolean') return random.uniform(0, 1) < 0.5;
    if (type === 'null') return null;
    return type === 'array' || rules.items !== undefined ? list(rules, depth) : object(rules, depth);
  }

  return value(schema, 0);
}

function merged(rules: JsonObject, more: JsonObject): JsonObject {
  const properties = { ...asObject(rules.properties), ...asObject(more.properties) };
  const required = [...asArray(rules.required), ...asArray(more.required)];
  return { ...rules, ...more, properties, required };
}

/** What `#/a/b` refers to in the document; undefined when there is no such place. */
function referred(root: unknown, reference: string | null): unknown {
  if (reference === null) return undefined;
  const names = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  return names.reduce<unknown>((at, name) => asObject(at)?.[decodeURIComponent(name)], root);
}

function sizeOf(schema: unknown): number {
  return JSON.stringify(schema).length;
}

/** An inclusive bound; an exclusive one is a step further in. */
function bound(inclusive: unknown, exclusive: unknown, step: number): number | null {
  if (typeof exclusive === 'number') return exclusive + step;
  return typeof inclusive === 'number' ? inclusive : null;
}

function count(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? Math.floor(value) : otherwise;
}

/** JSON as Python's `json.dumps` writes it, and models like it: a space after each comma and colon. */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${spacedJson(member)}`,
  );
  return `{${members.join(', ')}}`;
}
