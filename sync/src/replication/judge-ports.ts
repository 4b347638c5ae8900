/** What the judge, and whoever examines or acts for it, is given from outside. */
import type { SignedAction } from '../domain/action.ts';
import type { DeviceKey } from '../domain/catalog.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { CaseId } from '../domain/identifiers.ts';
import type { MasterStore, Quarantine, Register, RestoreLog } from './ports.ts';
import type { RulePorts } from './rule.ts';

export interface JudgePorts extends RulePorts {
  master: MasterStore;
  register: Register;
  quarantine: Quarantine;
  restores: RestoreLog;
  /** As of now: what the hub says is of this epoch. */
  epoch: () => Epoch;
  /** The hub was restored and stations may still hold what it has forgotten: what rests on such work waits for it. */
  awaitsReturn: () => boolean;
  /** True when hash and signature are the device's. */
  verify: (action: SignedAction, device: DeviceKey) => Promise<boolean>;
  /** Wakes the router. Called after the write, before the answer. */
  onWritten: (caseIds: CaseId[]) => void;
  /** A case on which our own code failed: for the log, never with its content. */
  onFault: (caseId: CaseId, error: unknown) => void;
}
