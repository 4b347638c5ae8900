import { expect, it } from 'vitest';
import { COMMUNITY, DISTRICT } from '../testing/factories.ts';
import type { Staff } from './catalog.ts';
import { ownerOf } from './owner.ts';

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
