/**
 * A matter's form: a JSON Schema (draft 2020-12) of flat values, with annotations (`x-…`) for what the standard has no word for: labels in
 * English, groups and order, the widget, the unit, when a field is asked, and checks across fields. Shapes, and a form taken apart.
 */
import type { Condition } from './form-condition.ts';
import type { FormCheck } from './form-check.ts';
import type { Words } from './words.ts';

export const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

export const WIDGETS = [
  'text',
  'longText',
  'integer',
  'number',
  'money',
  'date',
  'month',
  'choice',
  'multiChoice',
  'boolean',
  'creditCode',
  'residentId',
  'mobile',
  'bankAccount',
] as const;
/** How a field is drawn and typed. Which schema goes with which is `WIDGET_SCHEMAS` of form-shape.ts. */
export type Widget = (typeof WIDGETS)[number];

export interface Choice {
  const: string;
  title: string;
  'x-en': string;
}

export interface FieldSchema {
  /** The label in Chinese. */
  title: string;
  'x-en': string;
  'x-widget': Widget;
  type: 'string' | 'number' | 'integer' | 'boolean' | 'array';
  format?: 'date' | 'month' | 'resident-id' | 'credit-code' | 'mobile' | 'bank-account';
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  /** A box that must be ticked. */
  const?: true;
  oneOf?: Choice[];
  items?: { type: 'string'; oneOf: Choice[] };
  uniqueItems?: true;
  minItems?: number;
  maxItems?: number;
  'x-unit'?: Words;
  'x-hint'?: Words;
  /** PIPL-sensitive: masked on screen until revealed. */
  'x-sensitive'?: true;
  /** Asked only while all of it holds. */
  'x-when'?: Condition;
  /** Must be filled whenever it is asked; fields that are always asked stand in `required` of the form. */
  'x-required'?: true;
}

export interface FormGroup {
  id: string;
  title: string;
  'x-en': string;
  /** In the order of the screen. Every field is in one group. */
  fields: string[];
}

export interface MatterForm {
  $schema: typeof DRAFT;
  $id: string;
  type: 'object';
  properties: Record<string, FieldSchema>;
  required: string[];
  additionalProperties: false;
  'x-groups': FormGroup[];
  'x-checks': FormCheck[];
}

/** A field as the screen, the paper and the rules look at it. */
export interface FormField {
  name: string;
  schema: FieldSchema;
  label: Words;
  widget: Widget;
  group: string;
  /** When it is asked at all. */
  required: boolean;
  choices: { value: string; label: Words }[];
}

/** A matter that asks nothing. */
export const NO_FORM: MatterForm = {
  $schema: DRAFT,
  $id: 'none',
  type: 'object',
  properties: {},
  required: [],
  additionalProperties: false,
  'x-groups': [],
  'x-checks': [],
};

const known = new WeakMap<MatterForm, readonly FormField[]>();

/** The fields in the order of the groups. */
export function fieldsOf(form: MatterForm): readonly FormField[] {
  const found = known.get(form) ?? takeApart(form);
  known.set(form, found);
  return found;
}

export function findField(form: MatterForm, name: string): FormField | undefined {
  return fieldsOf(form).find((field) => field.name === name);
}

function takeApart(form: MatterForm): FormField[] {
  const required = new Set(form.required);
  return form['x-groups'].flatMap(({ id, fields }) =>
    fields.flatMap((name) => {
      const schema = Object.hasOwn(form.properties, name) ? form.properties[name] : undefined;
      if (schema === undefined) return [];
      return {
        name,
        schema,
        label: { zh: schema.title, en: schema['x-en'] },
        widget: schema['x-widget'],
        group: id,
        required: schema['x-required'] === true || required.has(name),
        choices: (schema.oneOf ?? schema.items?.oneOf ?? []).map((choice) => ({
          value: choice.const,
          label: { zh: choice.title, en: choice['x-en'] },
        })),
      };
    }),
  );
}
