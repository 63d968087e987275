import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../../src/model/random.ts';
import { jsonValue, spacedJson } from '../../../src/simulate/texts/json-value.ts';

type Schema = Readonly<Record<string, unknown>>;

const draw = (schema: unknown, seed = 1): unknown => jsonValue(schema, createRandom(seed));

/** Whether a value is what a schema of the kinds below allows. */
function allows(schema: Schema, value: unknown): boolean {
  if (Array.isArray(schema.anyOf)) return schema.anyOf.some((one: Schema) => allows(one, value));
  if (Array.isArray(schema.enum)) return schema.enum.includes(value);
  switch (schema.type) {
    case 'string': {
      const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema as {
        minLength?: number;
        maxLength?: number;
      };
      return typeof value === 'string' && value.length >= minLength && value.length <= maxLength;
    }
    case 'integer': {
      const { minimum, maximum } = schema as { minimum: number; maximum: number };
      return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
    }
    case 'boolean':
      return typeof value === 'boolean';
    case 'array': {
      const { items, minItems } = schema as { items: Schema; minItems: number };
      return Array.isArray(value) && value.length >= minItems && value.every((entry) => allows(items, entry));
    }
    default: {
      const { properties, required } = schema as {
        properties: Record<string, Schema>;
        required: readonly string[];
      };
      return (
        typeof value === 'object' &&
        value !== null &&
        required.every((name) => name in value) &&
        Object.entries(value).every(([name, entry]) => allows(properties[name] ?? { enum: [] }, entry))
      );
    }
  }
}

const { schema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.record({
      type: fc.constant('string'),
      minLength: fc.nat(30),
      maxLength: fc.integer({ min: 30, max: 60 }),
    }),
    fc.record({
      type: fc.constant('integer'),
      minimum: fc.integer({ min: -50, max: 0 }),
      maximum: fc.nat(50),
    }),
    fc.constant({ type: 'boolean' }),
    fc.record({ enum: fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1 }) }),
    fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(3) }),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('schema'), { maxKeys: 4 }).chain((properties) =>
      fc.record({
        type: fc.constant('object'),
        properties: fc.constant(properties),
        required: fc.subarray(Object.keys(properties)),
      }),
    ),
  ),
}));

test('what is drawn is what the schema allows, the same for the same seed', () => {
  fc.assert(
    fc.property(schema, fc.nat(), (any, seed) => {
      const value = draw(any, seed);
      assert.ok(allows(any, value), JSON.stringify(value));
      assert.deepEqual(draw(any, seed), value);
    }),
  );
});

test('constants, formats, exclusive bounds and steps', () => {
  assert.equal(draw({ const: 7 }), 7);
  assert.equal(draw({ type: 'string', format: 'date' }), '2026-03-14');
  assert.equal(draw({ type: 'number', exclusiveMinimum: 0, maximum: 0.3, multipleOf: 0.3 }), 0.3);
  assert.equal(draw({ type: 'integer', minimum: 5, exclusiveMaximum: 6 }), 5);
  assert.equal(draw({ type: ['null'] }), null);
});

test('references are followed, also round in circles', () => {
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
        },
        required: ['name', 'next'],
      },
    },
  };
  for (let seed = 0; seed < 20; seed++) assert.match(JSON.stringify(draw(tree, seed)), /"next":null/);
  assert.deepEqual(draw({ $ref: '#/nowhere' }), {});
  assert.deepEqual(draw({ $ref: '#' }), {});
});

test('`allOf` is one value for all', () => {
  const value = draw({
    allOf: [
      { properties: { a: { const: 1 } }, required: ['a'] },
      { properties: { b: { const: 2 } }, required: ['b'] },
    ],
  });
  assert.deepEqual(value, { a: 1, b: 2 });
});

test('an invalid schema allows everything', () => {
  assert.deepEqual([draw(true), draw(null), draw({})], [{}, {}, {}]);
});

test('it is JSON with a space after each comma and colon', () => {
  assert.equal(spacedJson({ a: [1, 'x,y:z', null], b: {} }), '{"a": [1, "x,y:z", null], "b": {}}');
});

test('it is read as what was written', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      assert.deepEqual(JSON.parse(spacedJson(value)), JSON.parse(JSON.stringify(value))),
    ),
  );
});
