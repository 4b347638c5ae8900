/** Restores, and what is set aside, on the desk of an administrator. Nothing of it is kept on this terminal. */
import type { Problem } from '@sanji/sync/domain/problem';
import { listDevices, type HubDevice } from '#lib/hub/devices.ts';
import { readRestores, type RestoreReport } from '#lib/hub/restores.ts';

/** A store that was never put back is in its first epoch. */
const FIRST_EPOCH = 1;

export class RestoreDesk {
  report: RestoreReport | undefined = $state.raw();
  #devices: HubDevice[] = $state.raw([]);
  problem: Problem | undefined = $state.raw();

  wasRestored = $derived((this.report?.epoch.count ?? FIRST_EPOCH) > FIRST_EPOCH);

  /** Terminals that may still hold something: not heard of since the restore, or known to have more than has come. */
  awaited: HubDevice[] = $derived.by(() => {
    const { report } = this;
    if (report === undefined) return [];
    const isSilent = ({ lastSeenAt = 0 }: HubDevice) => this.wasRestored && lastSeenAt < report.epoch.beganAt;
    return this.#devices.filter(
      (known) => known.device.status === 'active' && (isSilent(known) || known.missing > 0),
    );
  });

  async refresh(): Promise<void> {
    const [report, devices] = await Promise.all([readRestores(), listDevices()]);
    const failed = [report, devices].find(({ ok }) => !ok);
    this.problem = failed?.ok === false ? failed.problem : undefined;
    if (report.ok) this.report = report.value;
    if (devices.ok) this.#devices = devices.value;
  }
}
