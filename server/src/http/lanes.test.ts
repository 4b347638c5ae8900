import { expect, it } from 'vitest';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { DeviceCaller } from './endpoint.ts';
import { Holdings } from './holdings.ts';
import { Lanes } from './lanes.ts';
import { Order } from './order.ts';

async function settled(promises: Promise<unknown>[]): Promise<number> {
  let count = 0;
  for (const promise of promises) void promise.then(() => (count += 1));
  await new Promise(setImmediate);
  return count;
}

it('one caller is served so many at once, the others of it wait in order, and past that it is refused', async () => {
  const lanes = new Lanes({ atOnce: 2, waiting: 3 });
  const entered = Array.from({ length: 6 }, () => lanes.enter('somebody'));
  const turns = entered.filter((turn) => turn !== undefined);
  expect(turns).toHaveLength(5);
  expect(entered[5]).toBeUndefined();
  expect(await settled(turns)).toBe(2);
  const [first, second] = await Promise.all(turns.slice(0, 2));
  first?.();
  expect(await settled(turns)).toBe(3);
  second?.();
  expect(await settled(turns)).toBe(4);
});

it('what is done makes room again, for as long as it goes on', async () => {
  const lanes = new Lanes({ atOnce: 1, waiting: 0 });
  for (let i = 0; i < 5; i++) {
    const leave = await lanes.enter('somebody');
    expect(lanes.enter('somebody')).toBeUndefined();
    leave?.();
  }
  expect(lanes.enter('somebody')).toBeDefined();
});

it('nobody waits for somebody else', async () => {
  const lanes = new Lanes({ atOnce: 1, waiting: 5 });
  for (let i = 0; i < 6; i++) void lanes.enter('somebody');
  expect(await settled([lanes.enter('a neighbour') ?? Promise.reject(new Error('refused'))])).toBe(1);
});

it('bodies in memory are bounded for each caller and for all, until they are dealt with', () => {
  const holdings = new Holdings({ each: 10, inAll: 15 });
  const first = holdings.open('somebody');
  const second = holdings.open('somebody');
  const neighbours = holdings.open('a neighbour');
  expect([first.add(6), second.add(4), second.add(1)]).toEqual([true, true, false]);
  expect([neighbours.add(5), neighbours.add(1)]).toEqual([true, false]);
  first.release();
  first.release();
  expect([second.add(6), second.add(1), neighbours.add(1)]).toEqual([true, false, false]);
  neighbours.release();
  expect(holdings.open('a third').add(5)).toBe(true);
});

it('behind one address nobody waits in line but who sends long bodies without saying who it is', async () => {
  const order = new Order();
  const nobody = { kind: 'nobody' } as const;
  const turns = (isLong: boolean, count: number) =>
    Array.from({ length: count }, () =>
      order.turnOf(nobody, { isLong, isEndless: false, address: '10.0.0.1' }),
    ).filter((turn) => turn !== undefined);
  expect(await settled(turns(false, 1_000))).toBe(1_000);
  const long = turns(true, 1_000);
  expect(long.length).toBeLessThan(20);
  expect(await settled(long)).toBe(1);
});

it('a terminal that asks for everything at once waits for itself alone', async () => {
  const order = new Order();
  const device = (deviceId: string) =>
    ({ kind: 'device', device: { deviceId } as DeviceKey }) satisfies DeviceCaller;
  const way = { isLong: false, isEndless: false, address: '10.0.0.1' };
  const hostile = Array.from({ length: 200 }, () => order.turnOf(device('hostile'), way));
  expect(hostile.filter((turn) => turn === undefined).length).toBeGreaterThan(100);
  expect(await settled(hostile.filter((turn) => turn !== undefined))).toBeLessThan(10);
  const street = Array.from({ length: 12 }, (_, i) => order.turnOf(device(`station ${String(i)}`), way));
  expect(await settled(street.filter((turn) => turn !== undefined))).toBe(12);
  // It is told what happens all the same: a stream of events never ends.
  expect(order.turnOf(device('hostile'), { ...way, isEndless: true })).toBeDefined();
});
