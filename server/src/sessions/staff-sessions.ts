/**
 * Who is logged in. Sessions live in the directory, so that they survive a restart and hold on every hub process; the cookie carries a
 * random secret of which only the hash is stored. Lock-out counts a try before it checks the password: guesses sent at once count too.
 */
import { createHash, randomBytes } from 'node:crypto';
import { hash as argonHash, verify as argonVerify } from '@node-rs/argon2';
import type { Staff } from '@sanji/sync/domain/catalog';
import { passwordProblem } from '@sanji/sync/domain/password';
import { refused, type Result } from '@sanji/sync/domain/problem';
import type { Clock } from '@sanji/sync/replication/ports';
import type { DirectoryStore, StaffCredential, Versioned } from '../store/directory-store.ts';

export const IDLE_MS = 30 * 60_000;
/** A working day and its overtime; then the password is asked again whatever happened. */
const LIFETIME_MS = 12 * 3_600_000;
const MAX_FAILURES = 5;
const LOCK_OUT_MS = 15 * 60_000;
/** Writing «seen» at every request would cost a disk sync each; a minute is exact enough for half an hour. */
const TOUCH_MS = 60_000;
/** argon2id is the default algorithm; memory and passes by OWASP's first recommendation. */
const ARGON = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export function hashPassword(password: string): Promise<string> {
  return argonHash(password, ARGON);
}

interface SessionRecord {
  staffId: string;
  startedAt: number;
  seenAt: number;
  /** Opened with a password that an administrator has seen. */
  mustChange?: boolean;
}

export interface Login {
  staff: Staff;
  /** The cookie's secret. */
  token: string;
  /** The password only opens the way to a new one. */
  mustChange?: boolean;
}

export interface StaffSessionsDeps {
  directory: DirectoryStore;
  clock: Clock;
  /** The person as the catalog has them now; undefined when unknown or no longer active. */
  findStaff: (staffId: string) => Staff | undefined;
}

export class StaffSessions {
  readonly #directory: DirectoryStore;
  readonly #clock: Clock;
  readonly #findStaff: (staffId: string) => Staff | undefined;
  /** Verified against when there is no such person, so that the time taken does not tell. */
  readonly #decoy: Promise<string>;

  constructor({ directory, clock, findStaff }: StaffSessionsDeps) {
    this.#directory = directory;
    this.#clock = clock;
    this.#findStaff = findStaff;
    this.#decoy = hashPassword(randomBytes(16).toString('hex'));
  }

  /** Problems: login-failed {triesLeft}, locked-out {minutes}. */
  async login(staffId: string, password: string): Promise<Result<Login>> {
    const staff = this.#findStaff(staffId);
    const proven = await this.#prove(staffId, password);
    if (!proven.ok) return proven;
    if (staff === undefined) return refused('login-failed', { triesLeft: MAX_FAILURES - 1 });
    const mustChange = proven.value.mustChange === true;
    return { ok: true, value: { staff, token: await this.begin(staffId), mustChange } };
  }

  /** For a person whose password has been proven, here or at the district. Gives the cookie's secret. */
  async begin(staffId: string): Promise<string> {
    const known = await this.#update(staffId, (found) => ({ ...found, failures: 0, lockedUntil: 0 }));
    return this.#start(staffId, known?.value.mustChange === true);
  }

  /** Sets what an administrator hands over: good for choosing an own one. Ends the person's sessions and the lock-out. */
  async givePassword(staffId: string, password: string): Promise<void> {
    const given: StaffCredential = {
      staffId,
      passwordHash: await hashPassword(password),
      failures: 0,
      lockedUntil: 0,
      passwordChangedAt: this.#clock.now(),
      mustChange: true,
    };
    const isFirst = (await this.#directory.putStaffCredential(given)) === 'written';
    if (!isFirst) await this.#update(staffId, () => given);
    await this.endAll(staffId);
  }

  /**
   * The old password is asked again, and a wrong one counts like a wrong login: a terminal left open must not be enough. Every other session
   * of the person ends.
   * Problems: password-weak, password-same, login-failed, locked-out, edit-conflict.
   */
  async changePassword(
    { staffId, sessionId }: { staffId: string; sessionId: string },
    { oldPassword, newPassword }: { oldPassword: string; newPassword: string },
  ): Promise<Result<void>> {
    const weak = passwordProblem(newPassword, { staffId });
    if (weak !== undefined) return { ok: false, problem: weak };
    const proven = await this.#prove(staffId, oldPassword);
    if (!proven.ok) return proven;
    if (newPassword === oldPassword) return refused('password-same');
    const passwordHash = await hashPassword(newPassword);
    const written = await this.#update(staffId, (known) =>
      // Changed meanwhile: the old password was right for what is no more.
      known.passwordHash === proven.value.passwordHash
        ? { staffId, passwordHash, failures: 0, lockedUntil: 0, passwordChangedAt: this.#clock.now() }
        : undefined,
    );
    if (written?.changed !== true) return refused('edit-conflict');
    await this.endAll(staffId, sessionId);
    const own = await this.#documents().find(sessionId);
    if (own?.value.mustChange === true) {
      const { mustChange: _done, ...free } = own.value;
      await this.#documents().put(sessionId, free, own.rev);
    }
    return { ok: true, value: undefined };
  }

  async #prove(staffId: string, password: string): Promise<Result<StaffCredential>> {
    const reserved = await this.#reserveTry(staffId);
    if (reserved === undefined || this.#findStaff(staffId) === undefined) {
      await argonVerify(await this.#decoy, password);
      return refused('login-failed', { triesLeft: MAX_FAILURES - 1 });
    }
    if (!reserved.ok) return reserved;
    const credential = reserved.value;
    if (await argonVerify(credential.passwordHash, password)) return { ok: true, value: credential };
    const triesLeft = MAX_FAILURES - credential.failures;
    return triesLeft > 0
      ? refused('login-failed', { triesLeft })
      : refused('locked-out', { minutes: LOCK_OUT_MS / 60_000 });
  }

  /** The person behind a cookie's secret; undefined when there is none or the idle time has passed. */
  async find(token: string): Promise<{ staff: Staff; sessionId: string; mustChange: boolean } | undefined> {
    const sessionId = idOf(token);
    const sessions = this.#documents();
    const found = await sessions.find(sessionId);
    if (found === undefined) return undefined;
    const now = this.#clock.now();
    const { staffId, seenAt, startedAt } = found.value;
    const staff = this.#findStaff(staffId);
    if (staff === undefined || now - seenAt > IDLE_MS || now - startedAt > LIFETIME_MS) {
      await sessions.remove(sessionId, found.rev);
      return undefined;
    }
    // A conflict means that another request said the same a moment ago.
    if (now - seenAt > TOUCH_MS) await sessions.put(sessionId, { ...found.value, seenAt: now }, found.rev);
    return { staff, sessionId, mustChange: found.value.mustChange === true };
  }

  async end(sessionId: string): Promise<void> {
    const found = await this.#documents().find(sessionId);
    if (found !== undefined) await this.#documents().remove(sessionId, found.rev);
  }

  /** Every session of the person, but for one. */
  async endAll(staffId: string, exceptId?: string): Promise<void> {
    for (const { id, value, rev } of await this.#documents().list()) {
      if (value.staffId === staffId && id !== exceptId) await this.#documents().remove(id, rev);
    }
  }

  /** Removes what has run out. For a timer. */
  async sweep(): Promise<void> {
    const now = this.#clock.now();
    for (const { id, value, rev } of await this.#documents().list()) {
      if (now - value.seenAt > IDLE_MS || now - value.startedAt > LIFETIME_MS)
        await this.#documents().remove(id, rev);
    }
  }

  #documents() {
    return this.#directory.documents<SessionRecord>('session');
  }

  async #start(staffId: string, mustChange: boolean): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const now = this.#clock.now();
    await this.#documents().put(idOf(token), {
      staffId,
      startedAt: now,
      seenAt: now,
      ...(mustChange && { mustChange }),
    });
    return token;
  }

  async #reserveTry(staffId: string): Promise<Result<StaffCredential> | undefined> {
    const now = this.#clock.now();
    const isLocked = (known: StaffCredential) => known.lockedUntil > now;
    const credential = await this.#update(staffId, (known) => {
      if (isLocked(known)) return undefined;
      // The lock has run out: counting starts anew.
      const failures = known.lockedUntil > 0 ? 1 : known.failures + 1;
      return { ...known, failures, lockedUntil: failures >= MAX_FAILURES ? now + LOCK_OUT_MS : 0 };
    });
    if (credential === undefined) return undefined;
    if (credential.changed) return { ok: true, value: credential.value };
    return refused('locked-out', { minutes: Math.ceil((credential.value.lockedUntil - now) / 60_000) });
  }

  async #update(
    staffId: string,
    change: (known: StaffCredential) => StaffCredential | undefined,
  ): Promise<{ value: StaffCredential; changed: boolean } | undefined> {
    for (;;) {
      const found: Versioned<StaffCredential> | undefined =
        await this.#directory.findStaffCredential(staffId);
      if (found === undefined) return undefined;
      const next = change(found.value);
      if (next === undefined) return { value: found.value, changed: false };
      if ((await this.#directory.putStaffCredential(next, found.rev)) === 'written')
        return { value: next, changed: true };
    }
  }
}

function idOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
