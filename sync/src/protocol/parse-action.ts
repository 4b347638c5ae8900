/**
 * What comes in as an action, checked to the last field before anything else sees it: strict, bounded in size, and without keys that
 * reach a prototype. Whether the action may be is `decide`'s, whether it is genuine `verifyAction`'s.
 */
import { z } from 'zod';
import type { ActionKind, ActionPayloads, SignedAction } from '../domain/action.ts';
import { isDay } from '../domain/dates.ts';
import { CASE_ID, UNIT_CODE, parseActionId } from '../domain/identifiers.ts';
import { MAX_LIST, MAX_TEXT } from '../domain/payload-rules.ts';
import { refused } from '../domain/problem.ts';
import type { Result } from '../domain/problem.ts';

/** The widest form with the longest checklist stays far below. */
export const MAX_ACTION_BYTES = 64 * 1024;
const MAX_FIELDS = 200;
const MAX_AFTER = 100;
/** Base64url of 32 and 64 bytes. */
const HASH = /^[\w-]{43}$/;
const SIGNATURE = /^[\w-]{86}$/;
const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const UNSAFE_WORD = /"(?:__proto__|constructor|prototype)"/;
/** UTF-8 takes no more for one unit of UTF-16. */
const MAX_BYTES_PER_UNIT = 3;

// A lone surrogate has no canonical form, so it can be neither hashed nor signed.
const text = z
  .string()
  .max(MAX_TEXT)
  .refine((value) => value.isWellFormed());
const short = text.max(200);
const filled = short.min(1);
const day = z.string().refine(isDay);
const unit = z.string().regex(UNIT_CODE);
const key = z.string().regex(/^[\w.-]{1,80}$/);
const actionId = z.string().refine((value) => parseActionId(value) !== undefined);
const count = z.int().min(0).max(1_000_000);

const pin = z.strictObject({ matterId: filled, version: count, rules: count });
const agent = z.strictObject({ name: filled, idNumber: short, mobile: short.exactOptional() });
const applicant = z.strictObject({
  kind: z.enum(['person', 'organisation']),
  name: short,
  idNumber: short,
  mobile: short.exactOptional(),
  address: text.exactOptional(),
  agent: agent.exactOptional(),
});
const form = z
  .record(key, z.union([text, z.number(), z.boolean(), z.null(), z.array(text).max(MAX_LIST)]))
  .refine((fields) => Object.keys(fields).length <= MAX_FIELDS);
const material = z.strictObject({
  code: filled,
  name: short,
  state: z.enum(['received', 'deferred', 'absent']),
  form: z.enum(['paper', 'electronic', 'card']).exactOptional(),
  copies: count.exactOptional(),
  originalReturned: z.boolean().exactOptional(),
});
const materials = z.array(material).max(MAX_LIST);
const defects = z.array(text).max(MAX_LIST);
const nothing = z.strictObject({});
const remark = z.strictObject({ text: text.exactOptional() });
const reason = z.strictObject({ reason: text });
const due = z.strictObject({ noticeDue: short, deferralDue: short.exactOptional() });

/** One shape per kind; the type makes a missing or diverging one an error of compilation. */
const PAYLOADS: { [K in ActionKind]: z.ZodType<ActionPayloads[K]> } = {
  draft: z.strictObject({ matter: pin, applicant, form }),
  submit: nothing,
  preReviewPass: remark,
  preReviewReturn: z.strictObject({ defects }),
  receive: z.strictObject({
    caseNo: z.string().max(24),
    matter: pin,
    applicant,
    form,
    materials,
    conditionMet: z.literal(true).exactOptional(),
    printed: due,
  }),
  oneTimeNotice: z.strictObject({ defects }),
  supplement: z.strictObject({ materials, text: text.exactOptional() }),
  accept: z.strictObject({ deferred: z.array(z.strictObject({ code: filled, due: day })).max(MAX_LIST) }),
  refuse: reason,
  deemAccept: nothing,
  forward: z.strictObject({ to: unit, text: text.exactOptional() }),
  returnDown: z.strictObject({ to: unit, reason: text }),
  askSuspend: z.strictObject({ kind: short, reason: text, plannedEnd: day }),
  suspend: z.strictObject({ kind: short, reason: text, evidence: text.exactOptional(), plannedEnd: day }),
  resume: remark,
  askExtend: z.strictObject({ days: z.int().min(1).max(366), reason: text }),
  extend: z.strictObject({ days: z.int().min(1).max(366), reason: text }),
  refuseExtend: reason,
  handOff: z.strictObject({ system: short, correlationId: short }),
  externalResult: z.strictObject({ correlationId: short, text }),
  approve: remark,
  reject: reason,
  conclude: remark,
  certify: z.strictObject({ certificateNo: short }),
  deliver: z.strictObject({
    method: z.enum(['window', 'post', 'locker']),
    recipient: short,
    proof: text.exactOptional(),
  }),
  rate: z.strictObject({ level: z.literal([1, 2, 3, 4, 5]), text: text.exactOptional() }),
  archive: z.strictObject({ retention: short }),
  withdraw: reason,
  terminate: reason,
  note: z.strictObject({ text }),
  supplyDeferred: z.strictObject({ materials }),
  mergeUnit: z.strictObject({ from: unit, to: unit }),
  assign: z.strictObject({ to: filled.max(64), reason: text }),
};

const envelope = z.strictObject({
  body: z.strictObject({
    v: z.literal(1),
    id: actionId,
    caseId: z.string().regex(CASE_ID),
    kind: z.string().refine((kind): kind is ActionKind => Object.hasOwn(PAYLOADS, kind)),
    payload: z.unknown(),
    by: z.strictObject({ staffId: filled.max(64), name: filled, unit }),
    at: z.int().min(0),
    offsetMs: z.int(),
    after: z.array(actionId).max(MAX_AFTER),
    prev: z.string().regex(HASH).nullable(),
  }),
  hash: z.string().regex(HASH),
  sig: z.string().regex(SIGNATURE),
});

/** `malformed` names the first wrong place as a path, e.g. `body.payload.to`; never what stood there. */
export function parseSignedAction(input: unknown): Result<SignedAction> {
  const size = sizeOf(input);
  if (size === undefined) return refused('malformed', { where: '' });
  if (size > MAX_ACTION_BYTES) return refused('too-large', { maxBytes: MAX_ACTION_BYTES });
  const outer = envelope.safeParse(input);
  if (!outer.success) return refused('malformed', { where: placeOf(outer.error) });
  const { kind, payload } = outer.data.body;
  const inner = PAYLOADS[kind].safeParse(payload);
  if (!inner.success) return refused('malformed', { where: placeOf(inner.error, 'body.payload') });
  // As it came: the shapes are strict and change nothing, while a copy's keys would stand in another order than they were signed in.
  return { ok: true, value: input as SignedAction };
}

/** Bytes in UTF-8, or a bound above them; undefined for what JSON cannot carry (cycles, functions) and for keys that reach a prototype, at any depth. */
function sizeOf(input: unknown): number | undefined {
  try {
    const json = JSON.stringify(input) as string | undefined;
    // Also where such a word is no key but a text: then it is looked at again, key by key.
    if (json === undefined || (UNSAFE_WORD.test(json) && hasUnsafeKey(input))) return undefined;
    const most = json.length * MAX_BYTES_PER_UNIT;
    return most <= MAX_ACTION_BYTES ? most : new TextEncoder().encode(json).byteLength;
  } catch {
    return undefined;
  }
}

function hasUnsafeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => UNSAFE_KEYS.has(key) || hasUnsafeKey(inner));
}

function placeOf(error: z.ZodError, prefix?: string): string {
  const path = (error.issues[0]?.path ?? []).map(String);
  return (prefix === undefined ? path : [prefix, ...path]).join('.').slice(0, 120);
}
