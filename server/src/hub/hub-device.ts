/**
 * The hub's own hand: a key kept in the directory and the state of its hash chain, shared by all hub processes. In one process turns are
 * taken in memory; between processes by a lease, and every save is compare-and-set, so a lease that ran out cannot fork the chain.
 */
import { randomBytes } from 'node:crypto';
import type { AnyActionBody, SignedAction } from '@sanji/sync/domain/action';
import type { CatalogDocument, DeviceKey } from '@sanji/sync/domain/catalog';
import { FIRST_EPOCH, type Epoch } from '@sanji/sync/domain/epoch';
import { importPublicKey, signAction, signValue, verifyValue } from '@sanji/sync/domain/signing';
import type { Clock, DeviceState, DeviceStore } from '@sanji/sync/replication/ports';
import type { DirectoryStore, TypedDocuments } from '../store/directory-store.ts';
import { turns } from './turns.ts';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
/** An act takes milliseconds; this is how long others wait for a process that died in the middle of one. */
const LEASE_MS = 15_000;
const RETRY_MS = 50;
const FRESH: DeviceState = { counter: 0, tip: null, intent: null, numbers: {} };

interface StoredKey {
  deviceId: string;
  privateKey: JsonWebKey;
}
interface Lease {
  owner: string;
  until: number;
}

export interface HubDeviceDeps {
  directory: Pick<DirectoryStore, 'documents'>;
  clock: Clock;
  epoch: Epoch;
  /** Other processes may serve on the same store. */
  isShared: boolean;
}

export class HubDevice implements DeviceStore {
  readonly deviceId: string;
  readonly publicKey: DeviceKey['publicKey'];
  readonly #deps: HubDeviceDeps;
  readonly #privateKey: CryptoKey;
  readonly #states: TypedDocuments<DeviceState>;
  readonly #chain: string;
  readonly #owner = randomBytes(8).toString('hex');
  #verifyKey: Promise<CryptoKey> | undefined;
  #rev: string | undefined;
  readonly #inTurn = turns();

  private constructor(deps: HubDeviceDeps, stored: StoredKey, privateKey: CryptoKey) {
    const { kty = '', crv = '', x = '', y = '' } = stored.privateKey;
    this.#deps = deps;
    // The key is the store's for ever; its numbers begin anew with each epoch, since the store has forgotten how far they were.
    this.deviceId = deps.epoch.count === FIRST_EPOCH ? stored.deviceId : `hub${deps.epoch.id}`;
    this.#chain = deps.epoch.count === FIRST_EPOCH ? 'own' : deps.epoch.id;
    this.publicKey = { kty, crv, x, y };
    this.#privateKey = privateKey;
    this.#states = deps.directory.documents<DeviceState>('hub-chain');
  }

  static async open(deps: HubDeviceDeps): Promise<HubDevice> {
    const documents = deps.directory.documents<StoredKey>('hub-key');
    const stored = (await documents.find('own'))?.value ?? (await makeKey(documents));
    const privateKey = await crypto.subtle.importKey('jwk', stored.privateKey, KEY, false, ['sign']);
    return new HubDevice(deps, stored, privateKey);
  }

  /** The entry that lets stations verify what the hub signed. */
  keyFor(district: string): DeviceKey {
    return {
      deviceId: this.deviceId,
      unit: district,
      terminal: 'H1',
      publicKey: this.publicKey,
      status: 'active',
    };
  }

  sign = (body: AnyActionBody): Promise<SignedAction> => signAction(body, this.#privateKey);

  /** For what the hub hands out by name: answers, receipts. */
  signValue = (value: unknown): Promise<string> => signValue(value, this.#privateKey);

  /** What is published, signed: after a restore any holder may give it back. */
  signDocument(doc: Omit<CatalogDocument, 'sig'>): Promise<string> {
    return signValue(doc, this.#privateKey);
  }

  async hasSigned({ sig, ...doc }: CatalogDocument): Promise<boolean> {
    this.#verifyKey ??= importPublicKey(this.publicKey);
    const key = await this.#verifyKey;
    try {
      return sig !== undefined && (await verifyValue(doc, sig, key));
    } catch {
      // What has no canonical form was never signed.
      return false;
    }
  }

  async read(): Promise<DeviceState> {
    const found = await this.#states.find(this.#chain);
    this.#rev = found?.rev;
    return found?.value ?? FRESH;
  }

  async save(state: DeviceState): Promise<void> {
    if ((await this.#states.put(this.#chain, state, this.#rev)) === 'conflict') {
      throw new Error('another process moved the hub’s chain');
    }
    this.#rev = (await this.#states.find(this.#chain))?.rev;
  }

  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(() => (this.#deps.isShared ? this.#leased(work) : work()));
  }

  async #leased<T>(work: () => Promise<T>): Promise<T> {
    const leases = this.#deps.directory.documents<Lease>('hub-lease');
    for (;;) {
      const found = await leases.find('own');
      const now = this.#deps.clock.now();
      // Our own is left over: turns are taken within a process, so nobody here works under it.
      const isFree = found === undefined || hasRunOut(found.value, now) || found.value.owner === this.#owner;
      const lease = { owner: this.#owner, until: now + LEASE_MS };
      if (isFree && (await leases.put('own', lease, found?.rev)) === 'written') break;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    try {
      return await work();
    } finally {
      // What was done is done, though the store fails now: the lease runs out by itself.
      await this.#release(leases).catch(() => undefined);
    }
  }

  async #release(leases: TypedDocuments<Lease>): Promise<void> {
    const held = await leases.find('own');
    if (held?.value.owner === this.#owner)
      await leases.put('own', { owner: this.#owner, until: 0 }, held.rev);
  }
}

/** One that would run for long was taken under a clock that was ahead. Nothing forks should it be held after all: saves are compare-and-set. */
function hasRunOut({ until }: Lease, now: number): boolean {
  return until <= now || until > now + 2 * LEASE_MS;
}

async function makeKey(documents: TypedDocuments<StoredKey>): Promise<StoredKey> {
  const pair = await crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const made: StoredKey = {
    deviceId: `hub${randomBytes(4).toString('hex')}`,
    privateKey: await crypto.subtle.exportKey('jwk', pair.privateKey),
  };
  if ((await documents.put('own', made)) === 'written') return made;
  const other = await documents.find('own');
  if (other === undefined) throw new Error('the hub’s key cannot be read back');
  return other.value;
}
