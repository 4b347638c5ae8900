/**
 * Hashes and signatures of actions and papers: SHA-256 and ECDSA P-256 over canonical JSON (RFC 8785), by WebCrypto alone, so that
 * browser and hub share it. Keys are passed in; nothing here stores one.
 */
import canonicalJson from 'canonicalize';
import type { ActionId, DeviceId } from './identifiers.ts';
import { actionIdOf } from './identifiers.ts';
import { counterOf, deviceOf } from './action.ts';
import type { AnyActionBody, SignedAction } from './action.ts';
import type { DeviceKey } from './catalog.ts';
import { linkFaults } from './chain.ts';
import type { LinkFault } from './chain.ts';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** Deeper values are left to the library, which does not recurse. */
const MAX_DEPTH = 32;

/** Canonical JSON (RFC 8785). Throws on what JSON cannot carry (NaN, lone surrogates): `parse-action` refuses those first. */
export function canonicalize(value: unknown): string {
  // Numbers and strings are written as JSON.stringify writes them, so only the order of keys is left: what was signed here is in order.
  if (isInOrder(value, 0)) return JSON.stringify(value);
  const text = canonicalJson(value);
  if (text === undefined) throw new TypeError('not representable in JSON');
  return text;
}

/** Plain JSON of which every key stands where RFC 8785 puts it. */
function isInOrder(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'boolean' || value === null) return true;
  if (typeof value !== 'object' || depth === MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isInOrder(item, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  let last = '';
  return Object.entries(value).every(([key, item]) => {
    const isNext = last <= key && key.isWellFormed() && isInOrder(item, depth + 1);
    last = key;
    return isNext;
  });
}

export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Undefined when `text` is not base64url. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalize(value));
}

/** base64url SHA-256 of the canonical JSON of `value`. */
export async function hash(value: unknown): Promise<string> {
  return hashOf(bytesOf(value));
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** A device's pair: the private half cannot be exported, so a copied profile directory cannot be read for it. */
export async function newDeviceKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(KEY, false, ['sign', 'verify']);
}

export async function exportPublicKey(key: CryptoKey): Promise<DeviceKey['publicKey']> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', key);
  if (kty === undefined || crv === undefined || x === undefined || y === undefined) {
    throw new TypeError('not an elliptic-curve key');
  }
  return { kty, crv, x, y };
}

/** Rejects when the key is not a point of P-256. */
export async function importPublicKey({ kty, crv, x, y }: DeviceKey['publicKey']): Promise<CryptoKey> {
  return crypto.subtle.importKey('jwk', { kty, crv, x, y }, KEY, true, ['verify']);
}

/** base64url signature (r‖s) over the canonical JSON of `value`: for papers, QR codes and session requests. */
export async function signValue(value: unknown, privateKey: CryptoKey): Promise<string> {
  return signBytes(bytesOf(value), privateKey);
}

async function signBytes(bytes: Uint8Array<ArrayBuffer>, privateKey: CryptoKey): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.sign(SIGNATURE, privateKey, bytes)));
}

/** False for anything but a good signature of this value; never rejects on bad input. */
export async function verifyValue(value: unknown, sig: string, publicKey: CryptoKey): Promise<boolean> {
  return verifyBytes(bytesOf(value), sig, publicKey);
}

async function verifyBytes(
  bytes: Uint8Array<ArrayBuffer>,
  sig: string,
  publicKey: CryptoKey,
): Promise<boolean> {
  const signature = fromBase64Url(sig);
  return signature?.length === 64 && crypto.subtle.verify(SIGNATURE, publicKey, signature, bytes);
}

export async function signAction(body: AnyActionBody, privateKey: CryptoKey): Promise<SignedAction> {
  const text = canonicalize(body);
  const bytes = new TextEncoder().encode(text);
  const [hash, sig] = await Promise.all([hashOf(bytes), signBytes(bytes, privateKey)]);
  // Kept in the order it was signed in, so that whoever verifies it has nothing to sort.
  return { body: JSON.parse(text) as AnyActionBody, hash, sig };
}

/** True when the hash is the body's and the signature the key's. */
export async function verifyAction(action: SignedAction, publicKey: CryptoKey): Promise<boolean> {
  // Serialized once for both: this is most of what a push costs the hub.
  const bytes = bytesOf(action.body);
  return action.hash === (await hashOf(bytes)) && (await verifyBytes(bytes, action.sig, publicKey));
}

/**
 * `altered`: the hash is not the body's. `missing`: the predecessor is not among the actions given. `forked`: two actions follow the
 * same predecessor, or carry the same id.
 */
export interface ChainFault {
  actionId: ActionId;
  fault: 'altered' | LinkFault;
}

/**
 * Holds the hash chains of the devices among `actions` (of any number of cases, in any order) together and returns what does not fit;
 * empty when all is whole. Gaps in the counter are allowed, gaps in the chain are not (rule 20). Signatures are `verifyAction`'s.
 * @param start per device the hash of the last action verified before; without it a chain must begin at its first action
 */
export async function verifyChain(
  actions: readonly SignedAction[],
  start: ReadonlyMap<DeviceId, string> = new Map(),
): Promise<ChainFault[]> {
  const distinct = [
    ...new Map(actions.map((action) => [`${action.body.id} ${action.hash}`, action])).values(),
  ];
  const faults: ChainFault[] = [];
  for (const action of distinct) {
    if (action.hash !== (await hash(action.body)))
      faults.push({ actionId: action.body.id, fault: 'altered' });
  }
  for (const [device, chain] of Map.groupBy(distinct, deviceOf)) {
    const links = chain.map(({ body, hash }) => ({ counter: counterOf(body.id), hash, prev: body.prev }));
    for (const { link, fault } of linkFaults(links, start.get(device) ?? null)) {
      faults.push({ actionId: actionIdOf(device, link.counter), fault });
    }
  }
  return faults;
}
