/** Words of the case page: actions, statuses are shared; here is what an action says and what a span is called. */
import type { AnyActionBody, MaterialEntry } from '@sanji/sync/domain/action';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { forwardTargets, returnTargets } from '@sanji/sync/domain/payload-rules';
import { m } from '#lib/i18n/paraglide/messages.js';
import { getLocale } from '#lib/i18n/paraglide/runtime.js';
import { kindText, statusText, tierText } from '#lib/i18n/words.ts';
import type { CaseState } from '@sanji/sync/domain/state';
import type { PersonalKind } from './case-actions.ts';

/** With the tier where it is under review: that is what people ask for. */
export function statusWord({ status, holder }: CaseState, catalog: Catalog): string {
  const tier = catalog.units.get(holder ?? '')?.tier;
  if (status !== 'reviewing' || tier === undefined) return statusText(status);
  return m.case_reviewing_at({ tier: tierText(tier) });
}

/** What stands on the button and in the key bar; the target is named where it decides. */
export function actionWord(kind: PersonalKind, state: CaseState, catalog: Catalog): string {
  const [up] = forwardTargets(state, catalog);
  const [down] = returnTargets(state, catalog);
  const nameOf = (code: string): string => catalog.units.get(code)?.display ?? code;
  if (kind === 'forward' && up !== undefined) return m.case_do_forward({ unit: nameOf(up) });
  if (kind === 'returnDown' && down !== undefined) return m.case_do_return({ unit: nameOf(down) });
  if (kind === 'supplyDeferred') return m.case_do_supply_deferred();
  if (kind === 'extend' && state.extensionAsked !== undefined) return m.case_do_extend();
  return kind === 'suspend' ? m.case_do_suspend() : kindText(kind);
}

export function spanWord(kind: string, locale = getLocale()): string {
  const words: Record<string, (inputs: object, options: { locale: 'zh-CN' | 'en' }) => string> = {
    expertReview: m.case_span_expert_review,
    inspection: m.case_span_inspection,
    hearing: m.case_span_hearing,
    test: m.case_span_test,
    applicant: m.case_span_applicant,
  };
  return words[kind]?.({}, { locale }) ?? kind;
}

export function methodWord(method: 'window' | 'post' | 'locker', locale = getLocale()): string {
  if (method === 'post') return m.case_method_post({}, { locale });
  return method === 'locker' ? m.case_method_locker({}, { locale }) : m.case_method_window({}, { locale });
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
      return body.payload.defects.join(m.list_semicolon());
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
    case 'mergeUnit':
      return m.case_said_merged({ from: unit(body.payload.from), to: unit(body.payload.to) });
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
        reason: sentenceOf(body.payload.reason),
        until: body.payload.plannedEnd,
      });
    case 'assign':
      return m.case_said_assign({
        name: catalog.staff.get(body.payload.to)?.name ?? body.payload.to,
        reason: body.payload.reason,
      });
    case 'askExtend':
    case 'extend':
      return m.case_said_extend({ days: body.payload.days, reason: body.payload.reason });
    case 'certify':
      return m.case_said_certificate({ number: body.payload.certificateNo });
    case 'deliver':
      return m.case_said_delivered({ method: methodWord(body.payload.method) });
    case 'refuseExtend':
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

/** People end their words with a full stop, or do not. */
function sentenceOf(text: string): string {
  return /[。！？；.!?;]$/.test(text) ? text : `${text}${m.full_stop()}`;
}

function isIn({ state }: MaterialEntry): boolean {
  return state === 'received';
}

function namesOf(materials: readonly MaterialEntry[]): string {
  return materials
    .filter(isIn)
    .map(({ name }) => name)
    .join(m.list_and());
}

function hourOf(wallTime: string): string {
  return wallTime.replace('T', ' ');
}
