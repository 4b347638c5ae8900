/**
 * The second factor of administrators: codes by time (TOTP, RFC 6238) from an app, and recovery codes for the day on which the phone is lost.
 * The secret leaves the hub once, when it is set up; at rest it is sealed. A try is counted before it is checked, as with passwords, and a
 * code opens once, however many show it at once on however many processes.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Staff } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { isAdministrator, type SecurityPolicy } from '@sanji/sync/domain/security-policy';
import type { Clock } from '@sanji/sync/replication/ports';
import type { DirectoryStore, TypedDocuments } from '../store/directory-store.ts';
import { isLocked } from './lock.ts';

const ISSUER = '三级受理';
/** What every app takes: RFC 6238 with its defaults. */
const CODE = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** As long as the hash is wide (RFC 4226, 4). */
const SECRET_BYTES = 20;
/** A phone's clock may be half a minute off. */
const WINDOW = 1;
const SETUP_MS = 10 * 60_000;
const RECOVERY_CODES = 10;
const RECOVERY_LETTERS = 24;
/** Written down and typed once: no 0/o, 1/l/i. Twenty-four of 31 characters are 118 bits, so a plain keyed hash keeps them (ASVS 6.5.2). */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

interface Sealed {
  iv: string;
  /** With the tag at its end. */
  box: string;
}
interface FactorRecord {
  sealed: Sealed;
  enrolledAt: number;
  /** The time step of the last code that opened: neither it nor an older one opens again. */
  lastStep: number;
  /** Steps of codes that opened while the hub's clock was ahead of what it is since: they do not open again when that time comes. */
  stepsAhead?: number[];
  failures: number;
  lockedUntil: number;
  /** Keyed hashes; a used one is gone. */
  recovery: string[];
}
/** Shown, and not yet confirmed by a first code. */
interface Setup {
  sealed: Sealed;
  startedAt: number;
}

export interface FactorState {
  staffId: string;
  enrolledAt: number;
  /** 0 when not locked. */
  lockedUntil: number;
  recoveryLeft: number;
}

/** What stands between a session and administering. */
export interface FactorGate {
  needed(staff: Staff): Promise<'asked' | 'due' | undefined>;
}

export interface SecondFactorsDeps {
  directory: DirectoryStore;
  clock: Clock;
  /** As of now. */
  policy: () => SecurityPolicy;
}

export class SecondFactors implements FactorGate {
  readonly #clock: Clock;
  readonly #policy: () => SecurityPolicy;
  readonly #factors: TypedDocuments<FactorRecord>;
  readonly #setups: TypedDocuments<Setup>;
  readonly #key: Buffer;

  private constructor({ directory, clock, policy }: SecondFactorsDeps, key: Buffer) {
    this.#clock = clock;
    this.#policy = policy;
    this.#factors = directory.documents<FactorRecord>('factor');
    this.#setups = directory.documents<Setup>('factor-setup');
    this.#key = key;
  }

  static async open(deps: SecondFactorsDeps): Promise<SecondFactors> {
    const keys = deps.directory.documents<{ key: string }>('factor-key');
    await keys.put('own', { key: randomBytes(32).toString('base64url') });
    const stored = await keys.find('own');
    return new SecondFactors(deps, Buffer.from(stored?.value.key ?? '', 'base64url'));
  }

  /** `asked`: there is one, to be shown; `due`: there must be one and is not. */
  async needed({ staffId, roles }: Staff): Promise<'asked' | 'due' | undefined> {
    if ((await this.#factors.find(staffId)) !== undefined) return 'asked';
    return this.#policy().factor === 'required' && isAdministrator(roles) ? 'due' : undefined;
  }

  async list(): Promise<FactorState[]> {
    const at = { now: this.#clock.now(), lockMinutes: this.#policy().lockMinutes };
    return (await this.#factors.list()).map(({ id, value: { enrolledAt, lockedUntil, recovery } }) => ({
      staffId: id,
      enrolledAt,
      lockedUntil: isLocked({ lockedUntil }, at) ? lockedUntil : 0,
      recoveryLeft: recovery.length,
    }));
  }

  /** A fresh secret, as text to type and as an address for the app; the old one counts until the new one is confirmed. */
  async setUp(staffId: string): Promise<{ secret: string; uri: string }> {
    const secret = new Secret({ size: SECRET_BYTES });
    const setup: Setup = { sealed: this.#seal(staffId, secret), startedAt: this.#clock.now() };
    for (;;) {
      const known = await this.#setups.find(staffId);
      if ((await this.#setups.put(staffId, setup, known?.rev)) === 'written') break;
    }
    const uri = new TOTP({ ...CODE, issuer: ISSUER, label: staffId, secret }).toString();
    return { secret: secret.base32, uri };
  }

  /** The first code shows that the app has the secret. Gives the recovery codes, once. Problems: not-found, factor-wrong. */
  async confirm(staffId: string, code: string): Promise<Result<string[]>> {
    const setup = await this.#setups.find(staffId);
    const now = this.#clock.now();
    // Either way: the clock may have been ahead when it was begun.
    if (setup === undefined || Math.abs(now - setup.value.startedAt) > SETUP_MS) return refused('not-found');
    const step = this.#stepOf(this.#open(staffId, setup.value.sealed), code);
    if (step === undefined) return refused('factor-wrong', { triesLeft: this.#policy().tries });
    // Whoever confirms at the same time finds the setup gone.
    if ((await this.#setups.remove(staffId, setup.rev)) === 'conflict') return refused('not-found');
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    const factor: FactorRecord = {
      sealed: setup.value.sealed,
      enrolledAt: now,
      lastStep: step,
      failures: 0,
      lockedUntil: 0,
      recovery: codes.map((each) => this.#print(staffId, each)),
    };
    for (;;) {
      const known = await this.#factors.find(staffId);
      if ((await this.#factors.put(staffId, factor, known?.rev)) === 'written') break;
    }
    return { ok: true, value: codes };
  }

  /** Problems: factor-due without one, factor-wrong {triesLeft}, factor-replayed, locked-out {minutes}. */
  async prove(staffId: string, shown: string): Promise<Result<{ by: 'code' | 'recovery' }>> {
    const { tries, lockMinutes } = this.#policy();
    const now = this.#clock.now();
    const counted = await this.#update(staffId, (known) => {
      if (isLocked(known, { now, lockMinutes })) return undefined;
      const failures = known.lockedUntil > 0 ? 1 : known.failures + 1;
      return { ...known, failures, lockedUntil: failures >= tries ? now + lockMinutes * 60_000 : 0 };
    });
    if (counted === undefined) return refused('factor-due');
    const { value: known } = counted;
    if (!counted.changed)
      return refused('locked-out', { minutes: Math.ceil((known.lockedUntil - now) / 60_000) });
    const step = this.#stepOf(this.#open(staffId, known.sealed), shown);
    const print = this.#print(staffId, shown);
    if (step === undefined && !known.recovery.includes(print))
      return isLocked(known, { now, lockMinutes })
        ? refused('locked-out', { minutes: lockMinutes })
        : refused('factor-wrong', { triesLeft: tries - known.failures });
    const opened = await this.#update(staffId, (latest) => {
      const used =
        step === undefined
          ? withoutRecovery(latest, print)
          : withStep(latest, { step, newest: stepAt(now) + WINDOW });
      return used === undefined ? undefined : { ...used, failures: 0, lockedUntil: 0 };
    });
    return opened?.changed === true
      ? { ok: true, value: { by: step === undefined ? 'recovery' : 'code' } }
      : refused('factor-replayed');
  }

  /** False when there was none. Whatever was being set up goes too. */
  async reset(staffId: string): Promise<boolean> {
    await removeWhole(this.#setups, staffId);
    return removeWhole(this.#factors, staffId);
  }

  /** The time step whose code was shown. */
  #stepOf(secret: Secret, code: string): number | undefined {
    // An input method for Chinese may write digits in full width.
    const token = code.normalize('NFKC').replaceAll(/\s/g, '');
    // The library throws at what is as long but no digits.
    if (!/^[0-9]+$/.test(token)) return undefined;
    const timestamp = this.#clock.now();
    const delta = new TOTP({ ...CODE, secret }).validate({ token, timestamp, window: WINDOW });
    return delta === null ? undefined : stepAt(timestamp) + delta;
  }

  /** Bound to the person: moved to another record it does not open. */
  #seal(staffId: string, secret: Secret): Sealed {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(staffId));
    const box = Buffer.concat([cipher.update(secret.bytes), cipher.final(), cipher.getAuthTag()]);
    return { iv: iv.toString('base64url'), box: box.toString('base64url') };
  }

  #open(staffId: string, { iv, box }: Sealed): Secret {
    const bytes = Buffer.from(box, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, Buffer.from(iv, 'base64url'))
      .setAAD(Buffer.from(staffId))
      .setAuthTag(bytes.subarray(-16));
    const plain = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
    return new Secret({ buffer: new Uint8Array(plain).buffer });
  }

  #print(staffId: string, code: string): string {
    const plain = code.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
    return createHmac('sha256', this.#key).update(`${staffId}\n${plain}`).digest('base64url');
  }

  async #update(
    staffId: string,
    change: (known: FactorRecord) => FactorRecord | undefined,
  ): Promise<{ value: FactorRecord; changed: boolean } | undefined> {
    for (;;) {
      const found = await this.#factors.find(staffId);
      if (found === undefined) return undefined;
      const next = change(found.value);
      if (next === undefined) return { value: found.value, changed: false };
      if ((await this.#factors.put(staffId, next, found.rev)) === 'written')
        return { value: next, changed: true };
    }
  }
}

function stepAt(timeMs: number): number {
  return Math.floor(timeMs / (CODE.period * 1_000));
}

/** Undefined: it was used. */
function withoutRecovery(known: FactorRecord, print: string): FactorRecord | undefined {
  if (!known.recovery.includes(print)) return undefined;
  return { ...known, recovery: known.recovery.filter((each) => each !== print) };
}

/**
 * Undefined: a code of this step, or of a later one, has opened. A step beyond `newest`, the newest that the clock allows now, shows that the
 * clock was ahead: it is set aside, or no code would open before that time has come.
 */
function withStep(
  known: FactorRecord,
  { step, newest }: { step: number; newest: number },
): FactorRecord | undefined {
  const { lastStep, stepsAhead = [], ...rest } = known;
  const isAhead = lastStep > newest;
  if ((!isAhead && step <= lastStep) || stepsAhead.includes(step)) return undefined;
  const ahead = (isAhead ? [...stepsAhead, lastStep] : stepsAhead).filter((each) => each > step);
  return { ...rest, lastStep: step, ...(ahead.length > 0 && { stepsAhead: ahead }) };
}

async function removeWhole(documents: TypedDocuments<object>, id: string): Promise<boolean> {
  for (;;) {
    const found = await documents.find(id);
    if (found === undefined) return false;
    if ((await documents.remove(id, found.rev)) === 'written') return true;
  }
}

function newRecoveryCode(): string {
  const letters = Array.from({ length: RECOVERY_LETTERS }, () =>
    LETTERS.charAt(randomInt(LETTERS.length)),
  ).join('');
  return letters.replaceAll(/(.{4})(?=.)/g, '$1-');
}
