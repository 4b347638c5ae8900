/**
 * The sample district of `deploy/sample-district`, read and checked as a whole: one wrong row and nothing is seeded. Errors name the
 * file, the line and the reason.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogIdOf } from '@sanji/sync/domain/catalog-index';
import type { CatalogDocument, CatalogEntry, MatterVersion } from '@sanji/sync/domain/catalog';
import { resolveForms } from '@sanji/sync/domain/form-parts';
import { parseJsonFile, readJson } from '@sanji/sync/domain/json-file';
import type { FileProblem, FileResult } from '@sanji/sync/domain/json-file';
import { parseMatters } from '@sanji/sync/domain/matter-file';
import type * as z from 'zod';
import {
  calendarsSchema,
  formsSchema,
  guidesSchema,
  materialsSchema,
  officesSchema,
  rulesSchema,
  settingsSchema,
  staffSchema,
  unitsSchema,
} from './sample-schemas.ts';

export interface StaffCredential {
  staffId: string;
  password: string;
}

export interface SampleDistrict {
  documents: CatalogDocument[];
  /** First passwords: known to everybody who reads the repository, for demonstrations only. */
  credentials: StaffCredential[];
}

/** Throws `SampleFileError` when a file is missing or wrong. */
export function loadSampleDistrict(directory: string): SampleDistrict {
  const units = load(directory, 'units.json', unitsSchema);
  const matters = loadMatters(directory);
  const rules = load(directory, 'rules.json', rulesSchema);
  const staff = load(directory, 'staff.json', staffSchema);
  const settings = load(directory, 'settings.json', settingsSchema);
  const calendars = load(directory, 'calendars.json', calendarsSchema);
  const offices = load(directory, 'offices.json', officesSchema);

  const codes = new Set(units.map(({ code }) => code));
  const ids = new Set(matters.map(({ matterId }) => matterId));
  const isUnit = (code: string | null | undefined): boolean =>
    code === null || code === undefined || codes.has(code);
  const known = (file: string, rows: { path: (string | number)[]; good: boolean }[]): void => {
    const wrong = rows.filter(({ good }) => !good).map(({ path }) => path);
    if (wrong.length > 0) throw new SampleFileError(file, problemsAt(directory, file, wrong, 'unknown'));
  };
  known(
    'units.json',
    units.map(({ parent }, i) => ({ path: [i, 'parent'], good: isUnit(parent) })),
  );
  known(
    'staff.json',
    staff.map(({ unit }, i) => ({ path: [i, 'unit'], good: isUnit(unit) })),
  );
  known(
    'offices.json',
    offices.map(({ unit }, i) => ({ path: [i, 'unit'], good: isUnit(unit) })),
  );
  known('settings.json', [{ path: ['district'], good: isUnit(settings.district) }]);
  known(
    'rules.json',
    rules.flatMap(({ issuer, rows }, p) => [
      { path: [p, 'issuer'], good: isUnit(issuer) },
      ...rows.flatMap(({ matterId, unit }, r) => [
        { path: [p, 'rows', r, 'matterId'], good: ids.has(matterId) },
        { path: [p, 'rows', r, 'unit'], good: isUnit(unit) },
      ]),
    ]),
  );

  const entries: CatalogEntry[] = [
    { kind: 'settings', settings },
    ...units.map((unit) => ({ kind: 'unit' as const, unit })),
    ...calendars.map((calendar) => ({ kind: 'calendar' as const, calendar })),
    ...offices.map((office) => ({ kind: 'office' as const, office })),
    ...matters.map((matter) => ({ kind: 'matter' as const, matter })),
    ...rules.map((publication) => ({ kind: 'rules' as const, publication })),
    ...staff.map(({ password: _password, ...member }) => ({ kind: 'staff' as const, staff: member })),
  ];
  return {
    documents: entries.map((entry) => ({ _id: catalogIdOf(entry), n: 1, entry })),
    credentials: staff.map(({ staffId, password }) => ({ staffId, password })),
  };
}

export class SampleFileError extends Error {
  override name = 'SampleFileError';
  readonly file: string;
  readonly problems: FileProblem[];

  constructor(file: string, problems: FileProblem[], cause?: unknown) {
    const lines = problems.map(({ line, field, reason }) => `${file}:${String(line)}: ${field} ${reason}`);
    super(lines.join('\n'), { cause });
    this.file = file;
    this.problems = problems;
  }
}

function loadMatters(directory: string): MatterVersion[] {
  const file = 'matters.json';
  const forms = resolveForms(load(directory, 'forms.json', formsSchema));
  const guides = load(directory, 'guides.json', guidesSchema);
  const names = new Map(
    load(directory, 'materials.json', materialsSchema).map(({ code, name }) => [code, name]),
  );
  const parsed = parseMatters(read(directory, file), (row) => {
    const guide = guides.matters[String(row['matterId'])];
    const form = typeof row['form'] === 'string' ? (forms.get(row['form']) ?? row['form']) : row['form'];
    if (guide === undefined) return { ...row, form };
    const { process, ...standards } = guide;
    return { ...row, form, ...standards, processStandard: guides.processes[process] };
  });
  if (!parsed.ok) throw new SampleFileError(file, parsed.problems);
  const wrong = parsed.matters.flatMap(({ materials }, m) =>
    materials.flatMap(({ code, name }, i) => (names.get(code) === name ? [] : [[m, 'materials', i, 'code']])),
  );
  if (wrong.length > 0) throw new SampleFileError(file, problemsAt(directory, file, wrong, 'unknown'));
  return parsed.matters;
}

function load<T>(directory: string, file: string, schema: z.ZodType<T>): T {
  const parsed: FileResult<T> = parseJsonFile(read(directory, file), schema);
  if (!parsed.ok) throw new SampleFileError(file, parsed.problems);
  return parsed.value;
}

function read(directory: string, file: string): string {
  try {
    return readFileSync(join(directory, file), 'utf8');
  } catch (cause) {
    throw new SampleFileError(file, [{ line: 0, field: '', reason: 'unreadable' }], cause);
  }
}

function problemsAt(directory: string, file: string, paths: PropertyKey[][], reason: string): FileProblem[] {
  const again = readJson(read(directory, file));
  return again.ok ? paths.map((path) => again.value.problemAt(path, reason)) : again.problems;
}
