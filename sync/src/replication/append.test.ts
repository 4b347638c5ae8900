import { expect, test } from 'vitest';
import { cheapSign } from '../testing/cheap-signer.ts';
import { FakeClock } from '../testing/fake-time.ts';
import { MemoryDeviceStore, MemoryLocalStore } from '../testing/memory-local-store.ts';
import { append } from './append.ts';

const CASE = '01kb3x5n8v0000000000000001';
const by = { staffId: 'yangxm', name: '杨晓梅', unit: '530102001013' };

function desk(local = new MemoryLocalStore()) {
  const device = new MemoryDeviceStore();
  const note = async (text: string) => {
    const done = await append(
      {
        deviceId: 'wenlin1',
        device,
        local,
        clock: new FakeClock(),
        offsetMs: () => 0,
        sign: async (body) => cheapSign(body),
      },
      { caseId: CASE, by, build: () => ({ ok: true, value: [{ kind: 'note', payload: { text } }] }) },
    );
    if (!done.ok) throw new Error(done.problem.code);
    return done.value;
  };
  return { local, device, note };
}

test('an action is never written over another of the same id: a copy of the profile may have counted on', async () => {
  const original = desk();
  await original.note('one');
  await original.note('two');
  const clone = desk(original.local);
  const doc = await clone.note('three');
  expect(Object.values(doc.actions).map(({ body }) => [body.id, body.payload])).toEqual([
    ['wenlin1.1', { text: 'one' }],
    ['wenlin1.2', { text: 'two' }],
    ['wenlin1.3', { text: 'three' }],
  ]);
  expect(clone.device.state.counter).toBe(3);
});
