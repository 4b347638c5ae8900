/**
 * Lets a known clerk unlock without the network. What the password gives wraps the terminal's seal key; that the wrap opens is the proof,
 * so neither the password nor anything to hold it against is kept.
 */
import { importSealKey, type SealKey } from './seal.ts';
import type { Credential, StationDatabase } from './station-database.ts';

/** OWASP's floor for PBKDF2 with SHA-256: about half a second on a station's machine. */
const ITERATIONS = 600_000;
const MAX_FAILURES = 5;
const LOCK_MS = 15 * 60_000;

export type UnlockCheck =
  | { kind: 'ok'; key: SealKey }
  | { kind: 'unknown' }
  | { kind: 'expired' }
  | { kind: 'wrong'; triesLeft: number }
  | { kind: 'locked'; minutes: number };

export class CredentialStore {
  readonly #station: StationDatabase;
  readonly #iterations: number;

  /** @param iterations of what is remembered from now on; fewer for tests alone */
  constructor(station: StationDatabase, iterations = ITERATIONS) {
    this.#station = station;
    this.#iterations = iterations;
  }

  async all(): Promise<Pick<Credential, 'staffId' | 'name' | 'offlineUntil'>[]> {
    return this.#station.credentials.toArray();
  }

  /** @param rawKey the terminal's seal key, as the hub gave it with the login */
  async remember(
    person: { staffId: string; name: string; offlineUntil: number },
    { password, rawKey }: { password: string; rawKey: Uint8Array<ArrayBuffer> },
  ): Promise<void> {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const wrapping = await derive(password, salt, this.#iterations);
    const wrapped = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, wrapping, rawKey);
    await this.#station.credentials.put({
      ...person,
      salt,
      iv,
      wrapped: new Uint8Array(wrapped),
      iterations: this.#iterations,
      failures: 0,
      lockedUntil: 0,
    });
  }

  async forget(staffId: string): Promise<void> {
    await this.#station.credentials.delete(staffId);
  }

  async check(staffId: string, password: string, now: number): Promise<UnlockCheck> {
    const known = await this.#station.credentials.get(staffId);
    if (known === undefined) return { kind: 'unknown' };
    // Set while the clock was ahead, it would last for as long as that.
    if (now < known.lockedUntil && known.lockedUntil - now <= LOCK_MS)
      return { kind: 'locked', minutes: Math.ceil((known.lockedUntil - now) / 60_000) };
    if (now > known.offlineUntil) return { kind: 'expired' };
    const key = await unwrap(known, password);
    if (key !== undefined) {
      // Written only when it says something new: a terminal whose disk is full must open all the same.
      if (known.failures > 0 || known.lockedUntil > 0)
        await this.#station.credentials.update(staffId, { failures: 0, lockedUntil: 0 });
      return { kind: 'ok', key };
    }
    const failures = known.failures + 1;
    const isLocked = failures >= MAX_FAILURES;
    await this.#station.credentials.update(staffId, {
      failures: isLocked ? 0 : failures,
      lockedUntil: isLocked ? now + LOCK_MS : 0,
    });
    return isLocked
      ? { kind: 'locked', minutes: LOCK_MS / 60_000 }
      : { kind: 'wrong', triesLeft: MAX_FAILURES - failures };
  }
}

/** Undefined when it is not the password. */
async function unwrap(
  { salt, iterations, iv, wrapped }: Credential,
  password: string,
): Promise<SealKey | undefined> {
  const wrapping = await derive(password, salt, iterations);
  try {
    const raw = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, wrapping, wrapped);
    return await importSealKey(new Uint8Array(raw));
  } catch {
    // WebCrypto says no more than that it did not open.
    return undefined;
  }
}

async function derive(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(password.normalize('NFC'));
  const key = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations },
    key,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}
