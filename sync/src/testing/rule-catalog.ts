/** A district of one street and two communities for the tests of the rules, with one matter unless more are given. */
import { indexCatalog, catalogIdOf } from '../domain/catalog-index.ts';
import type {
  CalendarYear,
  Catalog,
  CatalogEntry,
  MatterVersion,
  RulePublication,
  TierRule,
  Unit,
} from '../domain/catalog.ts';
import { NO_FORM } from '../domain/form.ts';

export const DISTRICT = '530102000000';
export const STREET = '530102001000';
export const WENLIN = '530102001013';
export const CUIHU = '530102001001';
export const OTHER_STREET = '530102002000';

const unit = (code: string, tier: Unit['tier'], parent: string | null): Unit => ({
  code,
  name: code,
  display: code,
  tier,
  parent,
  active: true,
});

export const calendar2026: CalendarYear = {
  year: 2026,
  version: 1,
  issuer: '国务院办公厅',
  holidays:
    '01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 10-07'
      .split(' ')
      .map((day) => `2026-${day}`),
  makeUpDays: '01-04 02-14 02-28 05-09 09-20 10-10'.split(' ').map((day) => `2026-${day}`),
};

const calendar2025: CalendarYear = { ...calendar2026, year: 2025, holidays: [], makeUpDays: [] };

export const calendars = new Map([calendar2025, calendar2026].map((calendar) => [calendar.year, calendar]));

export const matter: MatterVersion = {
  matterId: 'm1',
  version: 1,
  effectiveFrom: '2026-01-01',
  basicCode: 'm1',
  name: { zh: '失业登记', en: 'Unemployment registration' },
  dept: 'hrss',
  category: { zh: '就业创业', en: 'Employment and start-ups' },
  subject: ['person'],
  instant: false,
  legalDays: 20,
  promiseDays: 10,
  dayUnit: 'workday',
  materials: [],
  form: NO_FORM,
  serviceStandard: [],
  discretionRule: [],
  processStandard: [],
  defects: [],
  result: '登记凭证',
  optional: false,
};

export function row(changes: Partial<TierRule> = {}): TierRule {
  return {
    matterId: 'm1',
    tier: 'community',
    mode: 'accept',
    decideAt: 'district',
    offlineAllowed: true,
    ...changes,
  };
}

export function publication(changes: Partial<RulePublication> = {}): RulePublication {
  return {
    seq: 1,
    version: `v${String(changes.seq ?? 1)}`,
    effectiveFrom: '2026-01-01',
    document: 'No. 1',
    issuer: DISTRICT,
    rows: [row(), row({ tier: 'street' }), row({ tier: 'district', mode: 'decide' })],
    publishedBy: ['hewj', 'sunl'],
    publishedAt: 0,
    ...changes,
  };
}

export function catalogOf(
  publications: RulePublication[] = [publication()],
  matters: MatterVersion[] = [matter],
): Catalog {
  const units = [
    unit(DISTRICT, 'district', null),
    unit(STREET, 'street', DISTRICT),
    unit(OTHER_STREET, 'street', DISTRICT),
    unit(WENLIN, 'community', STREET),
    unit(CUIHU, 'community', STREET),
  ];
  const entries: CatalogEntry[] = [
    ...units.map((found) => ({ kind: 'unit' as const, unit: found })),
    ...matters.map((found) => ({ kind: 'matter' as const, matter: found })),
    ...publications.map((found) => ({ kind: 'rules' as const, publication: found })),
    ...[...calendars.values()].map((calendar) => ({ kind: 'calendar' as const, calendar })),
  ];
  return indexCatalog(entries.map((entry) => ({ _id: catalogIdOf(entry), n: 1, entry })));
}
