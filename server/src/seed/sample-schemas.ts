/** What each file of the sample district must look like. Matters have their own schema in `sync`, since administrators import them too. */
import * as z from 'zod';
import { ROLES } from '@sanji/sync/domain/action';
import { MODES } from '@sanji/sync/domain/catalog';
import type {
  CalendarYear,
  OfficeVersion,
  RulePublication,
  Settings,
  Staff,
  TierRule,
  Unit,
} from '@sanji/sync/domain/catalog';
import { isDay } from '@sanji/sync/domain/dates';
import { TIERS, UNIT_CODE } from '@sanji/sync/domain/identifiers';
import { words } from '@sanji/sync/domain/form-shape';
import { policyProblem } from '@sanji/sync/domain/security-policy';

const text = z.string().trim().min(1).max(200);
const unitCode = z.string().regex(UNIT_CODE);
const day = z.string().refine(isDay, 'not-a-day');
const minutes = z
  .int()
  .min(0)
  .max(24 * 60);

export const unitsSchema: z.ZodType<Unit[]> = z
  .array(
    z.strictObject({
      code: unitCode,
      name: text,
      display: text,
      tier: z.enum(TIERS),
      parent: unitCode.nullable(),
      active: z.boolean(),
      activeUntil: day.exactOptional(),
    }),
  )
  .min(1);

export const materialsSchema = z.array(
  z.strictObject({
    code: text,
    name: text,
    en: text,
    kind: text,
    source: text,
    reusable: z.boolean(),
  }),
);

const loose = z.record(z.string(), z.unknown());

/** Only the frame: each form is checked where a matter uses it, with the matter's own line. */
export const formsSchema = z.strictObject({
  $defs: z.record(z.string(), loose),
  forms: z.record(z.string(), loose),
});

const step = z.strictObject({ name: words, who: words, within: words });

/** The three standards and the typical defects of each matter, for all its versions. */
export const guidesSchema = z.strictObject({
  processes: z.record(z.string(), z.array(step)),
  matters: z.record(
    z.string(),
    z.strictObject({
      serviceStandard: z.array(words).min(1),
      discretionRule: z.array(words).min(1),
      process: text,
      defects: z.array(words).min(1),
    }),
  ),
});

const ruleSchema: z.ZodType<TierRule> = z.strictObject({
  matterId: text,
  tier: z.enum(TIERS),
  unit: unitCode.exactOptional(),
  mode: z.enum(MODES),
  decideAt: z.enum(TIERS),
  condition: z
    .strictObject({
      text,
      en: text.exactOptional(),
      residence: z.boolean().exactOptional(),
      maxHeadCount: z.int().min(1).exactOptional(),
    })
    .exactOptional(),
  offlineAllowed: z.boolean(),
  autoForward: z.boolean().exactOptional(),
  resultOffline: z.boolean().exactOptional(),
});

export const rulesSchema: z.ZodType<RulePublication[]> = z.array(
  z.strictObject({
    seq: z.int().min(1),
    version: text,
    effectiveFrom: day,
    effectiveTo: day.exactOptional(),
    document: text,
    issuer: unitCode,
    rows: z.array(ruleSchema).min(1),
    publishedBy: z.array(text).min(2),
    publishedAt: z.int().min(0),
  }),
);

export const calendarsSchema: z.ZodType<CalendarYear[]> = z.array(
  z.strictObject({
    year: z.int().min(2000).max(2100),
    version: z.int().min(1),
    issuer: text,
    holidays: z.array(day).min(1),
    makeUpDays: z.array(day),
  }),
);

const bilingual = z.strictObject({ zh: z.string().min(1).max(600), en: z.string().min(1).max(1_200) });
const hours = z.strictObject({ opensAt: minutes, closesAt: minutes });

/** Only the frame: whether spans fit each other is asked where an office is published. */
export const officesSchema: z.ZodType<OfficeVersion[]> = z.array(
  z.strictObject({
    seq: z.int().min(1),
    unit: unitCode,
    effectiveFrom: day,
    effectiveTo: day.exactOptional(),
    week: z.array(z.array(hours)).length(7).exactOptional(),
    address: text.exactOptional(),
    phone: text.exactOptional(),
    remedies: bilingual.exactOptional(),
    document: text,
    publishedBy: z.array(text).min(2),
    publishedAt: z.int().min(0),
  }),
);

export const staffSchema: z.ZodType<(Staff & { password: string })[]> = z.array(
  z.strictObject({
    staffId: z.string().regex(/^[a-z0-9]{3,24}$/),
    name: text,
    unit: unitCode,
    roles: z.array(z.enum(ROLES)).min(1),
    position: z.strictObject({ zh: text, en: text }),
    active: z.boolean(),
    password: z.string().min(8).max(200),
  }),
);

const rules = z.strictObject({
  version: z.int().min(1),
  since: z.int(),
  by: text,
  minLength: z.int(),
  kinds: z.int(),
  history: z.int(),
  maxAgeDays: z.int(),
  tries: z.int(),
  lockMinutes: z.int(),
  factor: z.enum(['required', 'offered']),
});
const securityPolicy = rules.refine((policy) => {
  const found = policyProblem(policy, policy);
  return found === undefined || found.code === 'no-change';
}, 'weaker-than-level-3');

export const settingsSchema: z.ZodType<Settings> = z.strictObject({
  district: unitCode,
  officeHours: hours.refine(({ opensAt, closesAt }) => opensAt < closesAt, 'closes-before-it-opens'),
  deferralDays: z.int().min(1).max(200),
  noticeDays: z.int().min(1).max(60),
  yellowShare: z.number().min(0).max(1),
  hotline: text,
  remedies: bilingual.exactOptional(),
  archive: z.strictObject({ afterDays: z.int().min(0).max(3_650), retention: text }).exactOptional(),
  security: z.array(securityPolicy).exactOptional(),
});
