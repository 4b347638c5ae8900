/** What stands on the receipt, in words: from the receive action itself, so that a reprint says what the first print said. */
import type { ActionPayloads, CaseDocument, SignedAction } from '@sanji/sync/domain/action';
import { wallTimeOf } from '@sanji/sync/domain/calendar';
import type { Catalog, MaterialRow, MatterVersion } from '@sanji/sync/domain/catalog';
import { maskIdNumber, maskMobile, maskName } from '@sanji/sync/domain/masking';
import { order } from '@sanji/sync/domain/order';
import { getLocale } from '#lib/i18n/paraglide/runtime.js';
import { m } from '#lib/i18n/paraglide/messages.js';
import { stationText } from '#lib/i18n/words.ts';
import {
  factsHeightMm,
  paginate,
  placeFacts,
  rowHeightMm,
  tailHeightMm,
  type Fact,
  type PlacedFact,
} from './receipt-layout.ts';

export interface PaperMaterial {
  code: string;
  no: string;
  name: string;
  form: string;
  remark: string;
}

export interface ReceiptPaper {
  issuer: string;
  caseNo: string;
  qrText: string;
  checkCode: string;
  /** Names and numbers masked. */
  facts: PlacedFact[];
  pages: { materials: PaperMaterial[] }[];
  steps: string[];
  /** How it was signed; the check code follows. */
  box: string;
  clerk: string;
  hotline: string;
  printCount: number;
  printedAt: string;
}

export interface Receiving {
  action: SignedAction;
  payload: ActionPayloads['receive'];
}

/** The receive action that counts: the first the hub did not refuse. */
export function findReceiving(doc: CaseDocument): Receiving | undefined {
  for (const { action, ruling } of order(doc)) {
    if (action.body.kind === 'receive' && ruling?.verdict !== 'rejected') {
      return { action, payload: action.body.payload };
    }
  }
  return undefined;
}

/** Room for the names of the facts, millimetres. */
const LABEL_MM = { 'zh-CN': 17, en: 23 };

export interface PaperSource {
  receiving: Receiving;
  catalog: Catalog;
  qrText: string;
  checkCode: string;
  offline: boolean;
  printCount: number;
  /** Milliseconds since the epoch. */
  now: number;
}

export function receiptPaperOf(source: PaperSource): ReceiptPaper {
  const { receiving, catalog, now } = source;
  const { payload, action } = receiving;
  const { by } = action.body;
  const matter = catalog.matters
    .get(payload.matter.matterId)
    ?.find(({ version }) => version === payload.matter.version);
  const unit = catalog.units.get(by.unit);
  const station = unit === undefined ? by.unit : stationText(unit);
  const terminal = payload.caseNo.split('-')[2] ?? '';
  const labelMm = LABEL_MM[getLocale()];
  const facts = placeFacts(factsOf(receiving, matter, terminal), labelMm);
  const steps = stepsOf(payload, matter, station);
  const box = source.offline ? m.receipt_offline_note({ terminal }) : m.receipt_online_note();
  const pages = paginate(
    rowsOf(payload, matter).map((row) => ({ row, heightMm: rowHeightMm(row) })),
    {
      factsMm: factsHeightMm(facts, labelMm),
      tailMm: tailHeightMm({ steps, box: `${box} ${source.checkCode}` }),
    },
  );
  return {
    issuer: m.receipt_issuer({
      district: catalog.units.get(catalog.settings.district)?.display ?? '',
      station,
    }),
    caseNo: payload.caseNo,
    qrText: source.qrText,
    checkCode: source.checkCode,
    facts,
    pages: pages.map((materials) => ({ materials })),
    steps,
    box,
    clerk: by.name,
    hotline: catalog.settings.hotline,
    printCount: source.printCount,
    printedAt: wallTimeOf(now).replace('T', ' '),
  };
}

function factsOf(
  { action, payload }: Receiving,
  matter: MatterVersion | undefined,
  terminal: string,
): Fact[] {
  const { name, kind, idNumber, mobile, agent } = payload.applicant;
  const isFirm = kind === 'organisation';
  const { at, offsetMs } = action.body;
  return [
    { label: m.receipt_applicant(), value: isFirm ? name : maskName(name) },
    { label: m.receipt_id_number(), value: isFirm ? idNumber : maskIdNumber(idNumber) },
    { label: m.receipt_mobile(), value: mobile === undefined ? m.receipt_none() : maskMobile(mobile) },
    { label: m.receipt_agent(), value: agent === undefined ? m.receipt_none() : maskName(agent.name) },
    {
      label: m.receipt_matter(),
      value: matter === undefined ? payload.matter.matterId : nameOf(matter),
      note: m.receipt_matter_version({
        code: matter?.basicCode ?? payload.matter.matterId,
        version: payload.matter.version,
      }),
    },
    { label: m.receipt_received_at(), value: wallTimeOf(at + offsetMs).replace('T', ' ') },
    { label: m.receipt_channel(), value: m.receipt_channel_window({ terminal }) },
  ];
}

function rowsOf(payload: ActionPayloads['receive'], matter: MatterVersion | undefined): PaperMaterial[] {
  const due = payload.printed.deferralDue;
  const received = payload.materials.filter(({ state }) => state === 'received');
  const shown = [...received, ...payload.materials.filter(({ state }) => state === 'deferred')];
  let no = 0;
  return shown.map(({ code, name, state, form, copies, originalReturned }): PaperMaterial => {
    const row = matter?.materials.find((known) => known.code === code);
    const shownName = row === undefined ? name : materialName(row);
    if (state === 'deferred') {
      const remark =
        due === undefined ? m.receipt_deferred() : m.receipt_deferred_until({ due: dayPart(due) });
      return { code, no: m.receipt_deferred_mark(), name: shownName, form: m.receipt_form_missing(), remark };
    }
    no += 1;
    const count = m.receipt_copies({ count: copies ?? 1 });
    const remark = originalReturned === true ? m.receipt_copies_returned({ count: copies ?? 1 }) : count;
    return { code, no: String(no), name: shownName, form: formWord(form), remark };
  });
}

function stepsOf(
  payload: ActionPayloads['receive'],
  matter: MatterVersion | undefined,
  station: string,
): string[] {
  const { noticeDue, deferralDue } = payload.printed;
  const steps = [m.receipt_step_notice({ due: timePart(noticeDue) })];
  if (matter?.instant === true) steps.push(m.receipt_step_instant());
  else if (matter !== undefined) {
    const words = { promise: matter.promiseDays, legal: matter.legalDays };
    steps.push(matter.dayUnit === 'workday' ? m.receipt_step_workdays(words) : m.receipt_step_days(words));
  }
  if (deferralDue !== undefined) steps.push(m.receipt_step_deferral({ due: timePart(deferralDue) }));
  steps.push(m.receipt_step_result({ station }));
  return steps;
}

function formWord(form: 'paper' | 'electronic' | 'card' | undefined): string {
  if (form === 'card') return m.receipt_form_card();
  return form === 'electronic' ? m.receipt_form_electronic() : m.receipt_form_paper();
}

function nameOf(matter: MatterVersion): string {
  return getLocale() === 'en' ? matter.name.en : matter.name.zh;
}

function materialName(row: MaterialRow): string {
  return getLocale() === 'en' ? row.en : row.name;
}

function dayPart(due: string): string {
  return due.slice(0, 10);
}

function timePart(due: string): string {
  return due.replace('T', ' ');
}
