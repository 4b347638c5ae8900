/**
 * What each paper says, by the action it attests: its title, its own facts, its blocks, and who signs. Everything comes from the case, the
 * matter's version it is pinned to, and the district's settings.
 */
import type { ActionBody, AnyActionBody } from '@sanji/sync/domain/action';
import { dayOf } from '@sanji/sync/domain/calendar';
import { clocksOf } from '@sanji/sync/domain/deadlines';
import { remediesOn } from '@sanji/sync/domain/office';
import { issuerOf } from '@sanji/sync/domain/papers';
import { m } from '#lib/i18n/paraglide/messages.js';
import { inOwnLanguage } from '#lib/i18n/words.ts';
import { methodWord, spanWord } from '../case-words.ts';
import { materialTable, owedTable } from './material-table.ts';
import { listOf, textOf, type Block, type Fact } from './paper-blocks.ts';
import {
  daysText,
  dueText,
  hoursText,
  matterText,
  ownStation,
  stationOf,
  timeOf,
  timeText,
  type Ground,
} from './paper-words.ts';

/** Who puts a name to the paper beside the clerk, and which seal it bears. */
export interface Signing {
  /** Before the name of the member of staff who acted; absent where the applicant did. */
  by?: (inputs: { name: string }, options: { locale: 'zh-CN' | 'en' }) => string;
  /** Absent: nobody but the office signs. */
  line?: 'applicant' | 'recipient';
  seal: 'receipt' | 'unit';
}

export interface PaperBody {
  title: string;
  facts: Fact[];
  blocks: Block[];
  signing: Signing;
}

const RECEIPT: Signing = { by: m.paper_clerk, line: 'applicant', seal: 'receipt' };
const OFFICE: Signing = { by: m.paper_clerk, seal: 'unit' };

/** Throws for an action that no paper attests. */
export function bodyOf(ground: Ground): PaperBody {
  const { body } = ground.paper.action;
  switch (body.kind) {
    case 'draft':
    case 'receive':
      return receiptBody(body, ground);
    case 'submit':
      return declarationBody(body, ground);
    case 'oneTimeNotice':
      return noticeBody(body, ground);
    case 'supplement':
    case 'supplyDeferred':
      return supplementBody(body, ground);
    case 'refuse':
      return refusalBody(body, ground);
    case 'accept':
    case 'deemAccept':
      return acceptanceBody(body, ground);
    case 'suspend':
      return suspensionBody(body, ground);
    case 'extend':
      return extensionBody(body, ground);
    case 'reject':
      return rejectionBody(body, ground);
    case 'certify':
      return certificateBody(body, ground);
    case 'deliver':
      return deliveryBody(body, ground);
    default:
      throw new Error(`no paper attests ${body.kind}`);
  }
}

function receiptBody(body: ActionBody<'draft'> | ActionBody<'receive'>, ground: Ground): PaperBody {
  const { locale, matter, paper } = ground;
  const terminal = paper.state.caseNo?.split('-')[2] ?? '';
  const printed = body.kind === 'receive' ? (body as ActionBody<'receive'>).payload.printed : undefined;
  const { noticeDue, deferralDue } = printed ?? {};
  const steps: string[] = [];
  if (noticeDue !== undefined) steps.push(m.paper_step_notice({ due: spaced(noticeDue) }, { locale }));
  if (matter?.instant === true) steps.push(m.paper_step_instant({}, { locale }));
  else if (matter !== undefined) {
    const terms = { promise: matter.promiseDays, legal: matter.legalDays };
    steps.push(
      matter.dayUnit === 'workday'
        ? m.paper_step_workdays(terms, { locale })
        : m.paper_step_days(terms, { locale }),
    );
  }
  if (deferralDue !== undefined) steps.push(m.paper_step_deferral({ due: spaced(deferralDue) }, { locale }));
  steps.push(m.paper_step_result({ station: ownStation(ground), hours: hoursText(ground) }, { locale }));
  const { materials } = paper.state;
  return {
    title: m.paper_title_receipt({}, { locale }),
    facts: [
      {
        label: m.paper_received_at({}, { locale }),
        value: printed === undefined ? '' : timeOf(paper.action),
      },
      { label: m.paper_channel({}, { locale }), value: m.paper_channel_window({ terminal }, { locale }) },
    ].filter(({ value }) => value !== '' && printed !== undefined),
    blocks: [
      ...(materials.length === 0 ? [] : [materialTable(materials, ground, deferralDue)]),
      listOf(m.paper_next({}, { locale }), steps),
    ],
    signing: RECEIPT,
  };
}

function declarationBody(_body: AnyActionBody, ground: Ground): PaperBody {
  const { locale, paper } = ground;
  return {
    title: m.paper_title_declaration({}, { locale }),
    facts: [
      { label: m.paper_submitted_at({}, { locale }), value: timeOf(paper.action) },
      { label: m.paper_channel({}, { locale }), value: m.paper_channel_online({}, { locale }) },
    ],
    blocks: [
      plain(m.paper_text_declaration({ matter: matterText(ground) }, { locale })),
      listOf(m.paper_next({}, { locale }), [
        m.paper_step_office_hours({}, { locale }),
        m.paper_step_originals({}, { locale }),
      ]),
    ],
    signing: { seal: 'receipt' },
  };
}

function noticeBody({ payload }: ActionBody<'oneTimeNotice'>, ground: Ground): PaperBody {
  const { locale, paper } = ground;
  return {
    title: m.paper_title_one_time_notice({}, { locale }),
    facts: [{ label: m.paper_noticed_at({}, { locale }), value: timeOf(paper.action) }],
    blocks: [
      plain(m.paper_text_notice(asReceived(ground), { locale })),
      listOf(m.paper_defects({}, { locale }), payload.defects),
      listOf(m.paper_next({}, { locale }), [
        m.paper_step_corrections({ station: ownStation(ground) }, { locale }),
      ]),
    ],
    signing: RECEIPT,
  };
}

function supplementBody(
  body: ActionBody<'supplement'> | ActionBody<'supplyDeferred'>,
  ground: Ground,
): PaperBody {
  const { locale, paper } = ground;
  const { outstanding } = paper.state;
  const isDeferred = body.kind === 'supplyDeferred';
  const step = isDeferred ? m.paper_step_complete({}, { locale }) : m.paper_step_examined({}, { locale });
  return {
    title: isDeferred ? m.paper_title_deferred({}, { locale }) : m.paper_title_corrections({}, { locale }),
    facts: [{ label: m.paper_supplied_at({}, { locale }), value: timeOf(paper.action) }],
    blocks: [
      materialTable(body.payload.materials, ground, undefined),
      ...(outstanding.length > 0
        ? [owedTable(outstanding, ground, m.paper_still_missing({}, { locale }))]
        : []),
      ...(isDeferred && outstanding.length > 0 ? [] : [listOf(m.paper_next({}, { locale }), [step])]),
    ],
    signing: RECEIPT,
  };
}

function refusalBody({ payload }: ActionBody<'refuse'>, ground: Ground): PaperBody {
  const { locale, paper } = ground;
  return {
    title: m.paper_title_refusal({}, { locale }),
    facts: [{ label: m.paper_decided_at({}, { locale }), value: timeOf(paper.action) }],
    blocks: [
      plain(m.paper_text_refusal(asReceived(ground), { locale })),
      textOf(m.paper_reason({}, { locale }), payload.reason),
      remediesOf(ground),
    ],
    signing: OFFICE,
  };
}

function acceptanceBody(body: ActionBody<'accept'> | ActionBody<'deemAccept'>, ground: Ground): PaperBody {
  const { locale, paper, catalog, matter } = ground;
  const { state } = paper;
  const text =
    body.kind === 'accept'
      ? m.paper_text_acceptance(asReceived(ground), { locale })
      : m.paper_text_deemed({ ...asReceived(ground), days: catalog.settings.noticeDays }, { locale });
  return {
    title: m.paper_title_acceptance({}, { locale }),
    facts: [
      { label: m.paper_decided_at({}, { locale }), value: timeOf(paper.action) },
      ...(matter?.instant === true
        ? [{ label: m.paper_promise({}, { locale }), value: m.paper_instant({}, { locale }) }]
        : termsOf(ground)),
    ],
    blocks: [
      plain(text),
      ...(state.outstanding.length === 0
        ? []
        : [owedTable(state.outstanding, ground, m.paper_deferred_heading({}, { locale }))]),
    ],
    signing: OFFICE,
  };
}

function suspensionBody({ payload }: ActionBody<'suspend'>, ground: Ground): PaperBody {
  const { locale, paper } = ground;
  const kind = spanWord(payload.kind, locale);
  return {
    title: m.paper_title_suspension({}, { locale }),
    facts: [
      { label: m.paper_span({}, { locale }), value: kind },
      { label: m.paper_planned_end({}, { locale }), value: payload.plannedEnd },
    ],
    blocks: [
      plain(
        m.paper_text_suspension({ matter: matterText(ground), kind, at: timeOf(paper.action) }, { locale }),
      ),
      textOf(m.paper_reason({}, { locale }), payload.reason),
      listOf(m.paper_next({}, { locale }), [m.paper_step_resumed({}, { locale })]),
    ],
    signing: { by: m.paper_leader, seal: 'unit' },
  };
}

function extensionBody({ payload }: ActionBody<'extend'>, ground: Ground): PaperBody {
  const { locale, paper } = ground;
  const days = daysText(payload.days, ground);
  return {
    title: m.paper_title_extension({}, { locale }),
    facts: [
      { label: m.paper_decided_at({}, { locale }), value: timeOf(paper.action) },
      { label: m.paper_extended_by({}, { locale }), value: days },
      ...termsOf(ground),
    ],
    blocks: [
      plain(m.paper_text_extension({ matter: matterText(ground), days }, { locale })),
      textOf(m.paper_reason({}, { locale }), payload.reason),
    ],
    signing: { by: m.paper_leader, seal: 'unit' },
  };
}

function rejectionBody({ payload }: ActionBody<'reject'>, ground: Ground): PaperBody {
  const { locale, paper } = ground;
  return {
    title: m.paper_title_rejection({}, { locale }),
    facts: [{ label: m.paper_decided_at({}, { locale }), value: timeOf(paper.action) }],
    blocks: [
      plain(m.paper_text_rejection(asReceived(ground), { locale })),
      textOf(m.paper_reason({}, { locale }), payload.reason),
      remediesOf(ground),
    ],
    signing: { by: m.paper_approver, seal: 'unit' },
  };
}

function certificateBody({ payload }: ActionBody<'certify'>, ground: Ground): PaperBody {
  const { locale, paper, matter } = ground;
  const approval = paper.sources.find(({ body }) => body.kind === 'approve');
  return {
    title: m.paper_title_certificate({}, { locale }),
    facts:
      approval === undefined
        ? []
        : [
            { label: m.paper_decided_at({}, { locale }), value: timeOf(approval) },
            {
              label: m.paper_decided_by({}, { locale }),
              value: stationOf(approval.body.by.unit, ground),
            },
          ],
    blocks: [
      plain(m.paper_text_certificate(asReceived(ground), { locale })),
      {
        kind: 'table',
        columns: [
          { label: m.paper_result({}, { locale }) },
          { label: m.paper_certificate_no({}, { locale }), widthEm: 14 },
        ],
        rows: [[matter?.result ?? '', payload.certificateNo]],
      },
    ],
    signing: OFFICE,
  };
}

function deliveryBody({ payload }: ActionBody<'deliver'>, ground: Ground): PaperBody {
  const { locale, paper, matter } = ground;
  const certificate = paper.sources.find(({ body }) => body.kind === 'certify')?.body;
  const isRejected = paper.state.decision === 'rejected';
  const document = isRejected
    ? [m.paper_title_rejection({}, { locale }), paper.state.caseNo ?? '']
    : [
        matter?.result ?? m.paper_title_certificate({}, { locale }),
        certificate?.kind === 'certify' ? certificate.payload.certificateNo : (paper.state.caseNo ?? ''),
      ];
  return {
    title: m.paper_title_delivery_proof({}, { locale }),
    facts: [
      { label: m.paper_recipient({}, { locale }), value: payload.recipient },
      { label: m.paper_method({}, { locale }), value: methodWord(payload.method, locale) },
      { label: m.paper_delivered_at({}, { locale }), value: timeOf(paper.action) },
      { label: m.paper_delivered_where({}, { locale }), value: ownStation(ground) },
    ],
    blocks: [
      plain(m.paper_text_delivery({ matter: matterText(ground) }, { locale })),
      {
        kind: 'table',
        columns: [
          { label: m.paper_document({}, { locale }) },
          { label: m.paper_document_no({}, { locale }), widthEm: 14 },
        ],
        rows: [document],
      },
      ...(payload.proof === undefined ? [] : [textOf(m.paper_delivery_note({}, { locale }), payload.proof)]),
    ],
    signing: { by: m.paper_deliverer, line: 'recipient', seal: 'unit' },
  };
}

/** As the clocks stood when the paper's action was done. */
function termsOf(ground: Ground): Fact[] {
  const { paper, catalog, locale } = ground;
  const { at, offsetMs } = paper.action.body;
  const { promise, legal } = clocksOf(paper.state, catalog, at + offsetMs);
  return [
    ...(promise === undefined
      ? []
      : [{ label: m.paper_promise({}, { locale }), value: dueText(promise, ground) }]),
    ...(legal === undefined ? [] : [{ label: m.paper_legal({}, { locale }), value: dueText(legal, ground) }]),
  ];
}

/** The words of the unit that speaks, on the day it spoke; where nobody has given any, a line to be filled in by hand. */
function remediesOf(ground: Ground): Block {
  const { paper, catalog, locale } = ground;
  const { at, offsetMs } = paper.action.body;
  const remedies = remediesOn(catalog, issuerOf(paper), dayOf(at + offsetMs));
  const text =
    remedies === undefined ? m.paper_remedies_blank({}, { locale }) : inOwnLanguage(remedies, locale);
  return textOf(m.paper_remedies({}, { locale }), text);
}

function asReceived(ground: Ground): { matter: string; at: string } {
  return { matter: matterText(ground), at: timeText(ground.paper.state.receivedAt) };
}

function plain(text: string): Block {
  return { kind: 'text', paragraphs: [text] };
}

function spaced(due: string): string {
  return due.replace('T', ' ');
}
