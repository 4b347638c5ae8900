/** An export straight from the store, for when no hub answers: the embedded file of a stopped hub, or CouchDB at any time. */
import type { Config } from '../config.ts';
import { HubDevice } from '../hub/hub-device.ts';
import { currentEpoch } from '../hub/hub-life.ts';
import { openHubStores } from '../store/open-store.ts';
import { exportParts, type ExportSink } from './export-parts.ts';

/** No hub was ever started on this store. */
export class StoreEmpty extends Error {}

/** Rejects with StoreStartError when the store cannot be opened: a hub is running on the file, CouchDB does not answer. */
export async function exportStore(
  { dataDir, couchdbUrl, couchdbPrefix: prefix }: Config,
  sink: ExportSink,
): Promise<void> {
  const stores = await openHubStores({ dataDir, prefix, ...(couchdbUrl !== undefined && { couchdbUrl }) });
  const clock = { now: () => Date.now() };
  try {
    const { directory, catalog, audit } = stores;
    const settings = await catalog.find('settings:settings');
    if (settings?.entry.kind !== 'settings') throw new StoreEmpty();
    const epoch = await currentEpoch({ directory, clock });
    const hub = await HubDevice.open({ directory, clock, epoch, isShared: stores.store.kind === 'couchdb' });
    await audit.append({
      at: clock.now(),
      kind: 'audit-exported',
      staffId: '-',
      object: 'audit',
      result: 'ok',
    });
    await exportParts({ stores, clock, epoch, hub, district: settings.entry.settings.district }, sink);
  } finally {
    await stores.store.close();
  }
}
