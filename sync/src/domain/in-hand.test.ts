import { expect, it } from 'vitest';
import { COMMUNITY, makeAction, STREET } from '../testing/factories.ts';
import type { SignedAction } from './action.ts';
import type { Staff } from './catalog.ts';
import { lastActOf, takenOverBy } from './in-hand.ts';

const person = (staffId: string, change: Partial<Staff> = {}): [string, Staff] => [
  staffId,
  {
    staffId,
    name: staffId,
    unit: COMMUNITY,
    roles: ['clerk'],
    position: { zh: '', en: '' },
    active: true,
    ...change,
  },
];
const act = (id: string, staffId: string, unit = COMMUNITY): SignedAction =>
  makeAction('note', { id, by: { staffId, name: staffId, unit } });

/** The actions in the order in which the hub ruled them; those beyond `ruled` are pending. */
function logOf(actions: SignedAction[], ruled = actions.length) {
  return {
    actions: Object.fromEntries(actions.map((action) => [action.body.id, action])),
    rulings: Object.fromEntries(
      actions
        .slice(0, ruled)
        .map(({ body }, i) => [body.id, { seq: i + 1, verdict: 'accepted' as const, receivedAt: 0 }]),
    ),
  };
}
const left = (handedTo: string) => ({ active: false, handedTo });

it('is the last one by the hub’s order, the hub itself left out', () => {
  const log = logOf([act('device01.2', 'chensy'), act('device01.1', 'yangxm'), act('hub00001.1', 'hub')]);
  expect(lastActOf(log)?.staffId).toBe('yangxm');
});

it('goes on with the colleague of whoever left, and of whoever left after that', () => {
  const log = logOf([act('device01.1', 'yangxm')]);
  expect(takenOverBy(log, COMMUNITY, new Map([person('yangxm')]))).toBeUndefined();
  const one = new Map([person('yangxm', left('chensy')), person('chensy')]);
  expect(takenOverBy(log, COMMUNITY, one)).toEqual({ staffId: 'chensy', from: 'yangxm' });
  const moved = { unit: STREET, handedTo: 'lixin' };
  const two = new Map([person('yangxm', left('chensy')), person('chensy', moved), person('lixin')]);
  expect(takenOverBy(log, COMMUNITY, two)).toEqual({ staffId: 'lixin', from: 'yangxm' });
});

it('ends when somebody of the unit has acted since, also before the hub has ruled', () => {
  const staff = new Map([person('yangxm', left('chensy')), person('chensy')]);
  const actions = [act('device01.1', 'yangxm'), act('device02.1', 'chensy')];
  expect(takenOverBy(logOf(actions), COMMUNITY, staff)).toBeUndefined();
  expect(takenOverBy(logOf(actions, 1), COMMUNITY, staff)).toBeUndefined();
});

it('is the affair of the unit that holds the case: what was forwarded was taken over by nobody', () => {
  const staff = new Map([person('yangxm', left('chensy')), person('chensy')]);
  expect(takenOverBy(logOf([act('device01.1', 'yangxm')]), STREET, staff)).toBeUndefined();
});

it('does not go round for ever when two handed over to each other', () => {
  const staff = new Map([person('yangxm', left('chensy')), person('chensy', left('yangxm'))]);
  expect(takenOverBy(logOf([act('device01.1', 'yangxm')]), COMMUNITY, staff)).toEqual({
    staffId: 'chensy',
    from: 'yangxm',
  });
});
