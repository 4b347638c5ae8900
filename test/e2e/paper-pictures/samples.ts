/** Cases whose papers are drawn: one for each kind of paper, and the long ones. Nothing here depends on the sample district. */
import type { ActionKind, CaseDocument, MaterialEntry } from '@sanji/sync/domain/action';
import type { CatalogEntry } from '@sanji/sync/domain/catalog';
import type { PaperKind } from '@sanji/sync/domain/papers';
import { catalogIdOf } from '@sanji/sync/domain/catalog-index';
import {
  COMMUNITY,
  DISTRICT,
  makeAction,
  makeCase,
  makeEntries,
  makeMatter,
  NOW,
  STREET,
  UNITS,
  type BodyOverrides,
} from '@sanji/sync/testing/factories';
import type { Drawn } from './draw.ts';

const NAMES: Record<string, string> = {
  [DISTRICT]: '五华区',
  [STREET]: '华山街道',
  [COMMUNITY]: '翠湖西路社区',
};
const MATERIALS = [
  { code: 'SFZ', name: '居民身份证', en: 'Resident ID card', need: 'required' },
  {
    code: 'SYDJ',
    name: '失业保险金申领登记表',
    en: 'Unemployment-benefit application form',
    need: 'required',
  },
  { code: 'YHKH', name: '本人银行账户信息', en: 'Own bank account', need: 'required' },
  {
    code: 'JCLD',
    name: '终止/解除劳动关系证明',
    en: 'Proof that the employment has ended',
    need: 'deferrable',
  },
] as const;
const MATTER = makeMatter({
  basicCode: '532014010001',
  name: { zh: '失业保险金申领', en: 'Unemployment-benefit application' },
  legalDays: 10,
  promiseDays: 5,
  materials: [...MATERIALS],
  result: '失业保险待遇核定通知书',
});
const REMEDIES = {
  zh: '如不服本决定，可以自收到本决定书之日起六十日内向上一级主管部门申请行政复议，或者在六个月内依法向人民法院提起行政诉讼（示例，以签发单位公布的为准）。',
  en: 'You may ask the superior authority for administrative reconsideration within sixty days of receipt, or bring an action before a court within six months (sample).',
};

const ENTRIES = makeEntries({
  matters: [MATTER],
  units: UNITS.map((unit) => ({ ...unit, display: NAMES[unit.code] ?? unit.display })),
}).map((entry: CatalogEntry) => ({
  _id: catalogIdOf(entry),
  n: 1,
  entry:
    entry.kind === 'settings' ? { ...entry, settings: { ...entry.settings, remedies: REMEDIES } } : entry,
}));

const APPLICANT = {
  kind: 'person',
  name: '李示例',
  idNumber: '530111199002290427',
  mobile: '13500007741',
} as const;
const RECEIVED: MaterialEntry[] = MATERIALS.map(({ code, name }, i) => ({
  code,
  name,
  state: i < 3 ? ('received' as const) : ('deferred' as const),
  form: (['card', 'electronic', 'paper', 'paper'] as const)[i] ?? 'paper',
  copies: i + 1,
  originalReturned: i !== 1,
}));
const LONG_NAME =
  '关于异地就医期间分段住院费用结算及转诊转院备案情况的说明（含附件、清单与 2026 年 1 至 11 月缴费记录）';
const LONG_REASON = `一、${'申请人提交的劳动关系证明与社会保险缴费记录所载的起止日期不一致，经向原用人单位核实，'.repeat(6)}不符合规定的条件。\n二、${'依据所列办法的规定，非因本人意愿中断就业是申领的条件之一，现有材料不能证明。'.repeat(7)}`;

const MINUTE_MS = 60_000;
const AT_STREET = { staffId: 'puyl', name: '普玉兰', unit: STREET };
const AT_DISTRICT = { staffId: 'zhaom', name: '赵敏', unit: DISTRICT };

type Step = [ActionKind, BodyOverrides<ActionKind>?];

/** One action a quarter of an hour; all confirmed. */
function caseOf(steps: Step[]): CaseDocument {
  return makeCase(
    steps.map(([kind, overrides], i) =>
      makeAction(kind, {
        id: `device01.${String(i + 1)}`,
        at: NOW + i * 15 * MINUTE_MS,
        ...overrides,
      }),
    ),
  );
}

const PIN = { matterId: MATTER.matterId, version: 1, rules: 1 };
const DRAFT: Step = ['draft', { payload: { matter: PIN, applicant: APPLICANT, form: {} } }];

function receivedWith(materials: MaterialEntry[]): Step {
  const caseNo = '001013-261123-A2-0007';
  const printed = { noticeDue: '2026-11-30T17:00', deferralDue: '2026-12-07T17:00' };
  return [
    'receive',
    { payload: { caseNo, matter: PIN, applicant: APPLICANT, form: {}, materials, printed } },
  ];
}
const RECEIVE = receivedWith(RECEIVED);
const ACCEPT: Step = ['accept', { payload: { deferred: [{ code: 'JCLD', due: '2026-12-07' }] } }];
const FORWARD: Step = ['forward', { payload: { to: STREET } }];
const SUPPLY: Step = [
  'supplyDeferred',
  {
    payload: {
      materials: [{ code: 'JCLD', name: '终止/解除劳动关系证明', state: 'received', form: 'paper' }],
    },
  },
];
const APPROVE: Step = ['approve', { by: AT_DISTRICT }];
const CONCLUDE: Step = ['conclude', { by: AT_DISTRICT }];
const CERTIFY: Step = [
  'certify',
  { by: AT_DISTRICT, payload: { certificateNo: '五人社失核〔2026〕0117 号' } },
];

interface Sample extends Partial<Pick<Drawn, 'sheet' | 'offline' | 'copy'>> {
  name: string;
  /** The paper drawn is that of the last step. */
  steps: Step[];
  kind: PaperKind;
}

const SAMPLES: Sample[] = [
  {
    name: 'declaration',
    kind: 'declaration',
    steps: [DRAFT, ['submit', { by: { staffId: 'applicant', name: '李示例', unit: COMMUNITY } }]],
  },
  { name: 'receipt', kind: 'receipt', steps: [DRAFT, RECEIVE], offline: true },
  { name: 'receipt-draft', kind: 'receipt', steps: [DRAFT] },
  {
    name: 'receipt-long',
    kind: 'receipt',
    steps: [
      DRAFT,
      receivedWith([
        ...RECEIVED,
        ...Array.from({ length: 9 }, (_, i) => ({
          code: `X${String(i)}`,
          name: i % 3 === 0 ? LONG_NAME : `附件材料第 ${String(i + 1)} 份`,
          state: 'received' as const,
          form: 'paper' as const,
          copies: 1,
          originalReturned: true,
        })),
      ]),
    ],
    copy: 2,
  },
  {
    name: 'one-time-notice',
    kind: 'oneTimeNotice',
    steps: [
      DRAFT,
      RECEIVE,
      [
        'oneTimeNotice',
        {
          payload: {
            defects: [
              '失业保险金申领登记表第 3 页缺本人签名。',
              '银行账户信息的户名与身份证姓名不一致，请提供本人名下的一类账户。',
              '终止劳动关系证明没有加盖原用人单位公章。',
            ],
          },
        },
      ],
    ],
  },
  {
    name: 'corrections',
    kind: 'supplement',
    steps: [
      DRAFT,
      RECEIVE,
      ['oneTimeNotice'],
      [
        'supplement',
        {
          payload: {
            materials: [
              { code: 'SYDJ', name: '失业保险金申领登记表', state: 'received', form: 'paper', copies: 1 },
              { code: 'YHKH', name: '本人银行账户信息', state: 'received', form: 'electronic', copies: 1 },
            ],
          },
        },
      ],
    ],
  },
  { name: 'deferred', kind: 'supplement', steps: [DRAFT, RECEIVE, ACCEPT, SUPPLY] },
  {
    name: 'refusal',
    kind: 'refusal',
    steps: [
      DRAFT,
      RECEIVE,
      ['refuse', { payload: { reason: '申请人的参保地在盘龙区，本事项由参保地经办机构受理。' } }],
    ],
  },
  { name: 'acceptance', kind: 'acceptance', steps: [DRAFT, RECEIVE, ACCEPT] },
  {
    name: 'suspension',
    kind: 'specialProcedure',
    steps: [
      DRAFT,
      RECEIVE,
      ACCEPT,
      FORWARD,
      [
        'suspend',
        {
          by: AT_STREET,
          payload: {
            kind: 'inspection',
            reason: '需到原用人单位核实劳动关系终止的时间。',
            plannedEnd: '2026-12-04',
          },
        },
      ],
    ],
  },
  {
    name: 'extension',
    kind: 'specialProcedure',
    steps: [
      DRAFT,
      RECEIVE,
      ACCEPT,
      FORWARD,
      [
        'extend',
        { by: AT_STREET, payload: { days: 10, reason: '情况复杂，需向外省经办机构函调缴费记录。' } },
      ],
    ],
  },
  {
    name: 'rejection',
    kind: 'rejection',
    steps: [DRAFT, RECEIVE, ACCEPT, ['reject', { by: AT_DISTRICT, payload: { reason: LONG_REASON } }]],
  },
  {
    name: 'certificate',
    kind: 'certificate',
    steps: [DRAFT, RECEIVE, ACCEPT, SUPPLY, APPROVE, CONCLUDE, CERTIFY],
  },
  {
    name: 'delivery-proof',
    kind: 'deliveryProof',
    steps: [
      DRAFT,
      RECEIVE,
      ACCEPT,
      SUPPLY,
      APPROVE,
      CONCLUDE,
      CERTIFY,
      ['deliver', { payload: { method: 'window', recipient: '李示例', proof: '本人持身份证领取。' } }],
    ],
  },
  { name: 'refusal-a4', kind: 'refusal', steps: [DRAFT, RECEIVE, ['refuse']], sheet: 'A4' },
];

const BOTH = ['zh-CN', 'en'] as const;

function pictureOf(
  { steps, kind, sheet = 'A5', offline = false, copy = 1 }: Sample,
  locale: Drawn['locale'],
): Drawn {
  const now = NOW + steps.length * 15 * MINUTE_MS;
  return { doc: caseOf(steps), entries: ENTRIES, kind, locale, sheet, offline, copy, now };
}

function drawnInBoth(samples: readonly Sample[]): { name: string; drawn: Drawn }[] {
  return samples.flatMap((sample) =>
    BOTH.map((locale) => ({ name: `${sample.name}.${locale}`, drawn: pictureOf(sample, locale) })),
  );
}

export const PICTURES = drawnInBoth(SAMPLES);

const WORDS = 'Antidisestablishmentarianism and its WWWWWMMMMM consequences, i.e. 1234567890. ';

/** Held against their sheets alone, not against a picture. */
export const HEAVY = drawnInBoth([
  {
    name: 'a notice of a hundred defects',
    kind: 'oneTimeNotice',
    steps: [
      DRAFT,
      RECEIVE,
      ['oneTimeNotice', { payload: { defects: Array.from({ length: 100 }, () => WORDS + LONG_NAME) } }],
    ],
  },
  {
    name: 'a rejection of two thousand letters without a space',
    kind: 'rejection',
    steps: [DRAFT, RECEIVE, ACCEPT, ['reject', { by: AT_DISTRICT, payload: { reason: 'M'.repeat(2_000) } }]],
  },
  {
    name: 'a refusal of many paragraphs',
    kind: 'refusal',
    sheet: 'A4',
    steps: [
      DRAFT,
      RECEIVE,
      ['refuse', { payload: { reason: `${WORDS}\n${LONG_NAME}\n`.repeat(24).slice(0, 2_000) } }],
    ],
  },
  {
    name: 'a receipt of forty materials with names of two hundred letters',
    kind: 'receipt',
    offline: true,
    steps: [
      DRAFT,
      receivedWith(
        Array.from({ length: 40 }, (_, i) => ({
          code: `X${String(i)}`,
          name: (WORDS + LONG_NAME).repeat(3).slice(0, 200),
          state: 'received' as const,
          form: 'paper' as const,
          copies: 1,
          originalReturned: true,
        })),
      ),
    ],
  },
]);
