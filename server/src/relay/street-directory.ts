/** The street's part of the directory at the relay: as the district has it, but for what only this relay knows (wrong passwords, lock-outs). */
import type { DirectoryStore } from '../store/directory-store.ts';
import type { DirectoryPart } from '../hub/directory-part.ts';

type Stores = Pick<
  DirectoryStore,
  | 'findStaffCredential'
  | 'putStaffCredential'
  | 'listStaffCredentials'
  | 'removeStaffCredential'
  | 'findDevice'
  | 'putDevice'
  | 'listDevices'
  | 'removeDevice'
  | 'documents'
>;

export class StreetDirectory {
  readonly #stores: Stores;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /** Of the part that is here, whole; undefined before the first. */
  async digest(): Promise<string | undefined> {
    return (await this.#taken().find('part'))?.value.digest;
  }

  /** Idempotent; a crash half way leaves the old digest, so that it is taken again. */
  async take({ digest, staff, devices }: DirectoryPart): Promise<void> {
    for (const each of staff) await this.#takeCredential(each);
    for (const each of devices) await this.#takeDevice(each);
    const people = new Set(staff.map(({ staffId }) => staffId));
    for (const { staffId } of await this.#stores.listStaffCredentials())
      if (!people.has(staffId)) await this.#stores.removeStaffCredential(staffId);
    const terminals = new Set(devices.map(({ device }) => device.deviceId));
    for (const { device } of await this.#stores.listDevices())
      if (!terminals.has(device.deviceId)) await this.#stores.removeDevice(device.deviceId);
    const before = await this.#taken().find('part');
    await this.#taken().put('part', { digest }, before?.rev);
  }

  async #takeCredential(theirs: DirectoryPart['staff'][number]): Promise<void> {
    for (;;) {
      const found = await this.#stores.findStaffCredential(theirs.staffId);
      if (found?.value.passwordHash === theirs.passwordHash && found.value.mustChange === theirs.mustChange)
        return;
      // A new password: tries at the old one do not count against it.
      const credential = { ...theirs, failures: 0, lockedUntil: 0 };
      if ((await this.#stores.putStaffCredential(credential, found?.rev)) === 'written') return;
    }
  }

  /** When it was last seen is noted here meanwhile. */
  async #takeDevice(theirs: DirectoryPart['devices'][number]): Promise<void> {
    for (;;) {
      const found = await this.#stores.findDevice(theirs.device.deviceId);
      if ((await this.#stores.putDevice({ ...found?.value, ...theirs }, found?.rev)) === 'written') return;
    }
  }

  #taken() {
    return this.#stores.documents<{ digest: string }>('relay-directory');
  }
}
