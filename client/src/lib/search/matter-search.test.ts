import { describe, expect, it } from 'vitest';
import { searchEntryOf, searchMatters } from './matter-search.ts';

const MATTERS = [
  { name: '失业保险金申领', en: 'Unemployment benefit', code: '532014010001' },
  { name: '失业登记', en: 'Unemployment registration', code: '532014020001' },
  { name: '社会保障卡挂失与解挂', en: 'Report a social-security card lost', code: '532014030003' },
  { name: '企业职工参保登记（增员）', en: 'Employee enrolment (additions)', code: '532014001002' },
  { name: '重度残疾人护理补贴', en: 'Nursing allowance', code: '532014040001' },
];
const entries = MATTERS.map(({ name, en, code }) =>
  searchEntryOf({ value: name, names: [name, en], codes: [code] }),
);
const find = (query: string): string[] => searchMatters(entries, query);

describe('searching a matter', () => {
  it('finds all of them, in order, by nothing', () => {
    expect(find('  ')).toEqual(MATTERS.map(({ name }) => name));
  });

  it.each([
    ['sybx', '失业保险金申领'],
    ['SYDJ', '失业登记'],
    ['shiyedengji', '失业登记'],
    ['gs', '社会保障卡挂失与解挂'],
    ['cbdj', '企业职工参保登记（增员）'],
    ['zdcj', '重度残疾人护理补贴'],
    ['挂失', '社会保障卡挂失与解挂'],
    ['532014020001', '失业登记'],
    ['020001', '失业登记'],
    ['ｓｙｄｊ', '失业登记'],
    ['card lost', '社会保障卡挂失与解挂'],
  ])('finds by %s', (query, name) => {
    expect(find(query)[0]).toBe(name);
  });

  it('puts what begins with the query before what contains it', () => {
    expect(find('sy')).toEqual(['失业保险金申领', '失业登记', '社会保障卡挂失与解挂']);
  });

  it('wants every word', () => {
    expect(find('失业 登记')).toEqual(['失业登记']);
    expect(find('失业 挂失')).toEqual([]);
  });

  it('finds nothing for what is nowhere', () => {
    expect(find('zzzz')).toEqual([]);
    expect(find('12')).toEqual([]);
  });
});
