/** Words of the case page: actions, statuses are shared; here is what an action says and what a span is called. */
import type { ActionKind, AnyActionBody, MaterialEntry } from '@sanji/sync/domain/action';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { m } from '#lib/i18n/paraglide/messages.js';
import type { CaseState } from '@sanji/sync/domain/state';
import type { PersonalKind } from './case-actions.ts';

export function kindWord(kind: ActionKind): string {
  const words: Record<ActionKind, () => string> = {
    draft: m.case_did_draft,
    submit: m.case_did_submit,
    preReviewPass: m.case_did_pre_review_pass,
    preReviewReturn: m.case_did_pre_review_return,
    receive: m.case_did_receive,
    oneTimeNotice: m.case_did_notice,
    supplement: m.case_did_supplement,
    accept: m.case_did_accept,
    refuse: m.case_did_refuse,
    deemAccept: m.case_did_deem_accept,
    forward: m.case_did_forward,
    returnDown: m.case_did_return_down,
    askSuspend: m.case_did_ask_suspend,
    suspend: m.case_did_suspend,
    resume: m.case_did_resume,
    extend: m.case_did_extend,
    handOff: m.case_did_hand_off,
    externalResult: m.case_did_external_result,
    approve: m.case_did_approve,
    reject: m.case_did_reject,
    conclude: m.case_did_conclude,
    certify: m.case_did_certify,
    deliver: m.case_did_deliver,
    rate: m.case_did_rate,
    archive: m.case_did_archive,
    withdraw: m.case_did_withdraw,
    terminate: m.case_did_terminate,
    note: m.case_did_note,
    supplyDeferred: m.case_did_supply_deferred,
  };
  return words[kind]();
}

/** With the tier where it is under review: that is what people ask for. */
export function statusWord({ status, holder }: CaseState, catalog: Catalog): string {
  const tier = catalog.units.get(holder ?? '')?.tier;
  if (status !== 'reviewing' || tier === undefined) return m[`status_${status}`]();
  return m.case_reviewing_at({ tier: m[`case_tier_${tier}`]() });
}

/** What stands on the button; the target is named where it decides. */
export function buttonWord(kind: PersonalKind, target: string): string {
  if (kind === 'forward') return target === '' ? m.case_did_forward() : m.case_do_forward({ unit: target });
  if (kind === 'returnDown')
    return target === '' ? m.case_did_return_down() : m.case_do_return({ unit: target });
  if (kind === 'supplyDeferred') return m.case_do_supply_deferred();
  if (kind === 'askSuspend') return m.case_did_ask_suspend();
  if (kind === 'suspend') return m.case_do_suspend();
  return kindWord(kind);
}

export function spanWord(kind: string): string {
  const words: Record<string, () => string> = {
    expertReview: m.case_span_expert_review,
    inspection: m.case_span_inspection,
    hearing: m.case_span_hearing,
    test: m.case_span_test,
    applicant: m.case_span_applicant,
  };
  return words[kind]?.() ?? kind;
}

export function methodWord(method: 'window' | 'post' | 'locker'): string {
  if (method === 'post') return m.case_method_post();
  return method === 'locker' ? m.case_method_locker() : m.case_method_window();
}

/** One or two sentences of what the action says; empty when its name says it all. */
export function saidIn(body: AnyActionBody, catalog: Catalog): string {
  const unit = (code: string): string => catalog.units.get(code)?.display ?? code;
  switch (body.kind) {
    case 'receive':
      return m.case_said_receive({
        count: body.payload.materials.filter(isIn).length,
        due: hourOf(body.payload.printed.noticeDue),
      });
    case 'oneTimeNotice':
    case 'preReviewReturn':
      return body.payload.defects.join('；');
    case 'supplement':
      return [namesOf(body.payload.materials), body.payload.text ?? ''].filter(Boolean).join('。');
    case 'supplyDeferred':
      return namesOf(body.payload.materials);
    case 'accept':
      return body.payload.deferred.length === 0
        ? ''
        : m.case_said_deferred({
            count: body.payload.deferred.length,
            due: body.payload.deferred[0]?.due ?? '',
          });
    case 'forward':
      return [m.case_said_to({ unit: unit(body.payload.to) }), body.payload.text ?? '']
        .filter(Boolean)
        .join('');
    case 'returnDown':
      return `${m.case_said_to({ unit: unit(body.payload.to) })}${body.payload.reason}`;
    case 'askSuspend':
    case 'suspend':
      return m.case_said_span({
        kind: spanWord(body.payload.kind),
        reason: body.payload.reason,
        until: body.payload.plannedEnd,
      });
    case 'extend':
      return m.case_said_extend({ days: body.payload.days, reason: body.payload.reason });
    case 'certify':
      return m.case_said_certificate({ number: body.payload.certificateNo });
    case 'deliver':
      return m.case_said_delivered({ method: methodWord(body.payload.method) });
    case 'refuse':
    case 'reject':
    case 'withdraw':
    case 'terminate':
      return body.payload.reason;
    case 'note':
    case 'externalResult':
      return body.payload.text;
    case 'preReviewPass':
    case 'resume':
    case 'approve':
    case 'conclude':
    case 'rate':
      return body.payload.text ?? '';
    case 'handOff':
      return body.payload.system;
    case 'draft':
    case 'submit':
    case 'deemAccept':
    case 'archive':
      return '';
  }
}

function isIn({ state }: MaterialEntry): boolean {
  return state === 'received';
}

function namesOf(materials: readonly MaterialEntry[]): string {
  return materials
    .filter(isIn)
    .map(({ name }) => name)
    .join('、');
}

function hourOf(wallTime: string): string {
  return wallTime.replace('T', ' ');
}
