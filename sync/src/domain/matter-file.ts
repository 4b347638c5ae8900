/** A file of matters, as an administrator imports it: all of it or nothing. */
import * as z from 'zod';
import type { MatterVersion } from './catalog.ts';
import { isDay } from './dates.ts';
import { conditionProblems, conditionSchema, formSchema, formShapeProblems, words } from './form-shape.ts';
import type { ShapeProblem } from './form-shape.ts';
import { readJson, validate } from './json-file.ts';
import type { FileProblem, JsonFile } from './json-file.ts';
import { readSheets } from './matter-sheets.ts';
import type { Sheet, SheetProblem } from './matter-sheets.ts';
import { MAX_LIST } from './payload-rules.ts';

export type MatterFileResult =
  { ok: true; matters: MatterVersion[] } | { ok: false; problems: FileProblem[] };

const text = (max: number) => z.string().trim().min(1).max(max);
const bilingual = z.strictObject({ zh: text(120), en: text(200) });
const day = z.string().refine(isDay, 'not-a-day');
const days = z.int().min(0).max(1000);

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
          when: conditionSchema.exactOptional(),
          deferDays: z.int().min(1).max(200).exactOptional(),
          media: z
            .array(z.enum(['paper', 'electronic', 'card']))
            .min(1)
            .exactOptional(),
        }),
      )
      .max(MAX_LIST)
      .check(noRepeat('code')),
    form: formSchema,
    serviceStandard: z.array(words).max(40),
    discretionRule: z.array(words).max(40),
    processStandard: z.array(z.strictObject({ name: words, who: words, within: words })).max(20),
    defects: z.array(words).max(40),
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
  })
  .check(({ value, issues }) => {
    for (const { path, reason } of matterProblems(value)) {
      issues.push({ code: 'custom', message: reason, path, input: value });
    }
  });

/** More would only hide the first. */
const MAX_SHEET_PROBLEMS = 50;

const fileSchema = z.array(matterSchema).min(1);

/** Problems: those of the file's syntax, of each row's shape, and of what rows say of each other. */
export function parseMatterFile(source: string): MatterFileResult {
  return parseMatters(source, (row) => row);
}

/** @param whole makes a row whole that is written short, e.g. with the name of a form; problems keep the place in the file */
export function parseMatters(
  source: string,
  whole: (row: Record<string, unknown>) => Record<string, unknown>,
): MatterFileResult {
  const read = readJson(source);
  if (!read.ok) return read;
  const { value } = read.value;
  const file = {
    ...read.value,
    value: Array.isArray(value) ? value.map((row) => (isRecord(row) ? whole(row) : row)) : value,
  };
  const parsed = validate(file, fileSchema);
  if (!parsed.ok) return parsed;
  const problems = repeatedVersions(parsed.value).map((row) =>
    read.value.problemAt([row, 'version'], 'duplicate'),
  );
  return problems.length > 0 ? { ok: false, problems } : { ok: true, matters: parsed.value };
}

export type SheetsResult = { ok: true; matters: MatterVersion[] } | { ok: false; problems: SheetProblem[] };

/** The same of a workbook. Problems name sheet, row, field and reason. */
export function checkMatterSheets(sheets: readonly Sheet[]): SheetsResult {
  const read = readSheets(sheets);
  const file: JsonFile = {
    value: read.matters,
    problemAt: (_path, reason) => ({ line: 0, field: '', reason }),
  };
  const found: SheetProblem[] = [...read.problems];
  const parsed = validate(
    {
      ...file,
      problemAt: (path, reason) => {
        found.push({ ...read.placeOf(path), reason });
        return file.problemAt(path, reason);
      },
    },
    fileSchema,
  );
  return parsed.ok && found.length === 0
    ? { ok: true, matters: parsed.value }
    : { ok: false, problems: found.slice(0, MAX_SHEET_PROBLEMS) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the parts of a matter say of each other. */
function matterProblems({ form, materials }: MatterVersion): ShapeProblem[] {
  return [
    ...formShapeProblems(form).map(({ path, reason }) => ({ path: ['form', ...path], reason })),
    ...materials.flatMap(({ when = [], need, deferDays }, row) => [
      ...conditionProblems(when, form).map((reason) => ({ path: ['materials', row, 'when'], reason })),
      ...(deferDays !== undefined && need !== 'deferrable'
        ? [{ path: ['materials', row, 'deferDays'], reason: 'not-deferrable' }]
        : []),
    ]),
  ];
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
