import { describe, expect, it } from 'vitest';
import type { CaseState } from '@sanji/sync/domain/state';
import { fold } from '@sanji/sync/domain/fold';
import { CaseSearch } from './case-search.ts';
import { initialsOf } from './pinyin-initials.ts';

const MATTERS = [
  { matterId: 'm1', names: ['失业登记', 'Unemployment registration'], codes: ['532014020001'] },
  { matterId: 'm2', names: ['社会保障卡申领', 'Social-security card'], codes: ['532014030001'] },
];

function caseOf(name: string, more: Partial<CaseState> & { mobile?: string } = {}): { state: CaseState } {
  const { mobile = '13800000000', ...rest } = more;
  const applicant = { kind: 'person', name, idNumber: '11010519491231002X', mobile } as const;
  return { state: { ...fold({ _id: name, n: 0, actions: {}, rulings: {} }), applicant, ...rest } };
}

const ROWS = [
  caseOf('张丽华', {
    caseNo: '001013-261123-A2-0007',
    receivedAt: 3,
    matter: { matterId: 'm1', version: 1, rules: 1 },
  }),
  caseOf('单雪', { caseNo: '001013-261123-A2-0008', receivedAt: 2, mobile: '15900000427' }),
  caseOf('欧阳乐', {
    caseNo: '001013-261124-A2-0001',
    receivedAt: 1,
    matter: { matterId: 'm2', version: 1, rules: 1 },
  }),
  caseOf('云南 ABC 有限公司', { caseNo: '001013-261125-A2-0002', receivedAt: 4 }),
];

function searching(text: string, { pinyin = true, limit = 10 } = {}): (string | undefined)[] {
  const search = new CaseSearch<{ state: CaseState }>();
  if (pinyin) search.learn(initialsOf);
  return search.find(ROWS, { text, matters: MATTERS, limit }).map(({ state }) => state.applicant?.name);
}

describe('searching the cases of a terminal', () => {
  it.each([
    ['zlh', '张丽华'],
    ['ZL', '张丽华'],
    ['lh', '张丽华'],
    ['sx', '单雪'],
    ['dx', '单雪'],
    ['oyl', '欧阳乐'],
    ['oyy', '欧阳乐'],
    ['ynabc', '云南 ABC 有限公司'],
    ['yxgs', '云南 ABC 有限公司'],
    ['ｚｌｈ', '张丽华'],
    ['sydj', '张丽华'],
    ['失业', '张丽华'],
    ['card', '欧阳乐'],
    ['532014030001', '欧阳乐'],
    ['001013-261124', '欧阳乐'],
    ['0427', '单雪'],
    ['丽华', '张丽华'],
  ])('finds by %s', (text, name) => {
    expect(searching(text)).toContain(name);
  });

  it('puts a number before a name, a name that begins so before one that contains it, and the matter last', () => {
    expect(searching('yl')).toEqual(['欧阳乐']);
    expect(searching('001013-2611')).toEqual(['云南 ABC 有限公司', '张丽华', '单雪', '欧阳乐']);
    const search = new CaseSearch<{ state: CaseState }>();
    search.learn(initialsOf);
    const rows = [
      caseOf('王五', { matter: { matterId: 'm1', version: 1, rules: 1 }, receivedAt: 9 }),
      caseOf('孙诗颖', { receivedAt: 8 }),
      caseOf('苏燕', { receivedAt: 1 }),
    ];
    const found = search.find(rows, { text: 'sy', matters: MATTERS, limit: 10 });
    expect(found.map(({ state }) => state.applicant?.name)).toEqual(['苏燕', '孙诗颖', '王五']);
  });

  it('finds by what is written before the readings have been loaded, and by pinyin afterwards', () => {
    expect(searching('zlh', { pinyin: false })).toEqual([]);
    expect(searching('张', { pinyin: false })).toEqual(['张丽华']);
    const search = new CaseSearch<{ state: CaseState }>();
    const asked = { text: 'zlh', matters: MATTERS, limit: 10 };
    expect(search.find(ROWS, asked)).toEqual([]);
    search.learn(initialsOf);
    expect(search.find(ROWS, asked)).toHaveLength(1);
  });

  it('finds nothing by nothing, by one letter, or by what is nowhere', () => {
    expect(searching('  ')).toEqual([]);
    expect(searching('zzzz')).toEqual([]);
  });

  it('finds letter by letter what it finds at once', () => {
    const search = new CaseSearch<{ state: CaseState }>();
    search.learn(initialsOf);
    const typed = [
      'zlh',
      'oyle',
      'sydj',
      '001013-261124',
      '532014030001',
      'unem',
      '李',
      '张丽',
      'card',
      'a1',
    ];
    for (const text of typed)
      for (let length = 1; length <= text.length; length++) {
        const asked = { text: text.slice(0, length), matters: MATTERS, limit: 10 };
        const anew = new CaseSearch<{ state: CaseState }>();
        anew.learn(initialsOf);
        expect(search.find(ROWS, asked)).toEqual(anew.find(ROWS, asked));
      }
  });

  it('sees a row that has come in between two letters', () => {
    const search = new CaseSearch<{ state: CaseState }>();
    const asked = { matters: MATTERS, limit: 10 };
    expect(search.find(ROWS, { text: '张丽', ...asked })).toHaveLength(1);
    const more = [...ROWS, caseOf('张丽华')];
    expect(search.find(more, { text: '张丽华', ...asked })).toHaveLength(2);
  });

  it('gives no more than asked for', () => {
    expect(searching('001013', { limit: 2 })).toEqual(['云南 ABC 有限公司', '张丽华']);
  });
});
