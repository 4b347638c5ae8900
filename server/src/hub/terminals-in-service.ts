/** The terminals that people work at, each with what it was last given of the catalog: who has what was published, and who is behind. */
import type { Catalog } from '@sanji/sync/domain/catalog';
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import type { DirectoryStore, HeldCatalog } from '../store/directory-store.ts';

export interface TerminalInService {
  unit: UnitCode;
  terminal: string;
  /** Absent: it has asked for nothing yet. */
  held?: HeldCatalog;
}

export interface TerminalsDeps {
  catalog: Pick<Catalog, 'devices'>;
  directory: Pick<DirectoryStore, 'listDevices'>;
}

/** Nobody works at a relay, nor by the hub's own hand. */
export async function terminalsInService({
  catalog,
  directory,
}: TerminalsDeps): Promise<TerminalInService[]> {
  const records = await directory.listDevices();
  const given = new Map(records.map((record) => [record.device.deviceId, record.catalog]));
  return [...catalog.devices.values()]
    .filter(
      ({ status, kind, deviceId }) =>
        status === 'active' && kind === undefined && !deviceId.startsWith('hub'),
    )
    .map(({ unit, terminal, deviceId }) => {
      const held = given.get(deviceId);
      return { unit, terminal, ...(held !== undefined && { held }) };
    });
}
