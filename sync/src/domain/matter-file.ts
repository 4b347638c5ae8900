/** A file of matters, as an administrator imports it: all of it or nothing. */
import * as z from 'zod';
import type { FormField, MatterVersion } from './catalog.ts';
import { isDay } from './dates.ts';
import { readJson, validate } from './json-file.ts';
import type { FileProblem, JsonFile } from './json-file.ts';

export type MatterFileResult =
  { ok: true; matters: MatterVersion[] } | { ok: false; problems: FileProblem[] };

const text = (max: number) => z.string().trim().min(1).max(max);
const bilingual = z.strictObject({ zh: text(120), en: text(200) });
const day = z.string().refine(isDay, 'not-a-day');
const days = z.int().min(0).max(1000);

const fieldSchema: z.ZodType<FormField> = z
  .strictObject({
    name: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/),
    label: bilingual,
    type: z.enum([
      'text',
      'longText',
      'number',
      'money',
      'date',
      'month',
      'choice',
      'boolean',
      'creditCode',
      'residentId',
      'mobile',
      'bankAccount',
    ]),
    required: z.boolean(),
    choices: z
      .array(z.strictObject({ value: text(60), zh: text(60), en: text(120) }))
      .min(1)
      .exactOptional(),
    maxLength: z.int().min(1).max(2000).exactOptional(),
    min: z.number().exactOptional(),
    max: z.number().exactOptional(),
    notInFuture: z.boolean().exactOptional(),
    sensitive: z.boolean().exactOptional(),
  })
  .refine((field) => (field.type === 'choice') === (field.choices !== undefined), {
    message: 'choices-belong-to-choice',
    path: ['choices'],
  });

export const formSchema = z.array(fieldSchema).min(1).check(noRepeat('name'));

const matterSchema: z.ZodType<MatterVersion> = z
  .strictObject({
    matterId: z.string().regex(/^[\w-]{1,40}$/),
    version: z.int().min(1),
    effectiveFrom: day,
    effectiveTo: day.exactOptional(),
    // Real codes vary in form, so nothing but the length is checked.
    basicCode: text(40),
    name: bilingual,
    dept: text(40),
    category: bilingual,
    subject: z.array(z.enum(['person', 'organisation'])).min(1),
    instant: z.boolean(),
    legalDays: days,
    promiseDays: days,
    dayUnit: z.enum(['workday', 'calendarDay']),
    materials: z
      .array(
        z.strictObject({
          code: text(40),
          name: text(120),
          en: text(200),
          need: z.enum(['required', 'deferrable', 'optional']),
        }),
      )
      .check(noRepeat('code')),
    form: formSchema,
    result: text(120),
    optional: z.boolean(),
  })
  .refine(({ effectiveFrom, effectiveTo }) => effectiveTo === undefined || effectiveFrom <= effectiveTo, {
    message: 'ends-before-it-begins',
    path: ['effectiveTo'],
  })
  .refine(({ promiseDays, legalDays }) => promiseDays <= legalDays, {
    message: 'promise-beyond-legal',
    path: ['promiseDays'],
  });

const fileSchema = z.array(matterSchema).min(1);

/**
 * @param forms forms that a matter may name instead of spelling its own out (`"form": "pension"`)
 */
export function parseMatterFile(
  source: string,
  forms: ReadonlyMap<string, FormField[]> = new Map(),
): MatterFileResult {
  const read = readJson(source);
  if (!read.ok) return read;
  const parsed = validate(withForms(read.value, forms), fileSchema);
  if (!parsed.ok) return parsed;
  const problems = repeatedVersions(parsed.value).map((row) =>
    read.value.problemAt([row, 'version'], 'duplicate'),
  );
  return problems.length > 0 ? { ok: false, problems } : { ok: true, matters: parsed.value };
}

/** A name without a form stays as it is, and fails where it stands. */
function withForms(file: JsonFile, forms: ReadonlyMap<string, FormField[]>): JsonFile {
  if (!Array.isArray(file.value)) return file;
  const value = file.value.map((row: unknown) => {
    if (typeof row !== 'object' || row === null || !('form' in row) || typeof row.form !== 'string')
      return row;
    return { ...row, form: forms.get(row.form) ?? row.form };
  });
  return { ...file, value };
}

function repeatedVersions(matters: readonly MatterVersion[]): number[] {
  const seen = new Set<string>();
  return matters.flatMap(({ matterId, version }, row) => {
    const key = `${matterId} ${String(version)}`;
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated ? [row] : [];
  });
}

function noRepeat<K extends string>(key: K) {
  return (context: z.core.ParsePayload<readonly Record<K, string>[]>): void => {
    const seen = new Set<string>();
    context.value.forEach((row, i) => {
      if (seen.has(row[key])) {
        context.issues.push({ code: 'custom', message: 'duplicate', path: [i, key], input: row[key] });
      }
      seen.add(row[key]);
    });
  };
}
