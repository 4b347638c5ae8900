import { expect, test } from 'vitest';
import type { SignedAction } from '../domain/action.ts';
import { MemoryRegister } from '../testing/memory-hub-stores.ts';
import { readyOf } from './ready.ts';
import { enterAll } from './register.ts';

const NOON = Date.UTC(2026, 10, 23, 4);
const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 86_400_000;
const CASE = '01kb3x5n8v000000000000000a';

/** A note by one device that stands on the first action of another, of which the hub has the claim alone. */
function noteOn(cause: string): SignedAction {
  const by = { staffId: 'puyl', name: '普玉兰', unit: '530102001000' };
  return {
    body: {
      v: 1,
      id: 'street1.1',
      caseId: CASE,
      kind: 'note',
      payload: { text: '' },
      by,
      at: NOON,
      offsetMs: 0,
      after: [cause],
      prev: null,
    },
    hash: 'h1',
    sig: '',
  };
}

/** @param claimedAt by the hub's clock at that time */
async function isReady(claimedAt: number): Promise<boolean> {
  const register = new MemoryRegister();
  await enterAll(register, [
    { series: 'wenlin1', place: 1, holder: { hash: 'h0', prev: null, at: claimedAt } },
  ]);
  const ports = { awaitsReturn: () => true, register, clock: { now: () => NOON } };
  const action = noteOn('wenlin1.1');
  const pushed = { caseId: CASE, n: 0, actions: [action] };
  return (await readyOf(ports, pushed, undefined)).length === 1;
}

test('what was claimed a moment ago is waited for, and what was claimed long ago is in no case', async () => {
  expect(await isReady(NOON - 1_000)).toBe(false);
  expect(await isReady(NOON - 2 * MINUTE_MS)).toBe(true);
});

test('a claim from when the clock of the hub was years ahead is not waited for until that year', async () => {
  expect(await isReady(NOON + 2 * YEAR_MS)).toBe(true);
});

test('a clock put back by seconds does not make a claim that is under way look old', async () => {
  expect(await isReady(NOON + 5_000)).toBe(false);
});
