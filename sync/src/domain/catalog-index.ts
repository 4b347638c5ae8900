/** Builds the `Catalog` the rules read from the documents of the `catalog` feed. Order and repetition of the documents do not matter. */
import type {
  CalendarYear,
  Catalog,
  CatalogDocument,
  CatalogEntry,
  DeviceKey,
  MatterVersion,
  OfficeVersion,
  RulePublication,
  Settings,
  Staff,
  Unit,
} from './catalog.ts';
import { epochOf } from './epoch.ts';
import type { Day, UnitCode } from './identifiers.ts';

/** What holds before the first pull. Nothing can be received then, since no unit is known. */
const UNCONFIGURED: Settings = {
  district: '',
  officeHours: { opensAt: 9 * 60, closesAt: 17 * 60 },
  deferralDays: 10,
  noticeDays: 5,
  yellowShare: 0.2,
  hotline: '',
};

/** Is `a` the later state of an entry? */
export function outranks(a: Rank, b: Rank): boolean {
  return epochOf(a) === epochOf(b) ? a.n > b.n : epochOf(a) > epochOf(b);
}

type Rank = Pick<CatalogDocument, 'epoch' | 'n'>;

/** Of several documents with one id the latest counts. */
export function indexCatalog(docs: Iterable<CatalogDocument>): Catalog {
  const newest = new Map<string, CatalogDocument>();
  for (const doc of docs) {
    const known = newest.get(doc._id);
    if (known === undefined || outranks(doc, known)) newest.set(doc._id, doc);
  }
  const units = new Map<string, Unit>();
  const versions: MatterVersion[] = [];
  const publications: RulePublication[] = [];
  const calendars = new Map<number, CalendarYear>();
  const offices: OfficeVersion[] = [];
  const devices = new Map<string, DeviceKey>();
  const staff = new Map<string, Staff>();
  let settings = UNCONFIGURED;
  for (const { entry } of newest.values()) {
    switch (entry.kind) {
      case 'unit':
        units.set(entry.unit.code, entry.unit);
        break;
      case 'matter':
        versions.push(entry.matter);
        break;
      case 'rules':
        publications.push(entry.publication);
        break;
      case 'calendar':
        calendars.set(entry.calendar.year, entry.calendar);
        break;
      case 'office':
        offices.push(entry.office);
        break;
      case 'device':
        devices.set(entry.device.deviceId, entry.device);
        break;
      case 'staff':
        staff.set(entry.staff.staffId, entry.staff);
        break;
      case 'settings':
        settings = entry.settings;
        break;
    }
  }
  versions.sort((a, b) => a.version - b.version);
  return {
    units,
    matters: Map.groupBy(versions, ({ matterId }) => matterId),
    publications: publications.sort((a, b) => a.seq - b.seq),
    calendars,
    offices: Map.groupBy(
      offices.sort((a, b) => a.seq - b.seq),
      ({ unit }) => unit,
    ),
    devices,
    staff,
    settings,
  };
}

/** There is one of them. */
export const SETTINGS_ID = 'settings:settings';

/** The id under which an entry is filed: `<kind>:<key>`. */
export function catalogIdOf(entry: CatalogEntry): string {
  switch (entry.kind) {
    case 'unit':
      return `unit:${entry.unit.code}`;
    case 'matter':
      return `matter:${entry.matter.matterId}:${String(entry.matter.version)}`;
    case 'rules':
      return `rules:${String(entry.publication.seq)}`;
    case 'calendar':
      return `calendar:${String(entry.calendar.year)}`;
    case 'office':
      return `office:${String(entry.office.seq)}`;
    case 'device':
      return `device:${entry.device.deviceId}`;
    case 'staff':
      return `staff:${entry.staff.staffId}`;
    case 'settings':
      return SETTINGS_ID;
  }
}

/** Where the work of a unit is done now: itself, unless it was merged, however many times over. */
export function successorOf({ units }: Pick<Catalog, 'units'>, code: UnitCode): UnitCode {
  const seen = new Set<UnitCode>();
  let current = code;
  for (;;) {
    const next = units.get(current)?.mergedInto;
    if (next === undefined || seen.has(next)) return current;
    seen.add(current);
    current = next;
  }
}

/** Whether a unit takes cases on a day: what it received before it was closed stays good. */
export function takesCases(unit: Unit | undefined, day: Day): boolean {
  if (unit === undefined) return false;
  return unit.active || (unit.activeUntil !== undefined && day <= unit.activeUntil);
}
