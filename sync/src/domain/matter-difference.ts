/** What a file of matters would change, held against what is published: part by part, so that a person can read it before it counts. */
import type { Catalog, MatterVersion } from './catalog.ts';
import type { Words } from './words.ts';
import type { Day } from './identifiers.ts';

export const MATTER_PARTS = [
  'name',
  'basics',
  'limits',
  'materials',
  'fields',
  'groups',
  'checks',
  'serviceStandard',
  'discretionRule',
  'processStandard',
  'defects',
] as const;
export type MatterPart = (typeof MATTER_PARTS)[number];

export interface PartChange {
  part: MatterPart;
  /** Names of what is new, gone or different, as people know them. Empty where the part is one. */
  added: Words[];
  removed: Words[];
  changed: Words[];
}

export interface MatterDifference {
  matterId: string;
  version: number;
  name: Words;
  effectiveFrom: Day;
  /** The version it follows; undefined: a new matter. */
  follows?: number;
  changes: PartChange[];
}

/** The versions that are not published yet; each against the one before it, of the file or of the catalog. */
export function matterDifferences(
  { matters }: Pick<Catalog, 'matters'>,
  file: readonly MatterVersion[],
): MatterDifference[] {
  const fresh = file.filter(
    ({ matterId, version }) => matters.get(matterId)?.some((known) => known.version === version) !== true,
  );
  return fresh.map((matter) => {
    const before = [...(matters.get(matter.matterId) ?? []), ...fresh]
      .filter(({ matterId, version }) => matterId === matter.matterId && version < matter.version)
      .sort((a, b) => b.version - a.version)[0];
    const { matterId, version, name, effectiveFrom } = matter;
    const base = { matterId, version, name, effectiveFrom };
    if (before === undefined) return { ...base, changes: [] };
    return { ...base, follows: before.version, changes: changesOf(before, matter) };
  });
}

type Item = [key: string, name: Words, content: unknown];

function changesOf(before: MatterVersion, after: MatterVersion): PartChange[] {
  return MATTER_PARTS.flatMap((part) => {
    const [old, now] = [itemsOf(before, part), itemsOf(after, part)];
    const find = (items: Item[], key: string) => items.find(([known]) => known === key);
    const change: PartChange = {
      part,
      added: now.filter(([key]) => find(old, key) === undefined).map(([, name]) => name),
      removed: old.filter(([key]) => find(now, key) === undefined).map(([, name]) => name),
      changed: now
        .filter(([key, , content]) => {
          const was = find(old, key);
          return was !== undefined && !isSame(was[2], content);
        })
        .map(([, name]) => name),
    };
    return change.added.length + change.removed.length + change.changed.length > 0 ? [change] : [];
  });
}

function itemsOf(matter: MatterVersion, part: MatterPart): Item[] {
  const { form } = matter;
  switch (part) {
    case 'name':
      return [['name', matter.name, matter.name]];
    case 'basics': {
      const { basicCode, dept, category, subject, result, optional, effectiveTo } = matter;
      return [['basics', category, { basicCode, dept, category, subject, result, optional, effectiveTo }]];
    }
    case 'limits': {
      const { instant, legalDays, promiseDays, dayUnit } = matter;
      const unit = dayUnit === 'workday' ? { zh: '个工作日', en: 'working days' } : { zh: '天', en: 'days' };
      const days = `${String(promiseDays)}/${String(legalDays)}`;
      const name = { zh: `${days} ${unit.zh}`, en: `${days} ${unit.en}` };
      return [['limits', name, { instant, legalDays, promiseDays, dayUnit }]];
    }
    case 'materials':
      return matter.materials.map((row) => [row.code, { zh: row.name, en: row.en }, row]);
    case 'fields':
      return Object.entries(form.properties).map(([name, schema]) => [
        name,
        { zh: schema.title, en: schema['x-en'] },
        { schema, required: form.required.includes(name) },
      ]);
    case 'groups':
      return form['x-groups'].map((group) => [group.id, { zh: group.title, en: group['x-en'] }, group]);
    case 'checks':
      return form['x-checks'].map((check) => {
        const text = `${check.field}: ${check.rule}`;
        return [JSON.stringify(sorted(check)), check.say ?? { zh: text, en: text }, check];
      });
    case 'processStandard':
      return matter.processStandard.map((step) => [step.name.zh, step.name, step]);
    case 'serviceStandard':
    case 'discretionRule':
    case 'defects':
      return matter[part].map((line) => [line.zh, line, line]);
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** The order of keys says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
