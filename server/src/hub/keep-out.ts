/**
 * What was taken out of service after a backup stays out when that backup is put back: terminals and people, as the replaced store still tells
 * it, signed by the hub. Nothing else is carried over; the rest comes back from the stations.
 */
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import type { Clock } from '@sanji/sync/replication/ports';
import type { HubStores } from '../store/open-store.ts';
import { CatalogService } from './catalog-service.ts';
import { HubDevice } from './hub-device.ts';
import { currentEpoch } from './hub-life.ts';

type Stores = Pick<HubStores, 'catalog' | 'directory'>;

/** To be called when the restored store has begun its new epoch. Gives how many entries of the catalog were taken out of service anew. Idempotent. */
export async function keepOut(
  replaced: Stores,
  restored: Stores & Pick<HubStores, 'restores'>,
  clock: Clock,
): Promise<number> {
  const { directory } = restored;
  const epoch = await currentEpoch({ directory, clock });
  const signer = await HubDevice.open({ directory, clock, epoch, isShared: false });
  const catalog = await CatalogService.open({
    store: restored.catalog,
    directory,
    signer,
    epoch: () => epoch.count,
  });
  const out = (await replaced.catalog.all()).filter(isOut);
  const taken = await catalog.takeBack(out);
  const at = clock.now();
  await restored.restores.noteEntries(
    epoch.count,
    taken.map((entry) => ({ entry, at })),
  );
  await keepReasons(replaced, restored);
  return taken.length;
}

function isOut({ entry }: CatalogDocument): boolean {
  return (
    (entry.kind === 'device' && entry.device.status === 'revoked') ||
    (entry.kind === 'staff' && !entry.staff.active)
  );
}

/** By whom, when and why. */
async function keepReasons(replaced: Stores, restored: Stores): Promise<void> {
  for (const { device, revoked } of await replaced.directory.listDevices()) {
    const known = await restored.directory.findDevice(device.deviceId);
    if (revoked === undefined || known === undefined || known.value.revoked !== undefined) continue;
    await restored.directory.putDevice({ ...known.value, revoked }, known.rev);
  }
}
