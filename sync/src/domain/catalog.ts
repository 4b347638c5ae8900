/** What the district publishes and every station keeps: units, matters by version, tier rules, calendars, device keys. Shapes only. */
import type { Day, DeviceId, MatterId, StaffId, Tier, UnitCode } from './identifiers.ts';
import type { Role } from './action.ts';
import type { MatterForm } from './form.ts';
import type { Condition } from './form-condition.ts';
import type { SecurityPolicy } from './security-policy.ts';
import type { Words } from './words.ts';

export interface Unit {
  code: UnitCode;
  name: string;
  /** What people call it, e.g. 翠湖西路社区. */
  display: string;
  tier: Tier;
  parent: UnitCode | null;
  /** Off units take no cases; the high-tech zone is off by default. */
  active: boolean;
  /** Last day on which a unit that is off took cases: what it received till then stays good, however late it comes. */
  activeUntil?: Day;
  /** Where its open work goes on since it was merged into another unit of its tier. */
  mergedInto?: UnitCode;
}

export type MaterialMedium = 'paper' | 'electronic' | 'card';

export interface MaterialRow {
  code: string;
  name: string;
  en: string;
  need: 'required' | 'deferrable' | 'optional';
  /** Asked for only when it holds for what was declared. */
  when?: Condition;
  /** Working days in which a deferred one must be in; absent: those of the district. */
  deferDays?: number;
  /** The forms in which it is taken, the usual one first; absent: on paper. */
  media?: MaterialMedium[];
}

/** A step of the process standard 流程标准. */
export interface ProcessStep {
  name: Words;
  who: Words;
  within: Words;
}

/** One version of a matter's implementation list 实施清单. */
export interface MatterVersion {
  matterId: MatterId;
  version: number;
  effectiveFrom: Day;
  effectiveTo?: Day;
  /** Opaque official code 基本编码. */
  basicCode: string;
  name: { zh: string; en: string };
  dept: string;
  category: { zh: string; en: string };
  subject: ('person' | 'organisation')[];
  instant: boolean;
  legalDays: number;
  promiseDays: number;
  dayUnit: 'workday' | 'calendarDay';
  materials: MaterialRow[];
  form: MatterForm;
  /** 服务标准: what people may count on, printed for them line by line. */
  serviceStandard: Words[];
  /** 裁量基准: shown beside the decision. */
  discretionRule: Words[];
  /** 流程标准, in order. */
  processStandard: ProcessStep[];
  /** What is often wrong or missing: offered when a one-time notice is written. */
  defects: Words[];
  result: string;
  optional: boolean;
}

export const MODES = ['none', 'guide', 'accept', 'decide'] as const;
export type Mode = (typeof MODES)[number];

/** What must hold for a unit to handle the matter; enforced by `conditions.ts`. `text` is shown to the clerk as it stands. */
export interface RuleCondition {
  text: string;
  /** The same in English, where somebody wrote it. */
  en?: string;
  /** The applicant must live in the unit's area: the form's field `residence`, where it has one, is not `other`. */
  residence?: boolean;
  /** From this head-count on, by the form's field `headCount`, the back office takes it. */
  maxHeadCount?: number;
}

/** A row of the devolution rule: matter × tier × optional unit. `unit` set: a street narrows for itself or one of its communities. */
export interface TierRule {
  matterId: MatterId;
  tier: Tier;
  unit?: UnitCode;
  mode: Mode;
  /** The lowest tier at which the matter may end. */
  decideAt: Tier;
  condition?: RuleCondition;
  offlineAllowed: boolean;
  autoForward?: boolean;
  /** Where decisions are made: their papers may be printed before the hub has confirmed them. Absent: they may not. */
  resultOffline?: boolean;
}

/** Rows that were published together. A cell follows the newest publication (by effectiveFrom, then seq) that is in force on the day. */
export interface RulePublication {
  /** 1, 2, 3 …: the order in which the district published. */
  seq: number;
  /** The number people use, e.g. `2026.12-1`. */
  version: string;
  effectiveFrom: Day;
  effectiveTo?: Day;
  /** Number of the delegation document. */
  document: string;
  /** The unit that set it: the district, or a street narrowing for its own. */
  issuer: UnitCode;
  rows: TierRule[];
  publishedBy: string[];
  /** Milliseconds since the epoch, the hub's clock. */
  publishedAt: number;
}

/** Public holidays and make-up working days of one year, as issued. A year without one makes its deadlines provisional. */
export interface CalendarYear {
  year: number;
  version: number;
  issuer: string;
  /** Days off on Monday–Friday. */
  holidays: Day[];
  /** Working days on Saturday or Sunday. */
  makeUpDays: Day[];
}

export interface OfficeHours {
  /** Minutes after midnight, Asia/Shanghai. */
  opensAt: number;
  closesAt: number;
}

/** What people are told of one unit's office from a day on: when it is open, where it is, how to appeal what it decides. */
export interface OfficeVersion {
  /** 1, 2, 3 … over all units: the order in which they were published. */
  seq: number;
  unit: UnitCode;
  effectiveFrom: Day;
  /** The last day; then what held before holds again. */
  effectiveTo?: Day;
  /** Seven days, Monday first, each with its spans in order; a day without one is closed. Absent: the hours of the district. */
  week?: OfficeHours[][];
  address?: string;
  /** Absent: people are given the hotline. */
  phone?: string;
  /** How to appeal, as it stands on this unit's refusals and rejections. Absent: the district's words. */
  remedies?: Words;
  /** The document it was ordered by. */
  document: string;
  publishedBy: string[];
  /** Milliseconds since the epoch, the hub's clock. */
  publishedAt: number;
}

/** What every station knows of a device, so that it can verify papers and logs offline. */
export interface DeviceKey {
  deviceId: DeviceId;
  unit: UnitCode;
  /** Short label in case numbers, unique within the unit: A1, A2, … */
  terminal: string;
  publicKey: { kty: string; crv: string; x: string; y: string };
  status: 'active' | 'revoked';
  /** A street relay: reads the feeds of its whole street, and makes no actions. Absent: a terminal. */
  kind?: 'relay';
}

/** A member of staff as the directory knows them (never the password). */
export interface Staff {
  staffId: string;
  name: string;
  unit: UnitCode;
  roles: Role[];
  position: { zh: string; en: string };
  active: boolean;
  /** Left a unit with cases open: the colleague there who goes on with them. */
  handedTo?: StaffId;
}

export interface DraftCell {
  matterId: MatterId;
  tier: Tier;
  unit?: UnitCode;
  mode: Mode;
}

/** The documents of the `catalog` feed, by `kind`. `_id` is `<kind>:<key>`. */
export type CatalogEntry =
  | { kind: 'unit'; unit: Unit }
  | { kind: 'matter'; matter: MatterVersion }
  | { kind: 'rules'; publication: RulePublication }
  | { kind: 'calendar'; calendar: CalendarYear }
  | { kind: 'office'; office: OfficeVersion }
  | { kind: 'device'; device: DeviceKey }
  | { kind: 'staff'; staff: Staff }
  | { kind: 'settings'; settings: Settings };

export interface Settings {
  district: UnitCode;
  /** Monday to Friday, until the district publishes a week of its own (`OfficeVersion`). */
  officeHours: OfficeHours;
  /** Working days for a deferred material (sample: 10). */
  deferralDays: number;
  /** Working days to a notice (5). */
  noticeDays: number;
  /** Share of the term left at which the yellow card is shown (sample: 0.2). */
  yellowShare: number;
  hotline: string;
  /** How to appeal, until an `OfficeVersion` says it. Absent: a line to be filled in by hand. */
  remedies?: { zh: string; en: string };
  /** When a case that has ended is closed for good, and under which class it is kept. Absent: cases stay as they ended. */
  archive?: {
    /** Calendar days after the end; room for a rating and what follows it (sample: 60). */
    afterDays: number;
    /** Retention class, e.g. `30y`. */
    retention: string;
  };
  /** Every version, ascending; the last one counts. Absent: the default. */
  security?: SecurityPolicy[];
}

export interface CatalogDocument {
  _id: string;
  /** The hub's epoch in which it was written; absent: the first. A later epoch's outranks an earlier one's. */
  epoch?: number;
  /** Grows with every change of this entry. */
  n: number;
  entry: CatalogEntry;
  /** The hub's signature over all other fields: after a restore any holder may return the document. */
  sig?: string;
}

/** The catalog, indexed for the rules. Built by `indexCatalog`. */
export interface Catalog {
  units: ReadonlyMap<UnitCode, Unit>;
  /** By matterId, versions ascending. */
  matters: ReadonlyMap<MatterId, readonly MatterVersion[]>;
  /** Ascending by seq. */
  publications: readonly RulePublication[];
  calendars: ReadonlyMap<number, CalendarYear>;
  /** By unit, ascending by seq. */
  offices: ReadonlyMap<UnitCode, readonly OfficeVersion[]>;
  devices: ReadonlyMap<DeviceId, DeviceKey>;
  staff: ReadonlyMap<string, Staff>;
  settings: Settings;
}
