/** Cases, actions and a catalog for tests: show only the field that matters, the rest is a plain accepted matter in 五华区. */
import type {
  ActionBody,
  ActionKind,
  ActionPayloads,
  AnyActionBody,
  CaseDocument,
  Ruling,
  SignedAction,
} from '../domain/action.ts';
import type {
  Catalog,
  CatalogEntry,
  DeviceKey,
  MatterVersion,
  Settings,
  TierRule,
  Unit,
} from '../domain/catalog.ts';
import { catalogIdOf, indexCatalog } from '../domain/catalog-index.ts';
import { NO_FORM } from '../domain/form.ts';
import type { Tier } from '../domain/identifiers.ts';
import { exportPublicKey, newDeviceKeys, signAction } from '../domain/signing.ts';
import type { Actor } from '../domain/state.ts';

export const DISTRICT = '530102000000';
export const STREET = '530102001000';
export const COMMUNITY = '530102001013';
export const OTHER_COMMUNITY = '530102001001';
export const MATTER_ID = 'SS-001';
export const CASE_ID = '01kb0000000000000000000001';
/** Monday, 2026-11-23, 10:00 in Kunming. */
export const NOW = Date.parse('2026-11-23T10:00:00+08:00');

export const PIN = { matterId: MATTER_ID, version: 1, rules: 1 };
export const APPLICANT = { kind: 'person', name: '张三', idNumber: '11010519491231002X' } as const;

const unit = (code: string, tier: Tier, parent: string | null): Unit => ({
  code,
  name: code,
  display: code,
  tier,
  parent,
  active: true,
});

export const UNITS = [
  unit(DISTRICT, 'district', null),
  unit(STREET, 'street', DISTRICT),
  unit(COMMUNITY, 'community', STREET),
  unit(OTHER_COMMUNITY, 'community', STREET),
];

export const SETTINGS: Settings = {
  district: DISTRICT,
  officeHours: { opensAt: 540, closesAt: 1020 },
  deferralDays: 10,
  noticeDays: 5,
  yellowShare: 0.2,
  hotline: '12345',
};

export function makeMatter(overrides: Partial<MatterVersion> = {}): MatterVersion {
  return {
    matterId: MATTER_ID,
    version: 1,
    effectiveFrom: '2026-01-01',
    basicCode: MATTER_ID,
    name: { zh: '参保登记', en: 'Enrolment' },
    dept: '人社',
    category: { zh: '社会保险', en: 'Social insurance' },
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
    result: 'certificate',
    optional: false,
    ...overrides,
  };
}

/** Communities and streets accept, the district decides. */
export function makeRows(overrides: Partial<Record<Tier, Partial<TierRule>>> = {}): TierRule[] {
  const modes = { community: 'accept', street: 'accept', district: 'decide' } as const;
  return (['community', 'street', 'district'] as const).map((tier) => ({
    matterId: MATTER_ID,
    tier,
    mode: modes[tier],
    decideAt: 'district',
    offlineAllowed: true,
    ...overrides[tier],
  }));
}

export interface CatalogParts {
  matters?: MatterVersion[];
  rows?: TierRule[];
  units?: Unit[];
  devices?: DeviceKey[];
  /** Further entries, which replace earlier ones of the same id. */
  entries?: CatalogEntry[];
}

export function makeEntries(parts: CatalogParts = {}): CatalogEntry[] {
  const calendar = (year: number): CatalogEntry => ({
    kind: 'calendar',
    calendar: { year, version: 1, issuer: 'test', holidays: [], makeUpDays: [] },
  });
  return [
    { kind: 'settings', settings: SETTINGS },
    calendar(2026),
    calendar(2027),
    ...(parts.units ?? UNITS).map((item): CatalogEntry => ({ kind: 'unit', unit: item })),
    ...(parts.matters ?? [makeMatter()]).map((matter): CatalogEntry => ({ kind: 'matter', matter })),
    ...(parts.devices ?? []).map((device): CatalogEntry => ({ kind: 'device', device })),
    {
      kind: 'rules',
      publication: {
        seq: 1,
        version: '2026.1-1',
        effectiveFrom: '2026-01-01',
        document: '五政办〔2026〕1号',
        issuer: DISTRICT,
        rows: parts.rows ?? makeRows(),
        publishedBy: ['a', 'b'],
        publishedAt: 0,
      },
    },
    ...(parts.entries ?? []),
  ];
}

export function makeCatalog(parts: CatalogParts = {}): Catalog {
  // Numbered as they come, so that a further entry does replace the earlier one.
  return indexCatalog(makeEntries(parts).map((entry, i) => ({ _id: catalogIdOf(entry), n: i + 1, entry })));
}

export function makeActor(overrides: Partial<Actor> = {}): Actor {
  const code = overrides.unit ?? COMMUNITY;
  const tier = UNITS.find((item) => item.code === code)?.tier ?? 'community';
  return { staffId: 'yangxm', unit: code, tier, roles: ['clerk'], ...overrides };
}

export const HUB: Actor = { staffId: 'hub', unit: DISTRICT, tier: 'district', roles: ['hub'] };

/** A payload that `decide` takes when the case is as the kind needs it. */
export const PAYLOADS: { [K in ActionKind]: ActionPayloads[K] } = {
  draft: { matter: PIN, applicant: APPLICANT, form: {} },
  submit: {},
  preReviewPass: {},
  preReviewReturn: { defects: ['缺身份证复印件'] },
  receive: {
    caseNo: '001013-261123-A1-0001',
    matter: PIN,
    applicant: APPLICANT,
    form: {},
    materials: [],
    printed: { noticeDue: '2026-11-30T17:00' },
  },
  oneTimeNotice: { defects: ['缺身份证复印件'] },
  supplement: { materials: [{ code: 'id-card', name: '身份证', state: 'received' }] },
  accept: { deferred: [] },
  refuse: { reason: '不属于本区' },
  deemAccept: {},
  forward: { to: STREET },
  returnDown: { to: COMMUNITY, reason: '材料不清' },
  askSuspend: { kind: 'hearing', reason: '听证', plannedEnd: '2026-12-01' },
  suspend: { kind: 'hearing', reason: '听证', plannedEnd: '2026-12-01' },
  resume: {},
  askExtend: { days: 10, reason: '案情复杂' },
  extend: { days: 10, reason: '案情复杂' },
  refuseExtend: { reason: '可以按期办结' },
  handOff: { system: 'medical', correlationId: 'c-1' },
  externalResult: { correlationId: 'c-1', text: '核验通过' },
  approve: {},
  reject: { reason: '不符合条件' },
  conclude: {},
  certify: { certificateNo: 'Z-1' },
  deliver: { method: 'window', recipient: '张三' },
  rate: { level: 5 },
  archive: { retention: '10y' },
  withdraw: { reason: '申请人撤回' },
  terminate: { reason: '无法联系' },
  note: { text: '已电话联系' },
  mergeUnit: { from: COMMUNITY, to: OTHER_COMMUNITY },
  supplyDeferred: { materials: [{ code: 'photo', name: '照片', state: 'received' }] },
  assign: { to: 'chensy', reason: '请假交接' },
};

export type BodyOverrides<K extends ActionKind> = Partial<Omit<ActionBody<K>, 'kind'>>;

export function makeBody<K extends ActionKind>(kind: K, overrides: BodyOverrides<K> = {}): AnyActionBody {
  const body: ActionBody<K> = {
    v: 1,
    id: 'device01.1',
    caseId: CASE_ID,
    kind,
    payload: PAYLOADS[kind],
    by: { staffId: 'yangxm', name: '杨晓梅', unit: COMMUNITY },
    at: NOW,
    offsetMs: 0,
    after: [],
    prev: null,
    ...overrides,
  };
  // The kind and its payload belong together by construction; the union cannot be shown that for a generic kind.
  return body as unknown as AnyActionBody;
}

/** Not signed: hash and signature are stand-ins of the right form. `makeSigner` signs. */
export function makeAction<K extends ActionKind>(kind: K, overrides: BodyOverrides<K> = {}): SignedAction {
  const body = makeBody(kind, overrides);
  return { body, hash: `h${body.id}`.replace('.', '-').padEnd(43, '0'), sig: 's'.repeat(86) };
}

/** A case of these actions in this order: the first `ruled` accepted (all, unless said), the rest pending. */
export function makeCase(
  actions: SignedAction[],
  { ruled = actions.length }: { ruled?: number } = {},
): CaseDocument {
  const rulings = actions.slice(0, ruled).map((action, index): [string, Ruling] => {
    const receivedAt = action.body.at + action.body.offsetMs;
    return [action.body.id, { seq: index + 1, verdict: 'accepted', receivedAt }];
  });
  return {
    _id: actions[0]?.body.caseId ?? CASE_ID,
    n: rulings.length,
    actions: Object.fromEntries(actions.map((action) => [action.body.id, action])),
    rulings: Object.fromEntries(rulings),
  };
}

export interface TestSigner {
  key: DeviceKey;
  /** Signs the next action of this device: id and chain are filled in. */
  sign<K extends ActionKind>(kind: K, overrides?: BodyOverrides<K>): Promise<SignedAction>;
  /** Signs a body as it stands, outside the chain. */
  signBody(body: AnyActionBody): Promise<SignedAction>;
}

export async function makeSigner(
  deviceId = 'device01',
  unitCode = COMMUNITY,
  terminal = 'A1',
): Promise<TestSigner> {
  const pair = await newDeviceKeys();
  let counter = 0;
  let prev: string | null = null;
  return {
    key: {
      deviceId,
      unit: unitCode,
      terminal,
      publicKey: await exportPublicKey(pair.publicKey),
      status: 'active',
    },
    async sign(kind, overrides = {}) {
      counter += 1;
      const by = { staffId: 'yangxm', name: '杨晓梅', unit: unitCode };
      const chained = { id: `${deviceId}.${String(counter)}`, prev, by, ...overrides };
      const signed = await signAction(makeBody(kind, chained), pair.privateKey);
      prev = signed.hash;
      return signed;
    },
    signBody: (body) => signAction(body, pair.privateKey),
  };
}
