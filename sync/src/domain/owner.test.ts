import { expect, it } from 'vitest';
import { COMMUNITY, DISTRICT, makeAction, makeCase } from '../testing/factories.ts';
import type { Staff } from './catalog.ts';
import { givenBy, ownerOf } from './owner.ts';

const person = (staffId: string, change: Partial<Staff> = {}): [string, Staff] => [
  staffId,
  {
    staffId,
    name: staffId,
    unit: COMMUNITY,
    roles: ['clerk'],
    position: { zh: '窗口', en: 'Window' },
    active: true,
    ...change,
  },
];
const staff = new Map([
  person('here'),
  person('left', { active: false, handedTo: 'moved' }),
  person('moved', { unit: DISTRICT, handedTo: 'here' }),
  person('alone', { active: false }),
  person('circle', { active: false, handedTo: 'circle' }),
]);

it.each([
  ['here', 'here'],
  ['left', 'here'],
  ['alone', undefined],
  ['circle', undefined],
  ['unknown', undefined],
  [undefined, undefined],
])('a case given to %s is the work of %s', (assignedTo, owner) => {
  const state = { holder: COMMUNITY, ...(assignedTo !== undefined && { assignedTo }) };
  expect(ownerOf(state, { staff })).toBe(owner);
});

it('a case was given by whoever handed it on last, the hub’s order first, and by nobody to those who were passed over', () => {
  const given = (id: string, by: string, to: string) =>
    makeAction('assign', {
      id,
      by: { staffId: by, name: by, unit: COMMUNITY },
      payload: { to, reason: '请接手' },
    });
  const doc = makeCase(
    [given('d1.1', 'first', 'here'), given('d1.2', 'second', 'here'), given('d1.3', 'third', 'moved')],
    {
      ruled: 2,
    },
  );
  expect(givenBy(doc, 'here')).toBe('second');
  expect(givenBy(doc, 'moved')).toBe('third');
  expect(givenBy(doc, 'left')).toBe(undefined);
});
