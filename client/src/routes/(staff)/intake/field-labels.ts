/** What a field is called in the summary, and moving the focus to it. */
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { getLocale } from '#lib/i18n/paraglide/runtime.js';
import { m } from '#lib/i18n/paraglide/messages.js';
import { elementIdOf } from './field-words.ts';

export function fieldLabel(field: string, matter: MatterVersion | undefined, isPerson: boolean): string {
  const isEnglish = getLocale() === 'en';
  if (field.startsWith('form.')) {
    const label = matter?.form.find(({ name }) => `form.${name}` === field)?.label;
    return (isEnglish ? label?.en : label?.zh) ?? field;
  }
  if (field.startsWith('materials.')) {
    const row = matter?.materials.find(({ code }) => `materials.${code}` === field);
    return (isEnglish ? row?.en : row?.name) ?? field;
  }
  const agent = isPerson ? m.intake_agent() : m.intake_firm_agent();
  const words: Record<string, () => string> = {
    'applicant.kind': m.intake_applicant_kind,
    'applicant.idNumber': isPerson ? m.intake_id_number : m.intake_credit_code,
    'applicant.name': isPerson ? m.intake_name : m.intake_firm_name,
    'applicant.mobile': m.intake_mobile,
    'applicant.address': isPerson ? m.intake_address : m.intake_firm_address,
    'applicant.agent.name': () => `${agent} ${m.intake_name()}`,
    'applicant.agent.idNumber': () => `${agent} ${m.intake_id_number()}`,
    'applicant.agent.mobile': () => `${agent} ${m.intake_mobile()}`,
    condition: m.intake_condition,
  };
  return words[field]?.() ?? field;
}

/** Focuses the field; a radio group by its first button. */
export function focusField(field: string): void {
  const selector = field === 'applicant.kind' ? '[name="applicant-kind"]' : `#${elementIdOf(field)}`;
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus();
  element?.scrollIntoView({ block: 'center' });
}

/** The field after the one that has the focus, going round. */
export function nextField(fields: readonly string[]): string | undefined {
  const here = document.activeElement?.id ?? '';
  const at = fields.findIndex((field) => elementIdOf(field) === here);
  return fields[(at + 1) % Math.max(1, fields.length)];
}
