/** Values that a JSON Schema of the OpenAPI document allows: where an attack begins before it spoils them. */
import fc from 'fast-check';

export interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  minItems?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  propertyNames?: JsonSchema;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

/** Lists stay short: what is too long is the work of the spoilers. */
const MAX_ITEMS = 3;
const MAX_TEXT = 40;

/** `seed` decides them; the same seed gives the same values in the same order. */
export function valuesOf(schema: JsonSchema, { seed, count }: { seed: number; count: number }): unknown[] {
  return fc.sample(arbitraryOf(schema), { seed, numRuns: count });
}

function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(arbitraryOf));
  const { minimum = -1e9, maximum = 1e9 } = schema;
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -2e9), max: Math.min(maximum, 2e9) });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(MAX_ITEMS, schema.minItems ?? 0),
      });
    case 'object':
      return objectOf(schema);
    case undefined:
      return fc.jsonValue({ maxDepth: 2 });
    default:
      throw new Error(`no values for ${JSON.stringify(schema)}`);
  }
}

function textOf({ pattern, minLength = 0, maxLength = MAX_TEXT }: JsonSchema): fc.Arbitrary<string> {
  if (pattern === undefined)
    return fc.string({
      unit: 'grapheme',
      minLength,
      maxLength: Math.max(minLength, Math.min(maxLength, MAX_TEXT)),
    });
  return fc
    .stringMatching(new RegExp(pattern))
    .map((text) => (text.length < minLength ? text.padEnd(minLength, 'A') : text.slice(0, maxLength)));
}

function objectOf({ properties = {}, required = [], propertyNames, additionalProperties }: JsonSchema) {
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema)])),
    { requiredKeys: required },
  );
  if (typeof additionalProperties !== 'object') return known;
  const more = fc.dictionary(textOf(propertyNames ?? {}), arbitraryOf(additionalProperties), {
    maxKeys: MAX_ITEMS,
  });
  return fc.tuple(more, known).map(([rest, own]) => ({ ...rest, ...own }));
}
