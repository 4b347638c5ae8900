/** Everything a simulated hub has stored, to be put back later. */
import type { Clock } from '@sanji/sync/replication/ports';
import type { SimulatedHub } from './simulated-hub.ts';

export type HubBackup = (how: { withFeeds: boolean }) => void;

export function backupOf(hub: SimulatedHub, clock: Clock): HubBackup {
  const parts = [hub.master, hub.quarantine, hub.register, hub.catalog].map((store) => store.backup());
  const feeds = hub.feeds.backup();
  const [routed, { epoch }, device, state, at] = [
    hub.checkpoint.value,
    hub.memory,
    hub.device,
    hub.device.state,
    clock.now(),
  ];
  return ({ withFeeds }) => {
    for (const part of parts) part();
    // Where the feeds ran on, the router begins anew.
    hub.checkpoint.value = withFeeds ? routed : null;
    if (withFeeds) feeds();
    hub.device = device;
    device.state = state;
    hub.memory = { epoch, rememberedUntil: at, awakeSince: clock.now() };
  };
}
