import { expect, it } from 'vitest';
import { parseMobile } from '../domain/mobile.ts';
import { parseResidentId } from '../domain/resident-id.ts';
import { makeCitizen } from './citizens.ts';
import { SeededRandom } from './fake-time.ts';

it('makes people whose numbers are good, the same ones by the same seed', () => {
  const people = Array.from({ length: 200 }, (_, seed) => makeCitizen(new SeededRandom(seed)));
  for (const { idNumber, mobile } of people) {
    expect(parseResidentId(idNumber, '2026-11-23')).toMatchObject({ ok: true });
    expect(parseMobile(mobile)).toEqual({ ok: true, value: mobile });
  }
  expect(makeCitizen(new SeededRandom(7))).toEqual(people[7]);
  expect(new Set(people.map(({ idNumber }) => idNumber)).size).toBe(200);
});
