/** What a case is made of: signed actions, and the hub's rulings on them. Shapes only. */
import type { ActionId, CaseId, Day, DeviceId, MatterId, StaffId, UnitCode } from './identifiers.ts';
import type { Problem } from './problem.ts';

export const ROLES = [
  'clerk',
  'preReviewer',
  'reviewer',
  'approver',
  'leader',
  'issuer',
  'applicant',
  'hub',
  'supervisor',
  'matterAdmin',
  'systemAdmin',
  'securityAdmin',
  'auditAdmin',
] as const;
export type Role = (typeof ROLES)[number];

export const STATUSES = [
  'new',
  'draft',
  'submitted',
  'preReviewed',
  'returnedToApplicant',
  'received',
  'correction',
  'accepted',
  'refused',
  'reviewing',
  'suspended',
  'external',
  'approved',
  'rejected',
  'concluded',
  'certified',
  'delivered',
  'rated',
  'archived',
  'withdrawn',
  'terminated',
] as const;
/** `new` is the state of a case without any action. */
export type CaseStatus = (typeof STATUSES)[number];

export interface Applicant {
  kind: 'person' | 'organisation';
  name: string;
  /** Resident ID (GB 11643) or unified social credit code (GB 32100). */
  idNumber: string;
  mobile?: string;
  address?: string;
  /** Who came in the applicant's place 代办. */
  agent?: { name: string; idNumber: string; mobile?: string };
}

/** What became of one row of the matter's checklist at the counter. */
export interface MaterialEntry {
  code: string;
  name: string;
  state: 'received' | 'deferred' | 'absent';
  form?: 'paper' | 'electronic' | 'card';
  copies?: number;
  originalReturned?: boolean;
}

/** The version of everything a case was received under. It stays, whatever is published later. */
export interface MatterPin {
  matterId: MatterId;
  /** Version of the implementation list. */
  version: number;
  /** Publication number (`RulePublication.seq`) of the newest tier rules the terminal knew. */
  rules: number;
}

/** What each kind of action carries. Texts are at most `MAX_TEXT` characters. */
export interface ActionPayloads {
  draft: { matter: MatterPin; applicant: Applicant; form: Record<string, FormValue> };
  submit: Record<never, never>;
  preReviewPass: { text?: string };
  preReviewReturn: { defects: string[] };
  receive: {
    caseNo: string;
    matter: MatterPin;
    applicant: Applicant;
    form: Record<string, FormValue>;
    materials: MaterialEntry[];
    /** The clerk has held the applicant against the condition of the rule. */
    conditionMet?: true;
    /** What the receipt promised, so that a later calendar cannot change what was printed. */
    printed: { noticeDue: string; deferralDue?: string };
  };
  oneTimeNotice: { defects: string[] };
  supplement: { materials: MaterialEntry[]; text?: string };
  accept: { deferred: { code: string; due: Day }[] };
  refuse: { reason: string };
  deemAccept: Record<never, never>;
  forward: { to: UnitCode; text?: string };
  returnDown: { to: UnitCode; reason: string };
  askSuspend: { kind: string; reason: string; plannedEnd: Day };
  suspend: { kind: string; reason: string; evidence?: string; plannedEnd: Day };
  resume: { text?: string };
  askExtend: { days: number; reason: string };
  extend: { days: number; reason: string };
  refuseExtend: { reason: string };
  handOff: { system: string; correlationId: string };
  externalResult: { correlationId: string; text: string };
  approve: { text?: string };
  reject: { reason: string };
  conclude: { text?: string };
  certify: { certificateNo: string };
  deliver: { method: 'window' | 'post' | 'locker'; recipient: string; proof?: string };
  rate: { level: 1 | 2 | 3 | 4 | 5; text?: string };
  archive: { retention: string };
  withdraw: { reason: string };
  terminate: { reason: string };
  note: { text: string };
  supplyDeferred: { materials: MaterialEntry[] };
  /** `from` was merged into `to`: the case goes on there in its place. */
  mergeUnit: { from: UnitCode; to: UnitCode };
  assign: { to: StaffId; reason: string };
}
export type FormValue = string | number | boolean | string[] | null;
export type ActionKind = keyof ActionPayloads;

/** Who acted, as the terminal knew at that moment; the hub holds it against its directory. */
export interface Author {
  staffId: StaffId;
  name: string;
  unit: UnitCode;
}

/** What is hashed and signed. `prev` chains it to the device's previous action, of whichever case. */
export interface ActionBody<K extends ActionKind = ActionKind> {
  v: 1;
  id: ActionId;
  caseId: CaseId;
  kind: K;
  payload: ActionPayloads[K];
  by: Author;
  /** The device's clock, milliseconds since the epoch. Shown, never trusted. */
  at: number;
  /** hub clock − device clock as last measured, milliseconds. */
  offsetMs: number;
  /** The actions of this case without successors that the author had seen, sorted. */
  after: ActionId[];
  /** Hash of the device's previous action; null for its first. */
  prev: string | null;
}

/** A body of one definite kind: a union over all kinds, so that `kind` narrows `payload`. */
export type AnyActionBody = { [K in ActionKind]: ActionBody<K> }[ActionKind];

/** `hash`: base64url SHA-256 of the canonical JSON (RFC 8785) of `body`. `sig`: base64url ECDSA P-256 (r‖s) over the same bytes. */
export interface SignedAction {
  body: AnyActionBody;
  hash: string;
  sig: string;
}

/** The hub's word on one action. `seq` is dense, 1…n per case. */
export interface Ruling {
  seq: number;
  verdict: 'accepted' | 'rejected';
  problem?: Problem;
  /** The hub's clock, milliseconds since the epoch. */
  receivedAt: number;
  /** Set when the action came back after a restore: what the station that brought it said of its earlier ruling. */
  former?: FormerRuling;
}

/** A ruling of an epoch that is over. It orders what came back and says what may have changed; it decides nothing. */
export interface FormerRuling {
  epoch: number;
  seq: number;
  verdict: Ruling['verdict'];
}

export interface CaseDocument {
  _id: CaseId;
  /** The hub's epoch (`Epoch.count`) that `n` and the rulings are of; absent: the first. */
  epoch?: number;
  /** Rulings so far: orders the canonical states of an epoch, never goes back in it. */
  n: number;
  actions: Record<ActionId, SignedAction>;
  rulings: Record<ActionId, Ruling>;
  /** At a station, on actions the hub has forgotten: their last ruling before. */
  former?: Record<ActionId, FormerRuling>;
  /**
   * At a station that speaks to a street relay: the unruled actions that the relay has and hands up, sorted. No part of the log: `merge` makes
   * a union without it, and who applies the relay's word sets it anew.
   */
  relayed?: ActionId[];
}

/** The signer of an action, read off its id. */
export function deviceOf(action: { body: { id: ActionId } }): DeviceId {
  return action.body.id.slice(0, action.body.id.indexOf('.'));
}

export function counterOf(id: ActionId): number {
  return Number(id.slice(id.indexOf('.') + 1));
}
