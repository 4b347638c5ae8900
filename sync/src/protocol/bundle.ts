/**
 * What travels without a network: parts that are sealed already (`sealing.ts`), under one signature of the device that made the bundle. It is
 * the file on a USB stick, the handover of a terminal taken out of service, and the hub's answer. Who carries it cannot read it, and every
 * byte that is changed on the way is noticed and named. It says nothing about what is in the parts: that is `bundle-content.ts`.
 */
import { z } from 'zod';
import type { DeviceKey } from '../domain/catalog.ts';
import { DEVICE_ID, UNIT_CODE } from '../domain/identifiers.ts';
import type { DeviceId, UnitCode } from '../domain/identifiers.ts';
import { problem, refused } from '../domain/problem.ts';
import type { Problem, Result } from '../domain/problem.ts';
import { openText, sealText } from '../domain/sealing.ts';
import type { SealKey } from '../domain/sealing.ts';
import {
  canonicalize,
  fromBase64Url,
  hash,
  importPublicKey,
  toBase64Url,
  verifyValue,
} from '../domain/signing.ts';

export const BUNDLE_VERSION = 1;
/** What a hub takes in one request: the work of some six hundred cases. More goes into a second bundle. */
export const MAX_BUNDLE_BYTES = 4_000_000;
/** What is read from a file: an answer may be larger than what it answers. */
export const MAX_BUNDLE_FILE_BYTES = 24_000_000;
const MAX_PARTS = 5_000;
/** Names and values of the JSON: three of each part, and the head's. */
export const MAX_BUNDLE_VALUES = 4 * MAX_PARTS + 100;
/** What a part and a bundle take beside their content, generously. */
const PART_FRAME = 100;
const BUNDLE_FRAME = 6_000;

/** `upload`: unsent work, carried by others · `handover`: the last one of a revoked terminal · `answer`: the hub's, for one terminal. */
export type BundlePurpose = 'upload' | 'handover' | 'answer';

export interface BundleHead {
  kind: 'sanji-bundle';
  v: typeof BUNDLE_VERSION;
  purpose: BundlePurpose;
  /** The maker, whose key signs. */
  deviceId: DeviceId;
  unit: UnitCode;
  /** The maker's clock, milliseconds since the epoch: shown, never trusted. */
  at: number;
  /** Counts the bundles of a terminal, and the answers to it. */
  seq: number;
  /** Whom an answer is for; null in what a terminal makes. */
  to: DeviceId | null;
  /** From where on the maker wants to hear what is new; null when it asks for nothing but the rulings. */
  asks: BundleAsk | null;
}
/** Checkpoints as the hub gave them out; null: from the start. */
export interface BundleAsk {
  cases: string | null;
  catalog: string | null;
}

export interface SealedPart {
  /** What the part was sealed as. */
  label: string;
  /** base64url. */
  sealed: string;
}
export interface BundlePart extends SealedPart {
  /** Of label and sealed text, so that a changed part is named. */
  hash: string;
}
/** `hash` and `sig` cover the head and the hashes of the parts, and so everything. */
export interface Bundle extends BundleHead {
  parts: BundlePart[];
  hash: string;
  sig: string;
}

const HASH = z.string().regex(/^[\w-]{43}$/);
const checkpoint = z.string().max(2_000).nullable();
const count = z.int().min(0);

const bundleShape = z.strictObject({
  kind: z.literal('sanji-bundle'),
  v: z.literal(BUNDLE_VERSION),
  purpose: z.enum(['upload', 'handover', 'answer']),
  deviceId: z.string().regex(DEVICE_ID),
  unit: z.string().regex(UNIT_CODE),
  at: count,
  seq: count,
  to: z.string().regex(DEVICE_ID).nullable(),
  asks: z
    .strictObject({
      cases: checkpoint,
      catalog: checkpoint,
    })
    .nullable(),
  parts: z
    .array(
      z.strictObject({
        label: z.string().regex(/^[\w.]{1,60}$/),
        sealed: z.string().regex(/^[\w-]+$/),
        hash: HASH,
      }),
    )
    .max(MAX_PARTS),
  hash: HASH,
  // The last character holds two bits of the signature and four of nothing: 64 bytes are written in one way only.
  sig: z.string().regex(/^[\w-]{85}[AQgw]$/),
});

/** For descriptions of the interface; what comes in is read by `parseBundle`. */
export const bundleSchema: z.ZodType<Bundle> = bundleShape;

/** @param sign base64url signature over the canonical JSON of a value, by the device named in the head */
export async function makeBundle(
  head: Omit<BundleHead, 'kind' | 'v'>,
  sealed: readonly SealedPart[],
  sign: (value: unknown) => Promise<string>,
): Promise<Bundle> {
  const parts = await Promise.all(sealed.map(async (part) => ({ ...part, hash: await hashOfPart(part) })));
  const unsigned = { kind: 'sanji-bundle' as const, v: BUNDLE_VERSION, ...head, parts } as const;
  const covered = coveredBy(unsigned);
  return { ...unsigned, hash: await hash(covered), sig: await sign(covered) };
}

/** Well-formed is all that is asked here; whether it is whole and whose it is, `verifyBundle` finds out. */
export function parseBundle(input: unknown): Result<Bundle> {
  const parsed = bundleShape.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  if (typeof input !== 'object' || input === null || !('kind' in input)) return refused('bundle-unreadable');
  const [field, index] = parsed.error.issues[0]?.path ?? [];
  if (field === 'parts' && typeof index === 'number')
    return refused('bundle-part-altered', { part: index + 1 });
  return refused(field === 'sig' ? 'bundle-signature-invalid' : 'bundle-head-altered');
}

/** As a file: the one way of writing it that `readBundle` takes. */
export function bundleText(bundle: Bundle): string {
  return canonicalize(bundle);
}

export function readBundle(text: string): Result<Bundle> {
  if (text.length > MAX_BUNDLE_FILE_BYTES) return refused('too-large', { maxBytes: MAX_BUNDLE_FILE_BYTES });
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    // Cut off, or no bundle at all.
    return refused('bundle-unreadable');
  }
  const bundle = parseBundle(input);
  // A name twice, an escape, a blank: read alike, and yet not what was written.
  return bundle.ok && bundleText(bundle.value) !== text ? refused('bundle-unreadable') : bundle;
}

/** Undefined when every byte is the maker's. */
export async function verifyBundle(
  bundle: Bundle,
  publicKey: DeviceKey['publicKey'],
): Promise<Problem | undefined> {
  const hashes = await Promise.all(bundle.parts.map(hashOfPart));
  const altered = bundle.parts.findIndex((part, i) => part.hash !== hashes[i]);
  if (altered >= 0) return problem('bundle-part-altered', { part: altered + 1 });
  const covered = coveredBy(bundle);
  if ((await hash(covered)) !== bundle.hash) return problem('bundle-head-altered');
  const isSigned = await verifyValue(covered, bundle.sig, await importPublicKey(publicKey));
  return isSigned ? undefined : problem('bundle-signature-invalid');
}

export async function sealPart(key: SealKey, text: string, label: string): Promise<SealedPart> {
  return { label, sealed: toBase64Url(await sealText(key, text, label)) };
}

/** Undefined when it does not open under this key: damaged before it was put into the bundle. */
export async function openPart(key: SealKey, { label, sealed }: SealedPart): Promise<string | undefined> {
  const bytes = fromBase64Url(sealed);
  if (bytes === undefined) return undefined;
  try {
    return await openText(key, bytes, label);
  } catch {
    // WebCrypto says no more than that it did not open.
    return undefined;
  }
}

/** Parts in as many groups as it takes to keep each bundle below `maxBytes`; a part that is larger stands alone. */
export function groupParts(parts: readonly SealedPart[], maxBytes: number): SealedPart[][] {
  const groups: SealedPart[][] = [];
  let bytes = Infinity;
  for (const part of parts) {
    const size = part.label.length + part.sealed.length + PART_FRAME;
    bytes += size;
    const last = groups.at(-1);
    if (last !== undefined && bytes <= maxBytes && last.length < MAX_PARTS) last.push(part);
    else {
      groups.push([part]);
      bytes = BUNDLE_FRAME + size;
    }
  }
  return groups;
}

function coveredBy({ parts, ...rest }: Omit<Bundle, 'hash' | 'sig'> & Partial<Bundle>): unknown {
  const { hash: _hash, sig: _sig, ...head } = rest;
  return { ...head, parts: parts.map((part) => part.hash) };
}

function hashOfPart({ label, sealed }: SealedPart): Promise<string> {
  return hash({ label, sealed });
}
