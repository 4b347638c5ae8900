/** Everything a simulated hub has stored, to be put back later. */
import type { SimulatedHub } from './simulated-hub.ts';

export type HubBackup = (how: { withFeeds: boolean }) => void;

export function backupOf(hub: SimulatedHub): HubBackup {
  const stores = [hub.master, hub.quarantine, hub.register, hub.catalog, hub.directory];
  const parts = stores.map((store) => store.backup());
  const feeds = hub.feeds.backup();
  const [routed, device, state] = [hub.checkpoint.value, hub.device, hub.device.state];
  return ({ withFeeds }) => {
    for (const part of parts) part();
    // Where the feeds ran on, the router begins anew.
    hub.checkpoint.value = withFeeds ? routed : null;
    if (withFeeds) feeds();
    hub.device = device;
    device.state = state;
  };
}
