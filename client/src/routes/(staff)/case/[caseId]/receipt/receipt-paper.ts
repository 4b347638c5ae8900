/** What stands on the receipt, in words: from the receive action itself, so that a reprint says what the first print said. */
import type { ActionPayloads, CaseDocument, SignedAction } from '@sanji/sync/domain/action';
import { dayOf, wallTimeOf } from '@sanji/sync/domain/calendar';
import type { Catalog, MaterialRow, MatterVersion } from '@sanji/sync/domain/catalog';
import { maskIdNumber, maskMobile, maskName } from '@sanji/sync/domain/masking';
import { order } from '@sanji/sync/domain/order';
import { getLocale } from '#lib/i18n/paraglide/runtime.js';
import { m } from '#lib/i18n/paraglide/messages.js';

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
  /** Masked. */
  applicant: { name: string; idNumber: string; mobile: string; agent: string };
  matter: { name: string; basicCode: string; version: number };
  receivedAt: string;
  terminal: string;
  pages: { materials: PaperMaterial[] }[];
  steps: string[];
  offline: boolean;
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

/** Rows on the first page beside head, steps and signatures; more go to the next page. */
const FIRST_PAGE_ROWS = 9;
const NEXT_PAGE_ROWS = 16;

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
  const { by, at, offsetMs } = action.body;
  const matter = catalog.matters
    .get(payload.matter.matterId)
    ?.find(({ version }) => version === payload.matter.version);
  const unit = catalog.units.get(by.unit);
  return {
    issuer: m.receipt_issuer({
      district: catalog.units.get(catalog.settings.district)?.display ?? '',
      unit: unit?.display ?? by.unit,
    }),
    caseNo: payload.caseNo,
    qrText: source.qrText,
    checkCode: source.checkCode,
    applicant: maskedApplicant(payload.applicant),
    matter: {
      name: matter === undefined ? payload.matter.matterId : nameOf(matter),
      basicCode: matter?.basicCode ?? payload.matter.matterId,
      version: payload.matter.version,
    },
    receivedAt: wallTimeOf(at + offsetMs).replace('T', ' '),
    terminal: payload.caseNo.split('-')[2] ?? '',
    pages: pagesOf(payload, matter),
    steps: stepsOf(payload, matter, unit?.display ?? ''),
    offline: source.offline,
    clerk: by.name,
    hotline: catalog.settings.hotline,
    printCount: source.printCount,
    printedAt: wallTimeOf(now).replace('T', ' '),
  };
}

function maskedApplicant({
  name,
  kind,
  idNumber,
  mobile,
  agent,
}: ActionPayloads['receive']['applicant']): ReceiptPaper['applicant'] {
  const isFirm = kind === 'organisation';
  return {
    name: isFirm ? name : maskName(name),
    idNumber: isFirm ? idNumber : maskIdNumber(idNumber),
    mobile: mobile === undefined ? m.receipt_none() : maskMobile(mobile),
    agent: agent === undefined ? m.receipt_none() : maskName(agent.name),
  };
}

function pagesOf(
  payload: ActionPayloads['receive'],
  matter: MatterVersion | undefined,
): ReceiptPaper['pages'] {
  const due = payload.printed.deferralDue;
  const received = payload.materials.filter(({ state }) => state === 'received');
  const shown = [...received, ...payload.materials.filter(({ state }) => state === 'deferred')];
  let no = 0;
  const rows = shown.map(({ code, name, state, form, copies, originalReturned }): PaperMaterial => {
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
  const pages = [{ materials: rows.slice(0, FIRST_PAGE_ROWS) }];
  for (let at = FIRST_PAGE_ROWS; at < rows.length; at += NEXT_PAGE_ROWS) {
    pages.push({ materials: rows.slice(at, at + NEXT_PAGE_ROWS) });
  }
  return pages;
}

function stepsOf(
  payload: ActionPayloads['receive'],
  matter: MatterVersion | undefined,
  unit: string,
): string[] {
  const { noticeDue, deferralDue } = payload.printed;
  const steps = [m.receipt_step_notice({ due: timePart(noticeDue) })];
  if (matter?.instant === true) steps.push(m.receipt_step_instant());
  else if (matter !== undefined) {
    const words = { promise: matter.promiseDays, legal: matter.legalDays };
    steps.push(matter.dayUnit === 'workday' ? m.receipt_step_workdays(words) : m.receipt_step_days(words));
  }
  if (deferralDue !== undefined) steps.push(m.receipt_step_deferral({ due: timePart(deferralDue) }));
  steps.push(m.receipt_step_result({ unit }));
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

/** The day as digits, for the file name the browser offers when a receipt is saved. */
export function fileTitleOf(paper: ReceiptPaper, now: number): string {
  return `${paper.caseNo}-${dayOf(now).replaceAll('-', '')}`;
}
