/**
 * Who is logged in. Sessions live in the directory, so that they survive a restart and hold on every hub process; the cookie carries a
 * random secret of which only the hash is stored. Lock-out counts a try before it checks the password: guesses sent at once count too.
 */
import { createHash, randomBytes } from 'node:crypto';
import { hash as argonHash, verify as argonVerify } from '@node-rs/argon2';
import type { Staff } from '@sanji/sync/domain/catalog';
import { passwordProblem } from '@sanji/sync/domain/password';
import { refused, type Problem, type Result } from '@sanji/sync/domain/problem';
import type { SecurityPolicy } from '@sanji/sync/domain/security-policy';
import type { Clock } from '@sanji/sync/replication/ports';
import type { DirectoryStore, StaffCredential, Versioned } from '../store/directory-store.ts';
import { isCommonPassword } from './common-passwords.ts';
import { isLocked } from './lock.ts';

export const IDLE_MS = 30 * 60_000;
/** A working day and its overtime; then the password is asked again whatever happened. */
const LIFETIME_MS = 12 * 3_600_000;
const DAY_MS = 86_400_000;
/** A person at several windows, and sessions that were left without logging out; past that the one silent for longest ends. */
export const SESSIONS_A_PERSON = 10;
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
  /** Opened with a password that an administrator has seen, or that is too old. */
  mustChange?: boolean;
  /** The second factor was shown too. */
  isProven?: boolean;
  /** The terminal it was opened at. */
  deviceId?: string;
}

export interface Login {
  staff: Staff;
  /** The cookie's secret. */
  token: string;
  /** The password only opens the way to a new one. */
  mustChange?: boolean;
  /** What is still to be done before administering: show the second factor, or set one up. */
  factor?: 'asked' | 'due';
}

export interface OpenSession {
  id: string;
  staffId: string;
  startedAt: number;
  seenAt: number;
  isProven: boolean;
  deviceId?: string;
}

export interface FoundSession {
  staff: Staff;
  sessionId: string;
  mustChange: boolean;
  isProven: boolean;
}

export interface StaffSessionsDeps {
  directory: DirectoryStore;
  clock: Clock;
  /** The person as the catalog has them now; undefined when unknown or no longer active. */
  findStaff: (staffId: string) => Staff | undefined;
  /** As of now. */
  policy: () => SecurityPolicy;
}

export class StaffSessions {
  readonly #directory: DirectoryStore;
  readonly #clock: Clock;
  readonly #findStaff: (staffId: string) => Staff | undefined;
  readonly #policy: () => SecurityPolicy;
  /** Verified against when there is no such person, so that the time taken does not tell. */
  readonly #decoy: Promise<string>;

  constructor({ directory, clock, findStaff, policy }: StaffSessionsDeps) {
    this.#directory = directory;
    this.#clock = clock;
    this.#findStaff = findStaff;
    this.#policy = policy;
    this.#decoy = hashPassword(randomBytes(16).toString('hex'));
  }

  /** Problems: login-failed {triesLeft}, locked-out {minutes}. */
  async login(staffId: string, password: string, deviceId?: string): Promise<Result<Login>> {
    const staff = this.#findStaff(staffId);
    const proven = await this.#prove(staffId, password);
    if (!proven.ok) return proven;
    if (staff === undefined) return refused('login-failed', { triesLeft: this.#policy().tries - 1 });
    const { mustChange = false, passwordChangedAt } = proven.value;
    const isOld = this.#clock.now() - passwordChangedAt > this.#policy().maxAgeDays * DAY_MS;
    const begun = { mustChange: mustChange || isOld, ...(deviceId !== undefined && { deviceId }) };
    return { ok: true, value: { staff, token: await this.begin(staffId, begun), ...begun } };
  }

  /** For a person whose password has been proven, here or at the district. Gives the cookie's secret. */
  async begin(
    staffId: string,
    { mustChange = false, deviceId }: Pick<SessionRecord, 'mustChange' | 'deviceId'> = {},
  ): Promise<string> {
    const now = this.#clock.now();
    await this.#update(staffId, (found) => ({
      ...found,
      failures: 0,
      lockedUntil: 0,
      // Set by a clock that was ahead, it would never grow old.
      passwordChangedAt: Math.min(found.passwordChangedAt, now),
    }));
    await this.#makeRoom(staffId);
    const token = randomBytes(32).toString('base64url');
    await this.#documents().put(idOf(token), {
      staffId,
      startedAt: now,
      seenAt: now,
      ...(mustChange && { mustChange }),
      ...(deviceId !== undefined && { deviceId }),
    });
    return token;
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
    if (!isFirst) await this.#update(staffId, (known) => ({ ...given, formerHashes: this.#formerOf(known) }));
    await this.endAll(staffId);
  }

  /**
   * The old password is asked again, and a wrong one counts like a wrong login: a terminal left open must not be enough. Every other session
   * of the person ends.
   * Problems: password-weak, password-common, password-same, password-reused, login-failed, locked-out, edit-conflict.
   */
  async changePassword(
    { staffId, sessionId }: { staffId: string; sessionId: string },
    { oldPassword, newPassword }: { oldPassword: string; newPassword: string },
  ): Promise<Result<void>> {
    const weak = passwordProblem(newPassword, { staffId }, this.#policy());
    if (weak !== undefined) return { ok: false, problem: weak };
    if (isCommonPassword(newPassword)) return refused('password-common');
    const proven = await this.#prove(staffId, oldPassword);
    if (!proven.ok) return proven;
    if (newPassword === oldPassword) return refused('password-same');
    const used = await this.#usedProblem(proven.value, newPassword);
    if (used !== undefined) return { ok: false, problem: used };
    const passwordHash = await hashPassword(newPassword);
    const written = await this.#update(staffId, (known) =>
      // Changed meanwhile: the old password was right for what is no more.
      known.passwordHash === proven.value.passwordHash
        ? {
            staffId,
            passwordHash,
            failures: 0,
            lockedUntil: 0,
            passwordChangedAt: this.#clock.now(),
            formerHashes: this.#formerOf(known),
          }
        : undefined,
    );
    if (written?.changed !== true) return refused('edit-conflict');
    await this.endAll(staffId, sessionId);
    await this.#free(sessionId);
    return { ok: true, value: undefined };
  }

  /** As many as the policy looks back to, the newest first. */
  #formerOf({ passwordHash, formerHashes = [] }: StaffCredential): string[] {
    return [passwordHash, ...formerHashes].slice(0, this.#policy().history - 1);
  }

  async #usedProblem(known: StaffCredential, password: string): Promise<Problem | undefined> {
    const { history } = this.#policy();
    // A password that was given counts as used: others have seen it.
    const former = [known.passwordHash, ...(known.formerHashes ?? [])].slice(0, history);
    const hits = await Promise.all(former.map((hash) => argonVerify(hash, password)));
    return hits.includes(true) ? { code: 'password-reused', params: { count: history } } : undefined;
  }

  /** The person behind a cookie's secret has an own password now, set elsewhere: the session opens everything. */
  ownPasswordSet(token: string): Promise<void> {
    return this.#free(idOf(token));
  }

  async #free(sessionId: string): Promise<void> {
    const own = await this.#documents().find(sessionId);
    if (own?.value.mustChange !== true) return;
    const { mustChange: _done, ...free } = own.value;
    await this.#documents().put(sessionId, free, own.rev);
  }

  async #prove(staffId: string, password: string): Promise<Result<StaffCredential>> {
    const { tries, lockMinutes } = this.#policy();
    const reserved = await this.#reserveTry(staffId);
    if (reserved === undefined || this.#findStaff(staffId) === undefined) {
      await argonVerify(await this.#decoy, password);
      return refused('login-failed', { triesLeft: tries - 1 });
    }
    if (!reserved.ok) return reserved;
    const credential = reserved.value;
    if (await argonVerify(credential.passwordHash, password)) return { ok: true, value: credential };
    const triesLeft = tries - credential.failures;
    return triesLeft > 0
      ? refused('login-failed', { triesLeft })
      : refused('locked-out', { minutes: lockMinutes });
  }

  /** The person behind a cookie's secret; undefined when there is none or the idle time has passed. */
  async find(token: string): Promise<FoundSession | undefined> {
    const sessionId = idOf(token);
    const sessions = this.#documents();
    const found = await sessions.find(sessionId);
    if (found === undefined) return undefined;
    const now = this.#clock.now();
    const { staffId } = found.value;
    const staff = this.#findStaff(staffId);
    if (staff === undefined || this.#hasRunOut(found.value)) {
      await sessions.remove(sessionId, found.rev);
      return undefined;
    }
    // A conflict means that another request said the same a moment ago.
    if (Math.abs(now - found.value.seenAt) > TOUCH_MS)
      await sessions.put(sessionId, { ...datedBy(found.value, now), seenAt: now }, found.rev);
    const { mustChange = false, isProven = false } = found.value;
    return { staff, sessionId, mustChange, isProven };
  }

  /** The second factor was shown in this session. False when the session has ended meanwhile. */
  async noteProven(sessionId: string): Promise<boolean> {
    for (;;) {
      const found = await this.#documents().find(sessionId);
      if (found === undefined) return false;
      if (
        (await this.#documents().put(sessionId, { ...found.value, isProven: true }, found.rev)) === 'written'
      )
        return true;
    }
  }

  async end(sessionId: string): Promise<void> {
    const found = await this.#documents().find(sessionId);
    if (found !== undefined) await this.#documents().remove(sessionId, found.rev);
  }

  /** The session of a cookie's secret. Nothing when there is none. */
  endOf(token: string): Promise<void> {
    return this.end(idOf(token));
  }

  async #makeRoom(staffId: string): Promise<void> {
    const own = (await this.#documents().list())
      .filter(({ value }) => value.staffId === staffId)
      .sort((a, b) => a.value.seenAt - b.value.seenAt);
    const surplus = Math.max(0, own.length + 1 - SESSIONS_A_PERSON);
    for (const { id, rev } of own.slice(0, surplus)) await this.#documents().remove(id, rev);
  }

  /** Every session of the person, but for one. Gives how many ended. */
  async endAll(staffId: string, exceptId?: string): Promise<number> {
    let ended = 0;
    for (const { id, value, rev } of await this.#documents().list()) {
      if (value.staffId !== staffId || id === exceptId) continue;
      await this.#documents().remove(id, rev);
      ended += 1;
    }
    return ended;
  }

  /** What has not run out, who was seen last first. `id` is no way in: it is the hash of the cookie. */
  async open(): Promise<OpenSession[]> {
    const open = (await this.#documents().list()).filter(({ value }) => !this.#hasRunOut(value));
    return (
      open
        .map(({ id, value: { staffId, startedAt, seenAt, deviceId, isProven = false } }) => ({
          id,
          staffId,
          startedAt,
          seenAt,
          isProven,
          ...(deviceId !== undefined && { deviceId }),
        }))
        // Of one minute by name: the list stays in its order while people work.
        .sort((a, b) => minuteOf(b.seenAt) - minuteOf(a.seenAt) || a.staffId.localeCompare(b.staffId))
    );
  }

  /** Removes what has run out, and lets what is dated ahead run out from now on. For a timer. */
  async sweep(): Promise<void> {
    const now = this.#clock.now();
    for (const { id, value, rev } of await this.#documents().list()) {
      if (this.#hasRunOut(value)) await this.#documents().remove(id, rev);
      else if (value.startedAt - now > TOUCH_MS || value.seenAt - now > TOUCH_MS)
        await this.#documents().put(id, datedBy(value, now), rev);
    }
  }

  #hasRunOut({ seenAt, startedAt }: SessionRecord): boolean {
    const now = this.#clock.now();
    return now - seenAt > IDLE_MS || now - startedAt > LIFETIME_MS;
  }

  #documents() {
    return this.#directory.documents<SessionRecord>('session');
  }

  async #reserveTry(staffId: string): Promise<Result<StaffCredential> | undefined> {
    const now = this.#clock.now();
    const { tries, lockMinutes } = this.#policy();
    const credential = await this.#update(staffId, (known) => {
      if (isLocked(known, { now, lockMinutes })) return undefined;
      // The lock has run out: counting starts anew.
      const failures = known.lockedUntil > 0 ? 1 : known.failures + 1;
      return { ...known, failures, lockedUntil: failures >= tries ? now + lockMinutes * 60_000 : 0 };
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

/** The hub's clock was ahead when it began or was last used, and has been put right: it is as old as this moment. */
function datedBy(session: SessionRecord, now: number): SessionRecord {
  return {
    ...session,
    startedAt: Math.min(session.startedAt, now),
    seenAt: Math.min(session.seenAt, now),
  };
}

function minuteOf(ms: number): number {
  return Math.floor(ms / 60_000);
}
