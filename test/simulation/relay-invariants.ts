/** What must hold of a street relay at rest: it has handed up everything, holds its street's cases as the hub has them, and nothing else. */
import { unitsOfStreet } from '@sanji/sync/domain/scope';
import type { MasterCase } from '@sanji/sync/replication/ports';
import { isSame } from './invariants.ts';
import type { Rested } from './invariants.ts';
import type { SimulatedRelay } from './simulated-relay.ts';

export function relayFindings({ hub, relays }: Rested, docs: MasterCase[]): string[] {
  const { devices } = hub.catalog.index;
  const serving = relays.filter(({ device }) => devices.get(device.deviceId)?.status === 'active');
  return serving.flatMap((relay) => {
    const units = new Set(unitsOfStreet(hub.catalog.index, relay.device.unit));
    const ofStreet = docs.filter(({ head }) => head.parties.some((unit) => units.has(unit)));
    return [...waits(relay), ...apart(relay, ofStreet)];
  });
}

function waits({ device: { deviceId }, relay, status, disk }: SimulatedRelay): string[] {
  if (relay === undefined) return [`not running: ${deviceId}`];
  const { pending, parked } = relay.store.counts();
  const found: string[] = [];
  if (pending + parked + disk.outbox.ids.size > 0)
    found.push(`queue blocked: ${deviceId} ${String(pending)} pending, ${String(parked)} parked`);
  if (status?.state !== 'idle')
    found.push(`not idle: ${deviceId} is ${String(status?.state)} ${status?.problem?.code ?? ''}`);
  return found;
}

function apart({ device: { deviceId }, disk: { master } }: SimulatedRelay, docs: MasterCase[]): string[] {
  const known = new Set(docs.map(({ _id }) => _id));
  const missed = docs.filter((doc) => {
    const mine = master.docs.get(doc._id)?.doc;
    return mine === undefined || !isSame(mine, doc);
  });
  const leaked = [...master.docs.values()].filter(
    ({ doc }) => !known.has(doc._id) && Object.keys(doc.actions).length + Object.keys(doc.rulings).length > 0,
  );
  return [
    ...missed.map(({ _id }) => `missed: ${deviceId} ${_id}`),
    ...leaked.map(({ doc }) => `leaked: ${deviceId} still has ${doc._id}`),
  ];
}
