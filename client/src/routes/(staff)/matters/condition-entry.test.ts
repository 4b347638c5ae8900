import { describe, expect, it } from 'vitest';
import { conditionOf, entryOf, retold, type ConditionEntry } from './condition-entry.ts';

const EMPTY = entryOf(undefined);
const typed = (part: Partial<ConditionEntry>): ConditionEntry => ({ ...EMPTY, ...part });

describe('the words of a condition', () => {
  it('follow what is ticked, in both languages', () => {
    const ticked = retold(retold(EMPTY, { residence: true }), { maxHeadCount: '10' });
    expect(ticked.text).toBe('户籍或常住地在本辖区；申报人数≥10转后台');
    expect(ticked.en).toBe(
      "Registered or living in this unit's area; From 10 people on, the back office takes it",
    );
    expect(retold(ticked, { residence: false }).text).toBe('申报人数≥10转后台');
  });

  it('stay as somebody wrote them', () => {
    const own = typed({ residence: true, text: '户籍在本街道', en: 'Registered in this street' });
    expect(retold(own, { maxHeadCount: '5' })).toMatchObject({ text: own.text, en: own.en });
  });
});

describe('a condition', () => {
  it('is none when nothing was entered', () => {
    expect(conditionOf(EMPTY)).toEqual({ ok: true, value: undefined });
  });

  it('is read with its head-count as a number, and comes back as it was entered', () => {
    const entry = typed({ residence: true, maxHeadCount: ' １0 ', text: '条件', en: 'Condition' });
    const condition = { text: '条件', en: 'Condition', residence: true, maxHeadCount: 10 };
    expect(conditionOf(entry)).toEqual({ ok: true, value: condition });
    expect(entryOf(condition)).toEqual({ ...entry, maxHeadCount: '10' });
  });

  it.each([
    [
      'a head-count that is no number',
      { maxHeadCount: 'ten', text: '条件', en: 'C' },
      'field-invalid',
      'maxHeadCount',
    ],
    ['a head-count of nobody', { maxHeadCount: '0', text: '条件', en: 'C' }, 'field-invalid', 'maxHeadCount'],
    ['half a person', { maxHeadCount: '1.5', text: '条件', en: 'C' }, 'field-invalid', 'maxHeadCount'],
    ['no Chinese words', { residence: true, text: ' ', en: 'C' }, 'field-required', 'text'],
    ['no English words', { text: '条件' }, 'field-required', 'en'],
  ])('is refused with %s', (_name, part, code, field) => {
    expect(conditionOf(typed(part))).toMatchObject({ ok: false, problem: { code, params: { field } } });
  });
});
