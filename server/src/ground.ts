/** What a district hub and a street relay have in common: the store, who may call, and what is written down about it. */
import type { NewAuditEntry } from '@sanji/sync/audit/log-entry';
import type { AuditKind } from '@sanji/sync/audit/log-kinds';
import type { Catalog } from '@sanji/sync/domain/catalog';
import type { Clock } from '@sanji/sync/replication/ports';
import type { Config } from './config.ts';
import type { Pokes } from './hub/pokes.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { DeviceTokens } from './sessions/device-tokens.ts';
import type { Presence } from './sessions/presence.ts';
import type { FactorGate } from './sessions/second-factors.ts';
import type { StaffSessions } from './sessions/staff-sessions.ts';
import type { HubStores } from './store/open-store.ts';

export interface Ground {
  config: Config;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  stores: HubStores;
  /** As of now. */
  catalog: { current(): Catalog };
  sessions: StaffSessions;
  factors: FactorGate;
  tokens: DeviceTokens;
  presence: Presence;
  pokes: Pokes;
  /** Durable when it resolves: what cannot be written down is not done. */
  audit: (entry: Omit<NewAuditEntry, 'at' | 'kind'> & { kind: AuditKind }) => Promise<void>;
  onFault: (error: unknown) => string;
  /** What the hub does by itself and failed at last; it is tried again. Sorted names, fit for a metric's label. */
  failing: () => string[];
}
