/**
 * An export of the hub for auditors: one file a part of its databases, newline-delimited JSON, and a manifest that holds the SHA-256 of
 * each file and is signed by the hub's own device. What each line holds is in docs/audit-export.md.
 */
import { z } from 'zod';
import type { DeviceKey } from '../domain/catalog.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { DeviceId, UnitCode } from '../domain/identifiers.ts';
import {
  canonicalize,
  fromBase64Url,
  hash,
  importPublicKey,
  toBase64Url,
  verifyValue,
} from '../domain/signing.ts';
import type { Break } from './break.ts';

/** In the order in which they are checked: keys, then who was given them, then what they signed. */
export const PARTS = ['catalog', 'log', 'register', 'cases', 'quarantine'] as const;
export type Part = (typeof PARTS)[number];

export const MANIFEST = 'manifest.json';
export const fileOf = (part: Part): string => `${part}.ndjson`;

export interface Manifest {
  v: 1;
  district: UnitCode;
  /** Of the hub's store: a restore begins another. */
  epoch: Epoch;
  /** The hub's clock, milliseconds since the epoch. What came in between may be in one file and not in another. */
  startedAt: number;
  endedAt: number;
  signer: { deviceId: DeviceId; publicKey: DeviceKey['publicKey'] };
  /** In the order of `PARTS`. */
  files: { part: Part; lines: number; bytes: number; sha256: string }[];
}

const schema = z.strictObject({
  manifest: z.strictObject({
    v: z.literal(1),
    district: z.string(),
    epoch: z.strictObject({ count: z.int().min(1), id: z.string() }),
    startedAt: z.int(),
    endedAt: z.int(),
    signer: z.strictObject({
      deviceId: z.string(),
      publicKey: z.strictObject({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string() }),
    }),
    files: z.array(
      z.strictObject({
        part: z.enum(PARTS),
        lines: z.int().min(0),
        bytes: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    ),
  }),
  sig: z.string(),
});

/** The text of the manifest file: canonical JSON, so that there is one way only to write it. */
export async function sealManifest(
  manifest: Manifest,
  sign: (value: unknown) => Promise<string>,
): Promise<string> {
  return lineOf({ manifest, sig: await sign(manifest) });
}

/** One line of a file, canonical too. */
export function lineOf(value: unknown): string {
  return `${canonicalize(value)}\n`;
}

/** RFC 7638, so that other programs compute the same. */
export async function keyPrint({ kty, crv, x, y }: DeviceKey['publicKey']): Promise<string> {
  return hash({ kty, crv, x, y });
}

/** @param trusted thumbprint of the key that must have signed; without it the manifest's own word is taken */
export async function openManifest(
  text: string,
  trusted?: string,
): Promise<{ ok: true; manifest: Manifest } | { ok: false; found: Break }> {
  const broken = (what: Break['what'], expected: string, found: string) => ({
    ok: false as const,
    found: { file: MANIFEST, what, expected, found },
  });
  const parsed = schema.safeParse(text.endsWith('\n') ? parseLine(text.slice(0, -1)) : undefined);
  if (!parsed.success) return broken('manifest-form', 'a manifest', parsed.error.issues[0]?.message ?? '');
  const { manifest, sig } = parsed.data;
  const names = manifest.files.map(({ part }) => part).join(' ');
  if (names !== PARTS.join(' ')) return broken('manifest-form', PARTS.join(' '), names);
  const print = await keyPrint(manifest.signer.publicKey);
  if (trusted !== undefined && trusted !== print) return broken('manifest-signer', trusted, print);
  const key = await importPublicKey(manifest.signer.publicKey).catch(() => undefined);
  if (key === undefined || !isCanonical(sig) || !(await verifyValue(manifest, sig, key)))
    return broken('manifest-signature', `a signature by ${print}`, sig);
  return { ok: true, manifest };
}

/** The last character of base64 has bits that say nothing: of the ways to write the same bytes one only is taken. */
export function isCanonical(text: string): boolean {
  const bytes = fromBase64Url(text);
  return bytes !== undefined && toBase64Url(bytes) === text;
}

/** What a line holds; undefined when it is not written as `lineOf` writes it, which is one way only. */
export function parseLine(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return canonicalize(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
