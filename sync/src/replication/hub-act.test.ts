import { expect, test } from 'vitest';
import type { DeviceKey } from '../domain/catalog.ts';
import { indexCatalog } from '../domain/catalog-index.ts';
import { cheapSign, isCheaplySigned } from '../testing/cheap-signer.ts';
import { FakeClock } from '../testing/fake-time.ts';
import {
  MemoryMasterStore,
  MemoryQuarantine,
  MemoryRegister,
  MemoryRestoreLog,
} from '../testing/memory-hub-stores.ts';
import { MemoryDeviceStore } from '../testing/memory-local-store.ts';
import { catalogOf, DISTRICT } from '../testing/rule-catalog.ts';
import { dutyOf, hubAct } from './hub-act.ts';
import { judgePush } from './judge.ts';

const CASE = '01kb3x5n8v0000000000000001';

function ports() {
  const base = catalogOf();
  const device = {
    terminal: 'Z0',
    publicKey: { kty: 'EC', crv: 'P-256', x: '', y: '' },
    status: 'active' as const,
  };
  const catalog = {
    ...base,
    settings: { ...base.settings, district: DISTRICT },
    devices: new Map<string, DeviceKey>([['hub0', { ...device, deviceId: 'hub0', unit: DISTRICT }]]),
  };
  return {
    master: new MemoryMasterStore(),
    quarantine: new MemoryQuarantine(),
    register: new MemoryRegister(),
    restores: new MemoryRestoreLog(),
    awaitsReturn: () => false,
    epoch: () => ({ count: 1, id: 'first' }),
    clock: new FakeClock(),
    catalog: () => catalog,
    verify: async (action: Parameters<typeof isCheaplySigned>[0]) => isCheaplySigned(action),
    onWritten: () => undefined,
    onFault: () => undefined,
    deviceId: 'hub0',
    device: new MemoryDeviceStore(),
    sign: async (body: Parameters<typeof cheapSign>[0]) => cheapSign(body),
  };
}

test('an act that would be refused is not made at all', async () => {
  const hub = ports();
  expect(await hubAct(hub, CASE, { kind: 'conclude', payload: {} })).toMatchObject({ ok: false });
  expect(hub.master.docs.size).toBe(0);
  expect(hub.device.state.counter).toBe(0);
});

test('an unknown, a forged and a revoked device change nothing, and a revoked one is kept aside', async () => {
  const hub = ports();
  const body = { v: 1 as const, id: 'ghost1.1', caseId: CASE, kind: 'note' as const, payload: { text: 'x' } };
  const action = cheapSign({
    ...body,
    by: { staffId: 'x', name: 'x', unit: DISTRICT },
    at: 0,
    offsetMs: 0,
    after: [],
    prev: null,
  });
  const push = () => judgePush(hub, { v: 1, cases: [{ caseId: CASE, n: 0, actions: [action] }] }, DISTRICT);
  expect((await push()).results[0]).toMatchObject({ kind: 'refused', problem: { code: 'device-unknown' } });
  const ghost = {
    deviceId: 'ghost1',
    unit: DISTRICT,
    terminal: 'A1',
    publicKey: { kty: '', crv: '', x: '', y: '' },
  };
  hub.catalog().devices.set('ghost1', { ...ghost, status: 'revoked' });
  expect((await push()).results[0]).toMatchObject({ kind: 'refused', problem: { code: 'device-revoked' } });
  expect([hub.master.docs.size, hub.quarantine.entries.size]).toEqual([0, 1]);
});

test('there is no duty on a case that waits for a person', () => {
  const doc = { _id: CASE, n: 0, actions: {}, rulings: {} };
  expect(dutyOf(doc, indexCatalog([]), { now: 0 })).toBeUndefined();
});
