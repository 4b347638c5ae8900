/** What the hub tells its administrators of restores and of what it set aside. Times are milliseconds since the epoch, by the hub's clock. */
import type { ActionKind } from '@sanji/sync/domain/action';
import type { ActionId, CaseId, DeviceId, UnitCode } from '@sanji/sync/domain/identifiers';
import type { Problem, Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

export type Verdict = 'accepted' | 'rejected';

/** A case that came back, at least in part; `changed`: what the hub ruled otherwise than before. */
export interface ReturnedCase {
  caseId: CaseId;
  caseNo?: string;
  /** Whose station brought it first. */
  unit: UnitCode;
  at: number;
  actions: number;
  changed: { actionId: ActionId; kind: ActionKind; before: Verdict; now: Verdict }[];
}

/** Signs that stations know more than the store: a backup was put back and the restore not finished. */
export interface BehindNotice {
  epoch: number;
  firstAt: number;
  lastAt: number;
  times: number;
  cases: CaseId[];
}

/** An action outside its case. Without a ruling a person must say what becomes of it. */
export interface SetAside {
  id: string;
  caseId: CaseId;
  deviceId: DeviceId;
  kind: ActionKind;
  problem: Problem;
  ruling: { verdict: Verdict } | null;
  filedAt: number;
}

export interface BrokenChain {
  deviceId: DeviceId;
  checkedAt: number;
  faults: { actionId: ActionId; fault: 'missing' | 'forked'; since: number }[];
}

export interface RestoreReport {
  epoch: { count: number; id: string; beganAt: number };
  /** Signs in the present epoch: nothing is right until the restore is finished. */
  isBehind: boolean;
  behind: BehindNotice[];
  cases: ReturnedCase[];
  /** Entries of the catalog that came back, e.g. `device:d7k2m9q4`. */
  entries: { entry: string; at: number }[];
  setAside: { entries: SetAside[]; chains: BrokenChain[] };
}

/** That somebody looked is an entry of the audit log. */
export function readRestores(): Promise<Result<RestoreReport>> {
  return askJson({ path: '/api/restores?limit=1000' });
}
