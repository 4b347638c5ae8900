/** A condition as it is typed. Words that nobody has changed follow what is ticked, in both languages. */
import type { RuleCondition } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { m } from '#lib/i18n/paraglide/messages.js';

export interface ConditionEntry {
  residence: boolean;
  maxHeadCount: string;
  text: string;
  en: string;
}

/** More than any firm sends at once. */
const MAX_HEADS = 100_000;

export function entryOf(condition: RuleCondition | undefined): ConditionEntry {
  return {
    residence: condition?.residence === true,
    maxHeadCount: condition?.maxHeadCount === undefined ? '' : String(condition.maxHeadCount),
    text: condition?.text ?? '',
    en: condition?.en ?? '',
  };
}

/** The entry with a change, and its words after it. */
export function retold(entry: ConditionEntry, part: Partial<ConditionEntry>): ConditionEntry {
  const next = { ...entry, ...part };
  const [before, after] = [wordsOf(entry), wordsOf(next)];
  const isUntouched = (field: 'text' | 'en'): boolean => ['', before[field]].includes(entry[field].trim());
  return {
    ...next,
    ...(isUntouched('text') && { text: after.text }),
    ...(isUntouched('en') && { en: after.en }),
  };
}

/** Undefined: nothing is asked for. Problems: field-invalid, field-required; `field` names the part of the entry. */
export function conditionOf(entry: ConditionEntry): Result<RuleCondition | undefined> {
  const text = entry.text.trim();
  const en = entry.en.trim();
  const typed = entry.maxHeadCount.normalize('NFKC').trim();
  if (text === '' && en === '' && !entry.residence && typed === '') return { ok: true, value: undefined };
  const count = Number(typed);
  if (typed !== '' && !(Number.isInteger(count) && count >= 1 && count <= MAX_HEADS))
    return refused('field-invalid', { field: 'maxHeadCount', expected: `1 - ${String(MAX_HEADS)}` });
  if (text === '') return refused('field-required', { field: 'text' });
  if (en === '') return refused('field-required', { field: 'en' });
  return {
    ok: true,
    value: {
      text,
      en,
      ...(entry.residence && { residence: true }),
      ...(typed !== '' && { maxHeadCount: count }),
    },
  };
}

function wordsOf({ residence, maxHeadCount }: ConditionEntry): { text: string; en: string } {
  const count = maxHeadCount.trim();
  const inLocale = (locale: 'zh-CN' | 'en'): string =>
    [
      residence ? m.matrix_condition_says_residence({}, { locale }) : '',
      count === '' ? '' : m.matrix_condition_says_heads({ count }, { locale }),
    ]
      .filter((part) => part !== '')
      .join(m.list_semicolon({}, { locale }));
  return { text: inLocale('zh-CN'), en: inLocale('en') };
}
