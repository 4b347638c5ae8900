/** A case as folded from its log. Everything here is derived; nothing here is stored as truth. */
import type { ActionId, CaseId, Day, StaffId, Tier, UnitCode } from './identifiers.ts';
import type { Applicant, CaseStatus, FormValue, MaterialEntry, MatterPin } from './action.ts';

/** Times are milliseconds since the epoch, by the station's clock corrected with its offset and never later than the hub's stamp. */
export interface CaseState {
  caseId: CaseId;
  status: CaseStatus;
  /** Rulings applied. */
  n: number;
  /** Actions without a ruling. */
  pending: ActionId[];
  /** Actions the hub rejected. */
  rejected: ActionId[];
  caseNo?: string;
  matter?: MatterPin;
  /** The unit that received the case. */
  origin?: UnitCode;
  /** The one unit that may move it. */
  holder?: UnitCode;
  /** The units it came through, origin first, holder last. */
  path: UnitCode[];
  /** Every unit that ever was a party, sorted. */
  ever: UnitCode[];
  /** The units that are a party now, sorted. */
  parties: UnitCode[];
  applicant?: Applicant;
  form: Record<string, FormValue>;
  materials: MaterialEntry[];
  /** Deferred materials not yet in. */
  outstanding: { code: string; due: Day }[];
  receivedAt?: number;
  acceptedAt?: number;
  acceptedBy?: StaffId;
  deemed: boolean;
  noticedAt?: number;
  decidedAt?: number;
  decidedBy?: StaffId;
  decision?: 'approved' | 'rejected';
  concludedAt?: number;
  /** When it came to the end it is in; a rating after delivery is an end of its own. */
  endedAt?: number;
  /** Suspended spans; the open one has no end. */
  suspensions: { from: number; to?: number; kind: string; plannedEnd: Day }[];
  suspensionAsked?: { by: StaffId; kind: string; reason: string; plannedEnd: Day };
  extensionAsked?: { by: StaffId; days: number; reason: string };
  extendedDays: number;
  correlationId?: string;
  /** The colleague of the holding unit whose work it is; absent: whoever comes to it first. */
  assignedTo?: StaffId;
  /** The last move, for «who moved it before you». */
  lastMove?: { actionId: ActionId; staffId: StaffId; name: string };
}

/** The part of the state the hub keeps beside the log and routes by. A cache without personal data. */
export interface CaseHead {
  status: CaseStatus;
  caseNo?: string;
  matter?: MatterPin;
  origin?: UnitCode;
  holder?: UnitCode;
  ever: UnitCode[];
  parties: UnitCode[];
  receivedAt?: number;
  plannedEnd?: Day;
}

/** Who is about to act, as the directory and the catalog see it. */
export interface Actor {
  staffId: StaffId;
  unit: UnitCode;
  tier: Tier;
  roles: readonly string[];
}
