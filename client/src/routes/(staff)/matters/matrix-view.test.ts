import { problem } from '@sanji/sync/domain/problem';
import { expect, it } from 'vitest';
import { faultAt } from './matrix-view.ts';

const STREET = '530102001000';
const COMMUNITY = '530102001013';

it('a problem that names a tier lies in that cell alone, for a street in that of the unit', () => {
  const widens = problem('rule-widens', { matterId: 'm1', tier: 'community', unit: COMMUNITY });
  expect(faultAt([widens], { matterId: 'm1', tier: 'community', unit: COMMUNITY })).toBe(widens);
  expect(faultAt([widens], { matterId: 'm1', tier: 'street', unit: STREET })).toBeUndefined();
  const above = problem('decide-above', { matterId: 'm1', tier: 'community' });
  expect(faultAt([above], { matterId: 'm1', tier: 'community' })).toBe(above);
  expect(faultAt([above], { matterId: 'm1', tier: 'district' })).toBeUndefined();
});

it('one that names a matter lies in all its cells, one that names none in no cell', () => {
  const nobody = problem('no-decider', { matterId: 'm1', day: '2027-01-01' });
  expect(faultAt([problem('document-missing'), nobody], { matterId: 'm1', tier: 'district' })).toBe(nobody);
  expect(faultAt([nobody], { matterId: 'm2', tier: 'district' })).toBeUndefined();
});
