import { describe, expect, it } from 'vitest';
import { choicesOf, makeField, makeForm } from '../testing/forms.ts';
import type { MaterialRow } from './catalog.ts';
import { readField } from './form-entry.ts';
import type { IntakeContext, IntakeEntry, TypedApplicant } from './intake.ts';
import { emptyApplicant, readIntake } from './intake.ts';

const TODAY = '2026-11-23';
const PERSON: TypedApplicant = {
  ...emptyApplicant('person'),
  idNumber: '11010519491231002x',
  name: '李建国',
  mobile: '138 0013 8000',
};
const FIRM: TypedApplicant = {
  ...emptyApplicant('organisation'),
  idNumber: '91530102ma6k000010',
  name: '昆明翠湖商贸有限公司',
  agent: { name: '张伟', idNumber: '11010519491231002X', mobile: '' },
};
const MATERIALS: MaterialRow[] = [
  { code: 'ID', name: '居民身份证', en: 'Resident ID', need: 'required' },
  { code: 'JC', name: '解除劳动关系证明', en: 'Proof of dismissal', need: 'deferrable' },
  { code: 'ZP', name: '照片', en: 'Photo', need: 'optional' },
];

function context(change: Partial<IntakeContext['matter']> = {}): IntakeContext {
  const matter = {
    subject: ['person' as const],
    form: makeForm({ f: { 'x-widget': 'text', required: true } }),
    materials: MATERIALS,
    ...change,
  };
  return { matter, today: TODAY };
}

function entry(change: Partial<IntakeEntry> = {}): IntakeEntry {
  return {
    applicant: PERSON,
    form: { f: '有' },
    materials: { ID: { state: 'received' } },
    conditionMet: false,
    ...change,
  };
}

const problems = (change: Partial<IntakeEntry>, given = context()) =>
  readIntake(entry(change), given).problems;

describe('a complete intake', () => {
  it('has no problems and gives what goes into the case', () => {
    expect(readIntake(entry(), context())).toMatchObject({
      problems: [],
      content: {
        applicant: { kind: 'person', name: '李建国', idNumber: '11010519491231002X', mobile: '13800138000' },
        form: { f: '有' },
        materials: [
          { code: 'ID', name: '居民身份证', state: 'received', form: 'paper', copies: 1 },
          { code: 'JC', name: '解除劳动关系证明', state: 'deferred' },
          { code: 'ZP', name: '照片', state: 'absent' },
        ],
      },
    });
  });
});

describe('the applicant', () => {
  it('needs a number and a name', () => {
    expect(problems({ applicant: emptyApplicant() })).toEqual([
      { code: 'field-required', params: { field: 'applicant.idNumber' } },
      { code: 'field-required', params: { field: 'applicant.name' } },
    ]);
  });

  it.each([
    ['110105194912310021', 'resident-id-invalid'],
    ['1101051949', 'resident-id-invalid'],
  ])('cannot have the ID %s', (idNumber, code) => {
    expect(problems({ applicant: { ...PERSON, idNumber } })).toMatchObject([
      { code, params: { field: 'applicant.idNumber' } },
    ]);
  });

  it('is told how many digits of the mobile were found', () => {
    expect(problems({ applicant: { ...PERSON, mobile: '1358807774' } })).toEqual([
      { code: 'mobile-invalid', params: { field: 'applicant.mobile', length: 10 } },
    ]);
  });

  it('is an organisation with a credit code and somebody at the counter', () => {
    const given = context({ subject: ['organisation'] });
    expect(problems({ applicant: FIRM }, given)).toEqual([]);
    const alone = { ...FIRM, agent: { name: '', idNumber: '', mobile: '' } };
    expect(problems({ applicant: alone }, given).map(({ params }) => params?.['field'])).toEqual([
      'applicant.agent.name',
      'applicant.agent.idNumber',
    ]);
    expect(problems({ applicant: { ...FIRM, idNumber: '91530102MA6K000011' } }, given)).toMatchObject([
      { code: 'credit-code-invalid', params: { field: 'applicant.idNumber' } },
    ]);
  });

  it('must be of the kind the matter is for', () => {
    expect(problems({ applicant: FIRM })).toMatchObject([
      { code: 'field-invalid', params: { field: 'applicant.kind', expected: 'subject' } },
    ]);
  });

  it('may not bring a name or an address without end', () => {
    const long = { ...PERSON, name: '名'.repeat(81), address: '路'.repeat(201) };
    expect(problems({ applicant: long })).toEqual([
      { code: 'field-too-long', params: { field: 'applicant.name', max: 80, length: 81 } },
      { code: 'field-too-long', params: { field: 'applicant.address', max: 200, length: 201 } },
    ]);
  });
});

describe('a field', () => {
  it.each([
    [makeField('text'), ' 张三 ', '张三'],
    [makeField('integer'), '１２', 12],
    [makeField('money'), '18,432.60', 18432.6],
    [makeField('date'), '1123', '2026-11-23'],
    [makeField('date'), '20261123', '2026-11-23'],
    [makeField('month'), '202610', '2026-10'],
    [makeField('choice', { oneOf: choicesOf('a') }), 'a', 'a'],
    [makeField('bankAccount'), '6228 4800 0000 0000 416', '6228480000000000416'],
    [makeField('boolean'), true, true],
    [makeField('boolean', { required: false }), undefined, false],
    [makeField('text', { required: false }), '  ', null],
    [makeField('creditCode'), '91350100M000100Y43', '91350100M000100Y43'],
  ])('%o reads %o as %o', (given, typed, value) => {
    expect(readField(given, typed, TODAY)).toEqual({ ok: true, value });
  });

  it.each([
    [makeField('text'), '', 'field-required'],
    [makeField('boolean', { const: true }), false, 'field-required'],
    [makeField('text', { maxLength: 3 }), '四个汉字', 'field-too-long'],
    [makeField('text'), '字'.repeat(501), 'field-too-long'],
    [makeField('integer'), '1.5', 'field-invalid'],
    [makeField('integer', { maximum: 10 }), '11', 'field-invalid'],
    [makeField('integer', { minimum: 1 }), '0', 'field-invalid'],
    [makeField('money'), '1.234', 'field-invalid'],
    [makeField('date'), '2026-02-30', 'date-invalid'],
    [makeField('month'), '2026-13', 'field-invalid'],
    [makeField('choice', { oneOf: choicesOf('b') }), 'a', 'field-invalid'],
    [makeField('multiChoice', { items: { type: 'string', oneOf: choicesOf('b') } }), ['a'], 'field-required'],
    [makeField('bankAccount'), '123', 'field-invalid'],
    [makeField('mobile'), '12345', 'mobile-invalid'],
    [makeField('residentId'), '12345', 'resident-id-invalid'],
    [makeField('creditCode'), '12345', 'credit-code-invalid'],
  ])('%o refuses %o with %s, naming the field', (given, typed, code) => {
    expect(readField(given, typed, TODAY)).toMatchObject({
      ok: false,
      problem: { code, params: { field: 'form.f' } },
    });
  });
});

describe('materials and conditions', () => {
  it('block when a required material is missing, one problem each', () => {
    expect(problems({ materials: {} })).toEqual([
      { code: 'material-missing', params: { codes: 'ID', field: 'materials.ID' } },
    ]);
    expect(problems({ materials: { ID: { state: 'deferred' } } })).toHaveLength(1);
  });

  it('let a deferrable material wait, but not be waived', () => {
    const received = { ID: { state: 'received' as const } };
    expect(problems({ materials: { ...received, JC: { state: 'deferred' } } })).toEqual([]);
    expect(problems({ materials: { ...received, JC: { state: 'absent' } } })).toMatchObject([
      { code: 'material-missing', params: { field: 'materials.JC' } },
    ]);
  });

  it('ask the clerk to hold the applicant against the condition of the rule', () => {
    const given = { ...context(), condition: { text: '户籍或常住地在本辖区', residence: true } };
    expect(problems({}, given)).toMatchObject([{ code: 'condition-unmet', params: { field: 'condition' } }]);
    expect(problems({ conditionMet: true }, given)).toEqual([]);
  });
});
