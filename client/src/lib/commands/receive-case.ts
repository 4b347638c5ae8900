/** Receives a case at the counter, offline too: an id, a number and the signed receipt, and on wish the acceptance in the same write. */
import type { ActionPayloads, CaseDocument } from '@sanji/sync/domain/action';
import { formatCaseNo } from '@sanji/sync/domain/case-number';
import { dayOf } from '@sanji/sync/domain/calendar';
import { findVersion } from '@sanji/sync/domain/decide';
import { deferralDueOf, noticeDueOf } from '@sanji/sync/domain/deadlines';
import { newCaseId, type CaseId, type MatterId, type UnitCode } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import type { ActionDraft } from '@sanji/sync/replication/append';
import { catalogState } from '#lib/state/catalog.svelte.ts';
import { clock } from '#lib/state/clock.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';
import { appendChecked } from './append-checked.ts';

export interface Intake extends Pick<
  ActionPayloads['receive'],
  'applicant' | 'form' | 'materials' | 'conditionMet'
> {
  matter: { matterId: MatterId; version: number };
}

export interface Received {
  caseId: CaseId;
  caseNo: string;
  doc: CaseDocument;
}

/** What follows the receipt in the same click: 收件并受理, 一次性告知, 不予受理. */
export type AfterReceipt =
  | { kind: 'accept' }
  | { kind: 'oneTimeNotice'; defects: string[] }
  | { kind: 'refuse'; reason: string }
  /** Accepted and handed to the unit above. */
  | { kind: 'forward'; to: UnitCode };

export async function receiveCase(intake: Intake, after?: AfterReceipt): Promise<Result<Received>> {
  const { device } = session;
  if (device === undefined) return refused('device-required');
  const nowMs = clock.read() + clock.offsetMs;
  const day = dayOf(nowMs);
  const caseId = newCaseId(nowMs, crypto.getRandomValues(new Uint8Array(10)));
  let caseNo = '';
  const done = await appendChecked({
    caseId,
    series: `caseNo:${day.slice(2).replaceAll('-', '')}`,
    build: (_doc, counter) => {
      caseNo = formatCaseNo({ unit: device.unit, day, terminal: device.terminal, counter });
      return { ok: true, value: draftsOf(intake, { caseNo, nowMs, after }) };
    },
  });
  return done.ok ? { ok: true, value: { caseId, caseNo, doc: done.value } } : done;
}

function draftsOf(
  { matter, applicant, form, materials, conditionMet }: Intake,
  { caseNo, nowMs, after }: { caseNo: string; nowMs: number; after: AfterReceipt | undefined },
): ActionDraft[] {
  const catalog = catalogState.current;
  const rows = findVersion(catalog, { ...matter, rules: 0 })?.materials ?? [];
  const deferred = materials
    .filter(({ state }) => state === 'deferred')
    .map(({ code }) => ({
      code,
      due: deferralDueOf(catalog, nowMs, rows.find((row) => row.code === code)?.deferDays),
    }));
  // The first of them, on which the receipt must be kept.
  const [earliest] = deferred.map(({ due }) => due.due).sort();
  const receive: ActionPayloads['receive'] = {
    caseNo,
    matter: { ...matter, rules: catalog.publications.at(-1)?.seq ?? 0 },
    applicant,
    form,
    materials,
    ...(conditionMet === true && { conditionMet }),
    printed: {
      noticeDue: noticeDueOf(catalog, nowMs).due,
      ...(earliest !== undefined && { deferralDue: earliest }),
    },
  };
  // The lifecycle begins with a draft, at the counter too; both are one write.
  const drafts: ActionDraft[] = [
    { kind: 'draft', payload: { matter: receive.matter, applicant, form } },
    { kind: 'receive', payload: receive },
  ];
  switch (after?.kind) {
    case 'accept':
    case 'forward':
      drafts.push({
        kind: 'accept',
        payload: { deferred: deferred.map(({ code, due }) => ({ code, due: due.day })) },
      });
      if (after.kind === 'forward') drafts.push({ kind: 'forward', payload: { to: after.to } });
      break;
    case 'oneTimeNotice':
      drafts.push({ kind: 'oneTimeNotice', payload: { defects: after.defects } });
      break;
    case 'refuse':
      drafts.push({ kind: 'refuse', payload: { reason: after.reason } });
      break;
    case undefined:
      break;
  }
  return drafts;
}
