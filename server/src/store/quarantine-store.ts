/** What the hub set aside (rule 3), in the database `quarantine`, until an administrator has looked at it. */
import type { Quarantine } from '@sanji/sync/replication/ports';

export type QuarantineEntry = Parameters<Quarantine['file']>[0];

export interface DeviceMark {
  deviceId: string;
  /** Each reason once, oldest first. */
  reasons: string[];
}

export interface QuarantineStore extends Quarantine {
  /** Newest id last. */
  entries(limit: number): Promise<QuarantineEntry[]>;
  markedDevices(): Promise<DeviceMark[]>;
}
