/**
 * Lets a known clerk unlock without the network. Holds a verifier made from the password, never the password; the same
 * derivation will later wrap the key of the sealed store.
 */
import type { Credential, StationDatabase } from './station-database.ts';

/** OWASP's floor for PBKDF2 with SHA-256: about half a second on a station's machine. */
const ITERATIONS = 600_000;
const MAX_FAILURES = 5;
const LOCK_MS = 15 * 60_000;

export type UnlockCheck =
  | { kind: 'ok' }
  | { kind: 'unknown' }
  | { kind: 'expired' }
  | { kind: 'wrong'; triesLeft: number }
  | { kind: 'locked'; minutes: number };

export class CredentialStore {
  readonly #station: StationDatabase;

  constructor(station: StationDatabase) {
    this.#station = station;
  }

  async all(): Promise<Pick<Credential, 'staffId' | 'name' | 'offlineUntil'>[]> {
    return this.#station.credentials.toArray();
  }

  async remember(
    person: { staffId: string; name: string; offlineUntil: number },
    password: string,
  ): Promise<void> {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const verifier = await derive(password, salt, ITERATIONS);
    await this.#station.credentials.put({
      ...person,
      salt,
      verifier,
      iterations: ITERATIONS,
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
    if (now < known.lockedUntil)
      return { kind: 'locked', minutes: Math.ceil((known.lockedUntil - now) / 60_000) };
    if (now > known.offlineUntil) return { kind: 'expired' };
    if (isSame(known.verifier, await derive(password, known.salt, known.iterations))) {
      await this.#station.credentials.update(staffId, { failures: 0, lockedUntil: 0 });
      return { kind: 'ok' };
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

async function derive(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(password.normalize('NFC'));
  const key = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations },
    key,
    256,
  );
  return new Uint8Array(bits);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
