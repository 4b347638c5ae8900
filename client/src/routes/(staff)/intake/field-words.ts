/** What is wrong with a field, said at the field: what is expected and what was found. */
import type { Problem } from '@sanji/sync/domain/problem';
import { m } from '#lib/i18n/paraglide/messages.js';
import { problemText } from '#lib/i18n/problem-text.ts';

export function fieldOf(problem: Problem): string {
  const field = problem.params?.['field'];
  return typeof field === 'string' ? field : '';
}

/** An element id for a field: dots and anything a selector would trip over become dashes. */
export function elementIdOf(field: string): string {
  return `field-${field.replace(/[^\w-]/g, '-')}`;
}

export interface FieldWords {
  /** What a field is called: `form.endMonth`. */
  labelOf: (field: string) => string;
  /** What the form itself says of one of its checks. */
  sayOf: (check: number) => string | undefined;
}

export function fieldProblemText(problem: Problem, words?: FieldWords): string {
  const params = problem.params ?? {};
  const text = (name: string): string => String(params[name] ?? '');
  switch (problem.code) {
    case 'field-required':
      return m.intake_bad_required();
    case 'field-too-long':
      return m.intake_bad_too_long({ max: text('max'), length: text('length') });
    case 'field-invalid':
      return invalidText(text('expected'), text('limit'));
    case 'resident-id-invalid':
      return residentIdText(text('reason'));
    case 'credit-code-invalid':
      return creditCodeText(text('reason'));
    case 'mobile-invalid':
      return text('length') === '11'
        ? m.intake_bad_mobile_form()
        : m.intake_bad_mobile({ length: text('length') });
    case 'date-invalid':
      return m.intake_bad_date();
    case 'date-in-future':
      return m.intake_bad_future({ today: text('today') });
    case 'form-check':
      return checkText(problem, words);
    case 'condition-unmet':
      return m.intake_bad_condition();
    case 'material-missing':
      return m.intake_bad_material();
    default:
      return problemText(problem);
  }
}

function checkText({ params = {} }: Problem, words: FieldWords | undefined): string {
  const own = words?.sayOf(Number(params['check']));
  if (own !== undefined) return own;
  const limit = String(params['limit'] ?? '');
  const found = String(params['found'] ?? '');
  const name = String(params['other'] ?? '');
  if (name === 'today')
    return params['rule'] === 'notBefore'
      ? m.intake_check_past({ today: limit })
      : m.intake_bad_future({ today: limit });
  const other = words?.labelOf(name) ?? name;
  switch (String(params['rule'])) {
    case 'notAfter':
      return m.intake_check_not_after({ other, limit });
    case 'notBefore':
      return m.intake_check_not_before({ other, limit });
    case 'months':
      return m.intake_check_months({ limit, found });
    case 'sum':
    case 'product':
      return m.intake_check_total({ limit });
    case 'birthday':
      return m.intake_check_birthday({ other, limit });
    case 'sex':
      return m.intake_check_sex({ other });
    case 'age':
      return m.intake_check_age({ limit, found });
    case 'differs':
      return m.intake_check_differs({ other });
    case 'codeKind':
      return m.intake_check_code_kind({ limit });
    default:
      return m.intake_bad_value();
  }
}

function invalidText(expected: string, limit: string): string {
  const words: Record<string, () => string> = {
    integer: m.intake_bad_number,
    number: m.intake_bad_decimal,
    money: m.intake_bad_money,
    month: m.intake_bad_month,
    choice: m.intake_bad_choice,
    bankAccount: m.intake_bad_bank_account,
    subject: m.intake_bad_subject,
    min: () => m.intake_bad_min({ limit }),
    max: () => m.intake_bad_max({ limit }),
  };
  return (words[expected] ?? m.intake_bad_value)();
}

function residentIdText(reason: string): string {
  const words: Record<string, () => string> = {
    length: m.intake_bad_id_length,
    characters: m.intake_bad_id_characters,
    date: m.intake_bad_id_date,
    future: m.intake_bad_id_future,
  };
  return (words[reason] ?? m.intake_bad_id_checksum)();
}

function creditCodeText(reason: string): string {
  const words: Record<string, () => string> = {
    length: m.intake_bad_code_length,
    characters: m.intake_bad_code_characters,
  };
  return (words[reason] ?? m.intake_bad_code_checksum)();
}
