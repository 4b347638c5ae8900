/** Who this relay is: its key pair, made here and kept in its own store, and the street it was enrolled for with a one-time code, once. */
import { randomBytes } from 'node:crypto';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { Problem } from '@sanji/sync/domain/problem';
import { exportPublicKey } from '@sanji/sync/domain/signing';
import { ConfigError } from '../config.ts';
import type { DirectoryStore } from '../store/directory-store.ts';
import { askDistrict, askDistrictJson } from './ask-district.ts';

/** For an operator, with what to do. */
export const OUT_OF_SERVICE =
  'The district has taken this relay out of service. To serve the street again, start on an empty DATA_DIR with a new code in RELAY_CODE; keep the old folder until the stations have handed in what waited.';

const REVOKED = 'revoked';
const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;

interface StoredIdentity {
  deviceId: string;
  street: string;
  /** Names this store: what a station remembers of another store of the same relay means nothing here. */
  storeId: string;
  privateKey: JsonWebKey;
  enrolledAt: number;
}

export interface RelayIdentity {
  deviceId: string;
  street: string;
  /** Device and store, as stations know the relay. */
  relay: string;
  privateKey: CryptoKey;
}

export interface EnrolOptions {
  upstreamUrl: string;
  /** One-time code for the street, of kind relay. Needed once. */
  code?: string;
  now: number;
}

/** Rejects with ConfigError that says what to do when the relay is not enrolled yet and cannot be now. */
export async function openIdentity(
  directory: Pick<DirectoryStore, 'documents'>,
  options: EnrolOptions,
): Promise<RelayIdentity> {
  if ((await directory.documents('relay').find(REVOKED)) !== undefined) throw new ConfigError(OUT_OF_SERVICE);
  const documents = directory.documents<StoredIdentity>('relay');
  const found = await documents.find('own');
  if (found !== undefined) return opened(found.value);
  const enrolled = await enrol(options);
  if ((await documents.put('own', enrolled)) !== 'written')
    throw new Error('another process has enrolled on this store');
  return opened(enrolled);
}

/** For the next start, whether or not the district answers then. */
export async function noteRevoked(directory: Pick<DirectoryStore, 'documents'>): Promise<void> {
  await directory.documents<{ isRevoked: true }>('relay').put(REVOKED, { isRevoked: true });
}

async function enrol({ upstreamUrl, code, now }: EnrolOptions): Promise<StoredIdentity> {
  if (code === undefined)
    throw new ConfigError(
      'This relay is not enrolled yet. Have an administrator make a one-time code of kind relay for the street, and start once with RELAY_CODE set to it.',
    );
  await assertDistrict(upstreamUrl);
  const pair = await crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const publicKey = await exportPublicKey(pair.publicKey);
  const joined = await askDistrictJson<{ deviceId: string; unit: string; device: DeviceKey }>(upstreamUrl, {
    method: 'POST',
    path: '/api/devices/enrol',
    body: { code, publicKey, kind: 'relay' },
  });
  if (!joined.ok) throw new ConfigError(whyNot(joined.problem));
  const { deviceId, unit: street } = joined.value;
  const privateKey = await crypto.subtle.exportKey('jwk', pair.privateKey);
  return { deviceId, street, storeId: randomBytes(6).toString('hex'), privateKey, enrolledAt: now };
}

/** A relay behind a relay would hand up to somebody who rules on nothing. */
async function assertDistrict(upstreamUrl: string): Promise<void> {
  const answer = await askDistrict(upstreamUrl, { path: '/healthz' });
  if (!answer.ok) throw new ConfigError(whyNot(answer.problem));
  const health = await hubHealth(answer.value);
  if (health === undefined)
    throw new ConfigError(
      'What answers at UPSTREAM_URL is no district hub. Check the address, and whether something in between answers in its place.',
    );
  if (health.relay !== undefined)
    throw new ConfigError('UPSTREAM_URL names a street relay. Name the district hub instead.');
}

/** Undefined when it is something else that answers. */
async function hubHealth(answer: Response): Promise<{ relay?: unknown } | undefined> {
  try {
    const said = (await answer.json()) as { status?: unknown; store?: unknown; relay?: unknown } | null;
    return said?.status === undefined || said.store === undefined ? undefined : said;
  } catch {
    return undefined;
  }
}

function whyNot({ code }: Problem): string {
  if (code === 'offline')
    return 'The district hub at UPSTREAM_URL does not answer. A relay needs it once, to enrol; afterwards it starts without.';
  if (code === 'code-invalid')
    return 'The district hub does not take the code in RELAY_CODE: it is wrong, used, more than a day old, or not of kind relay. Have a new one made.';
  return `The district hub at UPSTREAM_URL did not enrol this relay (${code}).`;
}

async function opened({ deviceId, street, storeId, privateKey }: StoredIdentity): Promise<RelayIdentity> {
  const key = await crypto.subtle.importKey('jwk', privateKey, KEY, false, ['sign']);
  return { deviceId, street, relay: `${deviceId}.${storeId}`, privateKey: key };
}
