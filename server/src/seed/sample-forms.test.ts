/** Each of the 80 matters can be filled in, checked and received; a broken field is named. By the rules alone, without a screen. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormValue } from '@sanji/sync/domain/action';
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { fieldsOf } from '@sanji/sync/domain/form';
import { readForm } from '@sanji/sync/domain/form-entry';
import { formProblems } from '@sanji/sync/domain/form-validity';
import { readIntake } from '@sanji/sync/domain/intake';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { fillIntake, typedOf } from '@sanji/sync/testing/form-filler';
import { loadSampleDistrict } from './sample-district.ts';

const TODAY = '2026-11-23';
const { documents } = loadSampleDistrict(join(import.meta.dirname, '../../../deploy/sample-district'));
const versions = [...indexCatalog(documents).matters.values()].flat();
const named = versions.map((matter) => [`${matter.name.zh} v${String(matter.version)}`, matter] as const);

describe.each(named)('%s', (_name, matter) => {
  it('has a form of its own, standards and defects', () => {
    const { form } = matter;
    expect(fieldsOf(form).length).toBeGreaterThanOrEqual(5);
    expect(fieldsOf(form).length).toBeLessThanOrEqual(14);
    expect(form['x-groups'].length).toBeGreaterThanOrEqual(2);
    expect(matter.serviceStandard.length).toBeGreaterThan(0);
    expect(matter.discretionRule.length).toBeGreaterThan(0);
    expect(matter.processStandard.length).toBeGreaterThan(0);
    expect(matter.defects.length).toBeGreaterThan(0);
  });

  it('takes whatever is filled in rightly, as typed and as values', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { applicant, form, materials } = fillIntake(matter, new SeededRandom(seed), TODAY);
        const reading = readIntake(entryOf(matter, { applicant, form, materials }), {
          matter,
          today: TODAY,
        });
        expect(reading.problems).toEqual([]);
        // Boxes that are not ticked are answers too.
        expect(reading.content.form).toMatchObject(form);
        expect(formProblems(matter.form, { applicant, values: reading.content.form })).toEqual([]);
      }),
      // An amount that was no whole number of cents.
      { numRuns: 30, examples: [[863_716_956]] },
    );
  });

  it('names a field that is missing or of another kind, and refuses what is not asked', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, which) => {
        const { applicant, form } = fillIntake(matter, new SeededRandom(seed), TODAY);
        const required = fieldsOf(matter.form).filter(
          ({ name, required: must, schema }) => must && schema['x-when'] === undefined && name in form,
        );
        const field = required[which % required.length];
        if (field === undefined) return;
        const { [field.name]: _gone, ...rest } = form;
        const path = `form.${field.name}`;
        const problemsOf = (values: Record<string, FormValue>) =>
          formProblems(matter.form, { applicant, values });
        expect(problemsOf(rest)).toContainEqual({ code: 'field-required', params: { field: path } });
        const loose = field.widget === 'boolean' ? 'yes' : false;
        const said = problemsOf({ ...form, [field.name]: loose });
        expect(said.map(({ params }) => params?.['field'])).toContain(path);
        expect(problemsOf({ ...form, surprise: 1 })).toContainEqual({
          code: 'field-invalid',
          params: { field: 'form.surprise', expected: 'unasked' },
        });
      }),
      { numRuns: 10 },
    );
  });
});

it('hides and asks fields as the answers change', () => {
  const matter = versions.find(({ matterId }) => matterId === '532014001007');
  const applicant = { kind: 'organisation' as const, name: '翠湖', idNumber: '91530102MA6K000010' };
  const shown = (changedItem: string) =>
    matter && [...readForm(matter.form, { changedItem }, { applicant, today: TODAY }).shown];
  expect(shown('bank')).toEqual(expect.arrayContaining(['oldAccount', 'newBank', 'newAccount']));
  expect(shown('bank')).not.toContain('before');
  expect(shown('name')).toContain('before');
});

function entryOf(matter: MatterVersion, { applicant, form, materials }: ReturnType<typeof fillIntake>) {
  const { agent = { name: '', idNumber: '' } } = applicant;
  return {
    applicant: {
      kind: applicant.kind,
      idNumber: applicant.idNumber,
      name: applicant.name,
      mobile: applicant.mobile ?? '',
      address: applicant.address ?? '',
      agent: { name: agent.name, idNumber: agent.idNumber, mobile: '' },
    },
    form: typedOf(matter.form, form),
    materials: Object.fromEntries(materials.map((entry) => [entry.code, entry])),
    conditionMet: true,
  };
}
