/** What a field is called in the summary, and moving the focus to it. */
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { findField } from '@sanji/sync/domain/form';
import type { FormField } from '@sanji/sync/domain/form';
import { m } from '#lib/i18n/paraglide/messages.js';
import { getLocale } from '#lib/i18n/paraglide/runtime.js';
import { inOwnLanguage } from '#lib/i18n/words.ts';
import { elementIdOf, type FieldWords } from './field-words.ts';

/** 补缴金额（元）; 累计缴费月数, which says its unit itself. */
export function labelWithUnit({ label, schema }: FormField): string {
  const text = inOwnLanguage(label);
  const unit = inOwnLanguage(schema['x-unit'] ?? { zh: '', en: '' });
  // 个月 is said by 月数.
  const said = getLocale() === 'en' ? unit : unit.slice(-1);
  return text.toLowerCase().includes(said.toLowerCase()) ? text : m.intake_label_unit({ label: text, unit });
}

/** What a problem needs to speak of other fields and in the form's own words. */
export function fieldWordsOf(matter: MatterVersion | undefined, isPerson: boolean): FieldWords {
  return {
    labelOf: (field) => fieldLabel(field, matter, isPerson),
    sayOf: (check) => {
      const say = matter?.form['x-checks'][check]?.say;
      return say === undefined ? undefined : inOwnLanguage(say);
    },
  };
}

export function fieldLabel(field: string, matter: MatterVersion | undefined, isPerson: boolean): string {
  if (field.startsWith('form.')) {
    const found = matter === undefined ? undefined : findField(matter.form, field.slice('form.'.length));
    return found === undefined ? field : inOwnLanguage(found.label);
  }
  if (field.startsWith('materials.')) {
    const row = matter?.materials.find(({ code }) => `materials.${code}` === field);
    return row === undefined ? field : inOwnLanguage({ zh: row.name, en: row.en });
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
  const found = document.querySelector<HTMLElement>(selector);
  // A group of boxes is entered by its first.
  const element = found instanceof HTMLFieldSetElement ? found.querySelector('input') : found;
  element?.focus();
  element?.scrollIntoView({ block: 'center' });
}

/** The field after the one that has the focus, going round. */
export function nextField(fields: readonly string[]): string | undefined {
  const at = fields.findIndex((field) => {
    const element = document.getElementById(elementIdOf(field));
    return element?.contains(document.activeElement) === true;
  });
  return fields[(at + 1) % Math.max(1, fields.length)];
}
