import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { Random } from '../../model/random.ts';

/** Nesting at which only what is required is still written, and one at which nothing is. */
const SHALLOW = 4;
const DEEPEST = 16;

const WORDS = ['river', 'lamp', 'north', 'paper', 'green', 'stone', 'Paris', 'Berlin', 'Tokyo', 'open'];

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-03-14',
  time: '09:26:53Z',
  'date-time': '2026-03-14T09:26:53Z',
  duration: 'PT15M',
  email: 'ada@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.7',
  ipv6: '2001:db8::7',
  uri: 'https://example.com/a',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
};

/**
 * A value that a JSON schema allows: types, enumerations, constants, required and optional properties, sizes and
 * ranges, formats, references within the schema, unions (one branch) and `allOf` (merged). `pattern`, `not` and
 * conditions are not looked at.
 * @param schema any schema; anything that is not an object allows everything and gets an object without properties
 */
export function jsonValue(schema: unknown, random: Random): unknown {
  return valueFor(schema, { root: asObject(schema) ?? {}, random }, 0);
}

interface Drawing {
  readonly root: JsonObject;
  readonly random: Random;
}

function valueFor(schema: unknown, drawing: Drawing, depth: number): unknown {
  const rules = resolved(asObject(schema) ?? {}, drawing, depth);
  if ('const' in rules) return rules.const;
  if (Array.isArray(rules.enum) && rules.enum.length > 0) return pick(rules.enum, drawing.random);
  switch (typeOf(rules, drawing)) {
    case 'string':
      return stringOf(rules, drawing.random);
    case 'integer':
      return numberOf(rules, drawing.random, 1);
    case 'number':
      return numberOf(rules, drawing.random, 0.5);
    case 'boolean':
      return drawing.random.uniform(0, 1) < 0.5;
    case 'null':
      return null;
    case 'array':
      return arrayOf(rules, drawing, depth);
    default:
      return objectOf(rules, drawing, depth);
  }
}

/** Follows references, merges `allOf`, takes a branch of a union: all of them rules of one and the same value. */
function resolved(schema: JsonObject, drawing: Drawing, depth: number): JsonObject {
  let rules = schema;
  for (let steps = 0; steps < DEEPEST; steps++) {
    const { $ref: reference, allOf, anyOf, oneOf, ...own } = rules;
    const union = [...asArray(anyOf), ...asArray(oneOf)];
    if (typeof reference === 'string') rules = merge(own, referred(drawing.root, reference));
    else if (Array.isArray(allOf)) rules = allOf.reduce<JsonObject>((all, one) => merge(all, one), own);
    else if (union.length > 0) {
      // Below a certain depth the branch that needs least: a union is how recursive schemas end.
      const branch = depth >= SHALLOW ? union.reduce(lesser) : pick(union, drawing.random);
      rules = merge(own, branch);
    } else break;
  }
  return rules;
}

function merge(rules: JsonObject, more: unknown): JsonObject {
  const added = asObject(more) ?? {};
  return {
    ...rules,
    ...added,
    ...(rules.properties === undefined && added.properties === undefined
      ? {}
      : { properties: { ...asObject(rules.properties), ...asObject(added.properties) } }),
    ...(rules.required === undefined && added.required === undefined
      ? {}
      : { required: [...asArray(rules.required), ...asArray(added.required)] }),
  };
}

/** `#/a/b` in the document; an unknown one allows everything. */
function referred(root: JsonObject, reference: string): unknown {
  const names = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  return names.reduce<unknown>(
    (at, name) => asObject(at)?.[decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')],
    root,
  );
}

function lesser(a: unknown, b: unknown): unknown {
  return JSON.stringify(b).length < JSON.stringify(a).length ? b : a;
}

function typeOf(rules: JsonObject, { random }: Drawing): string {
  if (Array.isArray(rules.type)) return String(pick(rules.type, random));
  const named = asString(rules.type);
  if (named !== null) return named;
  if (rules.items !== undefined || rules.prefixItems !== undefined) return 'array';
  return rules.minLength !== undefined || rules.format !== undefined ? 'string' : 'object';
}

function stringOf(rules: JsonObject, random: Random): string {
  const formatted = FORMATS[asString(rules.format) ?? ''];
  if (formatted !== undefined) return formatted;
  const least = sizeOf(rules.minLength, 0);
  const most = sizeOf(rules.maxLength, Math.max(least, 40));
  let text = String(pick(WORDS, random));
  while (text.length < least) text += ` ${pick(WORDS, random)}`;
  return text.slice(0, most).padEnd(least, 'a');
}

function numberOf(rules: JsonObject, random: Random, grain: number): number {
  const step = typeof rules.multipleOf === 'number' && rules.multipleOf > 0 ? rules.multipleOf : grain;
  const above = bound(rules.minimum, rules.exclusiveMinimum, step);
  const below = bound(rules.maximum, rules.exclusiveMaximum, -step);
  const low = Math.ceil((above ?? (below === null ? 0 : Math.min(0, below - 100 * step))) / step);
  const high = Math.max(low, Math.floor((below ?? (low + 100) * step) / step));
  const value = Math.floor(random.uniform(low, high + 1)) * step;
  // Tenths and the like do not add up in binary.
  return Number(value.toPrecision(12));
}

/** An inclusive bound; an exclusive one is a step further in. */
function bound(inclusive: unknown, exclusive: unknown, step: number): number | null {
  if (typeof exclusive === 'number') return exclusive + step;
  if (typeof inclusive !== 'number') return null;
  return exclusive === true ? inclusive + step : inclusive;
}

function arrayOf(rules: JsonObject, drawing: Drawing, depth: number): unknown[] {
  const first = asArray(rules.prefixItems);
  const least = Math.max(sizeOf(rules.minItems, depth < SHALLOW ? 1 : 0), first.length);
  const most = Math.min(sizeOf(rules.maxItems, least + 1), least + 1);
  const length = depth >= DEEPEST ? 0 : Math.floor(drawing.random.uniform(least, Math.max(least, most) + 1));
  return Array.from({ length }, (_, i) => valueFor(first[i] ?? rules.items, drawing, depth + 1));
}

function objectOf(rules: JsonObject, drawing: Drawing, depth: number): JsonObject {
  const properties = asObject(rules.properties) ?? {};
  const required = asArray(rules.required).map(String);
  const value: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(properties), ...required])) {
    const optional = !required.includes(name);
    if (depth >= DEEPEST || (optional && (depth >= SHALLOW || drawing.random.uniform(0, 1) < 0.3))) continue;
    value[name] = valueFor(properties[name], drawing, depth + 1);
  }
  return value;
}

function sizeOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? Math.floor(value) : otherwise;
}

function pick<T>(list: readonly T[], random: Random): T | undefined {
  return list[Math.floor(random.uniform(0, list.length))];
}
