import { describe, expect, it } from 'vitest';
import type { Role } from './action.ts';
import { indexCatalog } from './catalog-index.ts';
import type { Staff } from './catalog.ts';
import { staffProblem } from './staff-rules.ts';

const DISTRICT = '530102000000';
const person = (staffId: string, roles: Role[], unit = DISTRICT): Staff => ({
  staffId,
  name: staffId,
  unit,
  roles,
  position: { zh: '', en: '' },
  active: true,
});

const { settings } = indexCatalog([]);
const catalogOf = (...people: Staff[]) => ({
  staff: new Map(people.map((each) => [each.staffId, each])),
  settings: { ...settings, district: DISTRICT },
});

const ADMINS = ['systemAdmin', 'securityAdmin', 'auditAdmin'] as const;

describe('the three administrators', () => {
  it.each(ADMINS.flatMap((a) => ADMINS.filter((b) => b !== a).map((b) => [a, b] as const)))(
    'are not %s and %s in one person',
    (a, b) => {
      const next = person('li', [a, 'clerk', b]);
      expect(staffProblem(catalogOf(), next)?.code).toBe('admins-apart');
    },
  );

  it.each(ADMINS)('%s goes with other work', (role) => {
    expect(staffProblem(catalogOf(), person('li', [role, 'matterAdmin', 'clerk']))).toBeUndefined();
  });
});

describe.each([...ADMINS, 'matterAdmin'] as const)('the last %s', (role) => {
  const last = person('li', [role]);
  const refusal = { code: 'last-admin', params: { role, name: 'li' } };

  it('keeps the role', () => {
    expect(staffProblem(catalogOf(last), { ...last, roles: [] })).toEqual(refusal);
  });
  it('does not leave', () => {
    expect(staffProblem(catalogOf(last), { ...last, active: false })).toEqual(refusal);
  });
  it('is not helped by one who has left', () => {
    const left = { ...person('wu', [role]), active: false };
    expect(staffProblem(catalogOf(last, left), { ...last, active: false })).toEqual(refusal);
  });
  it('may go when another one is there', () => {
    expect(staffProblem(catalogOf(last, person('wu', [role])), { ...last, active: false })).toBeUndefined();
  });
});

it('a street’s matter administrator does not stand in for the district’s', () => {
  const last = person('li', ['matterAdmin']);
  const street = person('wu', ['matterAdmin'], '530102001000');
  expect(staffProblem(catalogOf(last, street), { ...last, active: false })?.code).toBe('last-admin');
  expect(staffProblem(catalogOf(last, street), { ...last, unit: '530102001000' })?.code).toBe('last-admin');
  expect(staffProblem(catalogOf(last, street), { ...street, active: false })).toBeUndefined();
});
