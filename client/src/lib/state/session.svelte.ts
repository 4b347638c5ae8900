/** Who works at this terminal, and whether it is locked. */
import type { Role } from '@sanji/sync/domain/action';
import type { Staff, Unit } from '@sanji/sync/domain/catalog';
import { problem, type Problem } from '@sanji/sync/domain/problem';
import { fromBase64Url } from '@sanji/sync/domain/signing';
import type { Actor } from '@sanji/sync/domain/state';
import type { FactorNeed } from '#lib/hub/second-factor.ts';
import { changePassword, logIn, logOut, type StaffLogin } from '#lib/hub/staff-session.ts';
import { keepOverReload, releaseKept, takeKept } from '#lib/local/kept-key.ts';
import { importSealKey, type SealKey } from '#lib/local/seal.ts';
import type { DeviceRecord } from '#lib/local/station-database.ts';
import type { Station } from '#lib/local/station.ts';
import { catalogState } from './catalog.svelte.ts';
import { clock } from './clock.svelte.ts';
import { storeTrouble } from './store-trouble.svelte.ts';

const IDLE_LOCK_MS = 5 * 60_000;
/** Survives a reload of the tab, not the end of the browser. */
const KEPT = 'sanji-unlocked';
const SEAL_KEY_BYTES = 32;

class Session {
  device: DeviceRecord | undefined = $state.raw();
  #staffId: string | undefined = $state();
  #station: Station | undefined;
  #fill: () => Promise<void> = () => Promise.resolve();
  /** Whether the cases are open and what a crash left is settled: before, nothing may be sent or taken away. */
  isReadable = false;
  /** Set by what waits for that. */
  onUnsealed: () => void = () => undefined;
  readonly #ticket = crypto.randomUUID();
  /** When and by whom the terminal was locked last, for the unlock screen. */
  lastLock: { at: number; staffId: string; name: string } | undefined = $state.raw();
  /** Whose password this terminal knew was changed elsewhere. */
  outdated: string | undefined = $state();
  /** An administrator has seen the password: a new one is due before anything else. */
  mustChange = $state(false);
  /** What the hub wants before anything is administered. Unknown, and undefined, after a reload. */
  factor: FactorNeed | undefined = $state();
  /** Of a login that the hub has not answered yet: a reload of the page must not cut it off. */
  #unanswered: { staffId: string; password: string } | undefined;
  /** Whether the hub knows of this session: without it, only what is local can be done. */
  hubLogin: 'none' | 'asking' | 'open' = $state('none');
  /** Why the hub did not take the login of a clerk who works offline. */
  hubProblem: Problem | undefined = $state.raw();

  /** Somebody who was dismissed, or works elsewhere now, is nobody here. */
  staff: Staff | undefined = $derived(
    catalogState.staffHere.find(({ staffId }) => staffId === this.#staffId),
  );
  unit: Unit | undefined = $derived(catalogState.unit(this.device?.unit));
  actor: Actor | undefined = $derived(
    this.staff === undefined || this.unit === undefined
      ? undefined
      : { staffId: this.staff.staffId, unit: this.staff.unit, tier: this.unit.tier, roles: this.staff.roles },
  );
  isOpen = $derived(this.staff !== undefined);

  /**
   * Resolves when it is known whether the person who worked in this tab a moment ago goes on.
   * @param fill called once, when the cases can be read
   */
  async start(station: Station, device: DeviceRecord, fill: () => Promise<void>): Promise<void> {
    this.#station = station;
    this.#fill = fill;
    this.device = device;
    keepOverReload(() => {
      const { key } = station.seal;
      if (key === undefined || this.#staffId === undefined) return undefined;
      const login = this.#unanswered;
      return { ticket: this.#ticket, kept: { key, ...(login !== undefined && { login }) } };
    });
    const kept = readKept();
    if (kept === undefined || isLongAgo(kept.seenAt)) return;
    const taken = await takeKept(kept.ticket);
    if (taken === undefined) return;
    this.unseal(taken.key);
    this.#staffId = kept.staffId;
    this.hubLogin = 'open';
    // Under this page's ticket from now on: reloaded at once, it must find the key again.
    sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, ticket: this.#ticket }));
    releaseKept(kept.ticket);
    const { login } = taken;
    if (login?.staffId === kept.staffId) void this.#confirm(login.staffId, login.password);
  }

  /** The cases stay open when the terminal is locked: what goes to the hub must not wait for a clerk. */
  unseal(key: SealKey): void {
    if (this.#station === undefined || this.#station.seal.isOpen) return;
    this.#station.seal.open(key);
    void this.#fill().then(() => {
      this.isReadable = true;
      this.onUnsealed();
    });
  }

  has(role: Role): boolean {
    return this.staff?.roles.includes(role) ?? false;
  }

  /** Undefined when it opened. Never waits for the hub where this terminal knows the person. */
  async unlock(staffId: string, password: string): Promise<Problem | undefined> {
    const station = this.#station;
    if (station === undefined) return problem('device-required');
    const check = await station.credentials.check(staffId, password, clock.now);
    if (check.kind === 'locked') return problem('locked-out', { minutes: check.minutes });
    if (check.kind === 'ok') {
      this.unseal(check.key);
      this.#open(staffId);
      void this.#confirm(staffId, password);
      return undefined;
    }
    // Unknown here, expired, or changed at the hub since: the hub's word counts.
    const refusal = await this.#tellHub(staffId, password);
    if (refusal === undefined) {
      this.#open(staffId);
      return undefined;
    }
    return refusal.code === 'offline' && check.kind === 'wrong'
      ? problem('login-failed', { triesLeft: check.triesLeft })
      : refusal;
  }

  /** What this terminal takes for the password may have been changed elsewhere: then it opens nothing here any more. */
  async #confirm(staffId: string, password: string): Promise<void> {
    const login = { staffId, password };
    this.#unanswered = login;
    const refusal = await this.#tellHub(staffId, password);
    // Another person may have come to the terminal meanwhile.
    if (this.#unanswered === login) this.#unanswered = undefined;
    if (refusal?.code !== 'login-failed') return;
    await this.#station?.credentials.forget(staffId);
    this.outdated = staffId;
    if (this.#staffId === staffId) this.lock();
  }

  /** Undefined when it was changed: at the hub, and for unlocking this terminal without it. */
  async changePassword(oldPassword: string, newPassword: string): Promise<Problem | undefined> {
    const staffId = this.#staffId;
    const device = this.device;
    if (staffId === undefined || device === undefined) return problem('login-required');
    const change = { oldPassword, newPassword, deviceId: device.deviceId };
    let answer = await changePassword(change);
    // The hub forgets a person after half an hour; the old password is at hand to come back with.
    if (!answer.ok && answer.problem.code === 'login-required') {
      const refusal = await this.#tellHub(staffId, oldPassword);
      if (refusal !== undefined) return refusal;
      answer = await changePassword(change);
    }
    return answer.ok ? this.#remember(answer.value, newPassword) : answer.problem;
  }

  async #tellHub(staffId: string, password: string): Promise<Problem | undefined> {
    const deviceId = this.device?.deviceId;
    this.hubLogin = 'asking';
    const answer = await logIn({ staffId, password, ...(deviceId === undefined ? {} : { deviceId }) });
    if (!answer.ok) {
      this.hubLogin = 'none';
      this.hubProblem = answer.problem;
      return answer.problem;
    }
    this.hubLogin = 'open';
    this.hubProblem = undefined;
    return this.#remember(answer.value, password);
  }

  /** From now on this terminal opens for the person without the hub. */
  async #remember(
    { staff: { staffId, name }, offlineUntil, sealKey, mustChange = false, factor }: StaffLogin,
    password: string,
  ): Promise<Problem | undefined> {
    const rawKey = fromBase64Url(sealKey ?? '');
    if (rawKey?.length !== SEAL_KEY_BYTES) return problem('internal', { reference: 'seal-key' });
    try {
      await this.#station?.credentials.remember({ staffId, name, offlineUntil }, { password, rawKey });
    } catch (error) {
      // The person may work all the same; what unlocks without the hub is what it was.
      storeTrouble.note(error);
    }
    this.outdated = undefined;
    this.mustChange = mustChange;
    this.factor = factor;
    this.unseal(await importSealKey(rawKey));
    return undefined;
  }

  #open(staffId: string): void {
    this.#staffId = staffId;
    this.touch();
  }

  /** The clerk did something: the idle time starts again. */
  touch(): void {
    if (this.#staffId === undefined) return;
    const kept: Kept = { staffId: this.#staffId, seenAt: Date.now(), ticket: this.#ticket };
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }

  /** Also when the person at work was dismissed. */
  lockIfIdle(): void {
    if (this.#staffId === undefined) return;
    const kept = readKept();
    const isIdle = kept === undefined || isLongAgo(kept.seenAt);
    if (isIdle || this.staff === undefined) this.lock();
  }

  lock(): void {
    if (this.staff !== undefined) {
      const { staffId, name } = this.staff;
      this.lastLock = { at: clock.now, staffId, name };
    }
    this.mustChange = false;
    this.factor = undefined;
    this.#unanswered = undefined;
    this.#staffId = undefined;
    sessionStorage.removeItem(KEPT);
    if (this.hubLogin === 'open') void logOut();
    this.hubLogin = 'none';
  }
}

interface Kept {
  staffId: string;
  seenAt: number;
  /** Under which the service worker keeps the seal key over a reload. */
  ticket: string;
}

/** Either way: a clock that was put back must not keep the terminal open until it has caught up. */
function isLongAgo(seenAt: number): boolean {
  return Math.abs(Date.now() - seenAt) >= IDLE_LOCK_MS;
}

function readKept(): Kept | undefined {
  const kept = sessionStorage.getItem(KEPT);
  return kept === null ? undefined : (JSON.parse(kept) as Kept);
}

export const session = new Session();
