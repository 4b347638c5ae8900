import { expect, test } from 'vitest';
import { cheapSign } from '../testing/cheap-signer.ts';
import { FakeClock } from '../testing/fake-time.ts';
import { MemoryDeviceStore, MemoryLocalStore } from '../testing/memory-local-store.ts';
import { append } from './append.ts';
import type { DeviceState } from './ports.ts';

const CASE = '01kb3x5n8v0000000000000001';
const by = { staffId: 'yangxm', name: '杨晓梅', unit: '530102001013' };

interface Desk {
  device?: MemoryDeviceStore;
  onUnsettled?: (error: unknown) => void;
}

function desk(local = new MemoryLocalStore(), { device = new MemoryDeviceStore(), ...more }: Desk = {}) {
  const note = async (text: string) => {
    const done = await append(
      {
        deviceId: 'wenlin1',
        device,
        local,
        clock: new FakeClock(),
        offsetMs: () => 0,
        sign: async (body) => cheapSign(body),
        ...more,
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

/** Takes the announcement; the disk is full when the note of what was written follows it. */
class FullAfterwards extends MemoryDeviceStore {
  isFull = true;

  override async save(state: DeviceState): Promise<void> {
    if (this.isFull && state.intent === null) throw new Error('full');
    await super.save(state);
  }
}

test('what is written is done, though the note of it failed: nobody is told to write it again, and the chain goes on', async () => {
  const device = new FullAfterwards();
  const noted: unknown[] = [];
  const { note } = desk(undefined, { device, onUnsettled: (error) => noted.push(error) });
  const first = await note('one');
  expect([Object.keys(first.actions), noted.length]).toEqual([['wenlin1.1'], 1]);
  device.isFull = false;
  const second = await note('two');
  const [one, two] = Object.values(second.actions);
  expect([two?.body.prev, two?.body.id, device.state.tip]).toEqual([one?.hash, 'wenlin1.2', two?.hash]);
});

test('without anybody to be told of it, it rejects', async () => {
  await expect(desk(undefined, { device: new FullAfterwards() }).note('one')).rejects.toThrow('full');
});
