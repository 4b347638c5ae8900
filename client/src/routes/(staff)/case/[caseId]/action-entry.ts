/** What an action asks for before it can be signed, and the payload made of the answers. */
import type { ActionPayloads, MaterialEntry } from '@sanji/sync/domain/action';
import type { Catalog, MaterialRow } from '@sanji/sync/domain/catalog';
import { parseTypedDay } from '@sanji/sync/domain/dates';
import { deferralDueOf } from '@sanji/sync/domain/deadlines';
import { checklistOf } from '@sanji/sync/domain/checklist';
import { findVersion } from '@sanji/sync/domain/decide';
import type { Day } from '@sanji/sync/domain/identifiers';
import { assignees, forwardTargets, returnTargets } from '@sanji/sync/domain/payload-rules';
import type { CaseState } from '@sanji/sync/domain/state';
import type { PersonalKind } from './case-actions.ts';

export interface ActionEntry {
  text: string;
  reason: string;
  defects: string;
  to: string;
  /** A colleague. */
  staffId: string;
  spanKind: string;
  plannedEnd: string;
  days: string;
  certificateNo: string;
  method: 'window' | 'post' | 'locker';
  recipient: string;
  proof: string;
  evidence: string;
  /** Codes of the materials that came in. */
  codes: string[];
}
export type EntryField = keyof ActionEntry;

/** In the order of the dialog; `*` marks what must be filled in. */
export const ENTRY_FIELDS: Record<PersonalKind, readonly (EntryField | `${EntryField}*`)[]> = {
  accept: [],
  supplement: ['codes*', 'text'],
  approve: ['text'],
  forward: ['to*', 'text'],
  conclude: ['text'],
  certify: ['certificateNo*'],
  deliver: ['method*', 'recipient*', 'proof'],
  suspend: ['spanKind*', 'reason*', 'evidence', 'plannedEnd*'],
  resume: ['text'],
  externalResult: ['text*'],
  oneTimeNotice: ['defects*'],
  refuse: ['reason*'],
  returnDown: ['to*', 'reason*'],
  askSuspend: ['spanKind*', 'reason*', 'plannedEnd*'],
  askExtend: ['days*', 'reason*'],
  extend: ['days*', 'reason*'],
  refuseExtend: ['reason*'],
  reject: ['reason*'],
  supplyDeferred: ['codes*'],
  note: ['text*'],
  assign: ['staffId*', 'reason*'],
  withdraw: ['reason*'],
  terminate: ['reason*'],
};

/** Special procedures that stop the clock. */
export const SPAN_KINDS = ['expertReview', 'inspection', 'hearing', 'test', 'applicant'] as const;

export function fieldName(field: EntryField | `${EntryField}*`): EntryField {
  return field.replace('*', '') as EntryField;
}

/** A start that is right in most cases: the nearest target, what was asked for, the applicant as recipient. */
export function entryFor(kind: PersonalKind, state: CaseState, catalog: Catalog): ActionEntry {
  const [up] = forwardTargets(state, catalog);
  const [down] = returnTargets(state, catalog);
  const asked = state.suspensionAsked;
  return {
    text: '',
    reason:
      kind === 'suspend'
        ? (asked?.reason ?? '')
        : kind === 'extend'
          ? (state.extensionAsked?.reason ?? '')
          : '',
    defects: '',
    to: (kind === 'returnDown' ? down : up) ?? '',
    staffId: kind === 'assign' ? (assignees(state, catalog)[0]?.staffId ?? '') : '',
    spanKind: asked?.kind ?? 'expertReview',
    plannedEnd: kind === 'suspend' ? (asked?.plannedEnd ?? '') : '',
    days: String(kind === 'extend' ? (state.extensionAsked?.days ?? 10) : 10),
    certificateNo: '',
    method: 'window',
    recipient: state.applicant?.agent?.name ?? state.applicant?.name ?? '',
    proof: '',
    evidence: '',
    codes: [],
  };
}

/** The checklist of the case, by what was declared. */
export function rowsOf(state: CaseState, catalog: Catalog): MaterialRow[] {
  const matter = findVersion(catalog, state.matter);
  return matter === undefined || state.applicant === undefined
    ? []
    : checklistOf(matter, state.applicant, state.form);
}

/** The rows of the checklist that may come in now. */
export function openMaterials(kind: PersonalKind, state: CaseState, catalog: Catalog): MaterialRow[] {
  const rows = rowsOf(state, catalog);
  if (kind === 'supplyDeferred')
    return rows.filter(({ code }) => state.outstanding.some((gap) => gap.code === code));
  return rows.filter(
    ({ code }) => !state.materials.some((entry) => entry.code === code && entry.state === 'received'),
  );
}

/** What acceptance defers: the deferrable materials that are not there, each with the day it is due. */
export function deferredOf(state: CaseState, catalog: Catalog, now: number): { code: string; due: Day }[] {
  return openMaterials('accept', state, catalog)
    .filter(({ need }) => need === 'deferrable')
    .map(({ code, deferDays }) => ({ code, due: deferralDueOf(catalog, now, deferDays).day }));
}

export interface EntryContext {
  state: CaseState;
  catalog: Catalog;
  now: number;
  today: Day;
}

export function payloadOf<K extends PersonalKind>(
  kind: K,
  entry: ActionEntry,
  context: EntryContext,
): ActionPayloads[K] {
  const makers: { [P in PersonalKind]: () => ActionPayloads[P] } = {
    accept: () => ({ deferred: deferredOf(context.state, context.catalog, context.now) }),
    supplement: () => ({ materials: arrived('supplement', entry, context), ...textOf(entry) }),
    approve: () => textOf(entry),
    forward: () => ({ to: entry.to, ...textOf(entry) }),
    conclude: () => textOf(entry),
    certify: () => ({ certificateNo: entry.certificateNo.trim() }),
    deliver: () => ({
      method: entry.method,
      recipient: entry.recipient.trim(),
      ...(entry.proof.trim() !== '' && { proof: entry.proof.trim() }),
    }),
    suspend: () => ({
      ...spanOf(entry, context.today),
      ...(entry.evidence.trim() !== '' && { evidence: entry.evidence.trim() }),
    }),
    resume: () => textOf(entry),
    externalResult: () => ({ correlationId: context.state.correlationId ?? '', text: entry.text.trim() }),
    oneTimeNotice: () => ({ defects: linesOf(entry.defects) }),
    refuse: () => ({ reason: entry.reason.trim() }),
    returnDown: () => ({ to: entry.to, reason: entry.reason.trim() }),
    askSuspend: () => spanOf(entry, context.today),
    askExtend: () => termOf(entry),
    extend: () => termOf(entry),
    refuseExtend: () => ({ reason: entry.reason.trim() }),
    reject: () => ({ reason: entry.reason.trim() }),
    supplyDeferred: () => ({ materials: arrived('supplyDeferred', entry, context) }),
    note: () => ({ text: entry.text.trim() }),
    assign: () => ({ to: entry.staffId, reason: entry.reason.trim() }),
    withdraw: () => ({ reason: entry.reason.trim() }),
    terminate: () => ({ reason: entry.reason.trim() }),
  };
  return makers[kind]();
}

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function textOf({ text }: ActionEntry): { text?: string } {
  return text.trim() === '' ? {} : { text: text.trim() };
}

function termOf({ days, reason }: ActionEntry): { days: number; reason: string } {
  return { days: /^\d{1,3}$/.test(days.trim()) ? Number(days) : 0, reason: reason.trim() };
}

function spanOf(entry: ActionEntry, today: Day): { kind: string; reason: string; plannedEnd: Day } {
  const end = parseTypedDay(entry.plannedEnd, today);
  return {
    kind: entry.spanKind,
    reason: entry.reason.trim(),
    // What is no day stays as typed and is refused by the rules.
    plannedEnd: end.ok ? end.value : entry.plannedEnd.trim(),
  };
}

function arrived(
  kind: PersonalKind,
  { codes }: ActionEntry,
  { state, catalog }: EntryContext,
): MaterialEntry[] {
  return openMaterials(kind, state, catalog)
    .filter(({ code }) => codes.includes(code))
    .map(({ code, name }) => ({ code, name, state: 'received', form: 'paper', copies: 1 }));
}
