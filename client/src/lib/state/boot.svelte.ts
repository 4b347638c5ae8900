/** Opens this terminal: the store first, then what the first screen needs, then the line. */
import { recoverChain } from '@sanji/sync/replication/append';
import type { Enrolled } from '#lib/hub/enrolment.ts';
import type { DeviceRecord } from '#lib/local/station-database.ts';
import { forgetDismissed } from '#lib/commands/forget-dismissed.ts';
import { isRevoked } from '#lib/local/revocation.ts';
import { openStation, type Station } from '#lib/local/station.ts';
import { markTerminal } from '#lib/local/terminal-mark.ts';
import { caseList } from './case-list.svelte.ts';
import { catalogState } from './catalog.svelte.ts';
import { clock } from './clock.svelte.ts';
import { faults } from './faults.svelte.ts';
import { session } from './session.svelte.ts';
import { settledActions } from './settled-actions.svelte.ts';
import { storeTrouble } from './store-trouble.svelte.ts';
import { strayTray } from './stray-tray.svelte.ts';

export type Phase = 'opening' | 'broken' | 'unenrolled' | 'retired' | 'ready';

const IDLE_CHECK_MS = 15_000;

class Boot {
  phase: Phase = $state('opening');

  async start(): Promise<void> {
    this.phase = 'opening';
    try {
      const station = await openStation();
      const device = await station.device.find();
      if (device === undefined) this.phase = 'unenrolled';
      else if (await isRevoked(station.database)) await this.#retire(station, device);
      else await this.#open(station, device);
    } catch (error) {
      faults.note(error);
      this.phase = 'broken';
    }
  }

  /** After the hub took the code: from now on this browser profile is that terminal. */
  async join(enrolled: Enrolled, keys: CryptoKeyPair): Promise<void> {
    const station = await openStation();
    const { deviceId, unit, unitName, terminal, device } = enrolled;
    const { publicKey } = device;
    await station.device.enrol({
      deviceId,
      unit,
      unitName,
      terminal,
      publicKey,
      privateKey: keys.privateKey,
    });
    // Asked once, when the terminal joins: the browser must not clear what is not yet sent.
    void navigator.storage.persist();
    await this.start();
  }

  /** Nothing is read but what is handed over. */
  async #retire(station: Station, device: DeviceRecord): Promise<void> {
    this.phase = 'retired';
    const { runRetirement } = await import('#lib/sync/retire.ts');
    await runRetirement(station, device);
  }

  async #open(station: Station, device: DeviceRecord): Promise<void> {
    station.store.belongsTo(device.deviceId);
    markTerminal(device);
    station.onLost(() => {
      storeTrouble.lose();
    });
    await storeTrouble.recall(station.database);
    clock.offsetMs = device.offsetMs;
    clock.start();
    await catalogState.start(station, device.unit);
    settledActions.start(station);
    this.#followStaff(station, device);
    await session.start(station, device, async () => {
      try {
        await this.#fill(station);
      } catch (error) {
        faults.note(error);
        // Deleted while it was read: that is said above every page, with what is still in memory.
        if (storeTrouble.problem?.code !== 'store-lost') this.phase = 'broken';
      }
    });
    this.phase = 'ready';
    setInterval(() => {
      session.lockIfIdle();
    }, IDLE_CHECK_MS);
    // Not needed for the first screen, so not loaded before it.
    const { runSync } = await import('#lib/sync/run-sync.ts');
    runSync(station, device);
  }

  #followStaff({ credentials }: Station, { unit }: DeviceRecord): void {
    catalogState.onMoved = (catalog) => {
      session.lockIfIdle();
      forgetDismissed(credentials, catalog, unit).catch((error: unknown) => {
        faults.note(error);
      });
    };
    catalogState.onMoved(catalogState.current);
  }

  /** Once somebody has unlocked: only then can the cases be read. */
  async #fill(station: Station): Promise<void> {
    await caseList.start(station);
    strayTray.start(station);
    // Before a pull can take a case away: the chain must know whether its last action was written.
    await recoverChain({ device: station.device, local: station.store });
    await station.store.finishBurials(Date.now());
  }
}

export const boot = new Boot();
