/** The shapes of identifiers, and the few functions that take them apart. */

/** Unit code of the administrative division, 12 digits (GB/T 10114), e.g. `530102001013`. */
export type UnitCode = string;
/** Opaque, made offline, sortable by time of making: 26 lower-case Crockford base-32 characters (ULID). */
export type CaseId = string;
/** `deviceId '.' counter`, e.g. `d7k2m9q4.17`. Never reused. */
export type ActionId = string;
export type DeviceId = string;
export type StaffId = string;
export type MatterId = string;
/** A calendar day in Asia/Shanghai, `YYYY-MM-DD`. */
export type Day = string;

export const TIERS = ['community', 'street', 'district'] as const;
export type Tier = (typeof TIERS)[number];

export const DEVICE_ID = /^[a-z0-9]{4,24}$/;
export const CASE_ID = /^[0-9a-hjkmnp-tv-z]{26}$/;
export const UNIT_CODE = /^\d{12}$/;

export function actionIdOf(deviceId: DeviceId, counter: number): ActionId {
  return `${deviceId}.${String(counter)}`;
}

/** Takes an action id apart; undefined when it is not one. Counters start at 1 and have no leading zero. */
export function parseActionId(id: string): { deviceId: DeviceId; counter: number } | undefined {
  const found = /^([a-z0-9]{4,24})\.([1-9]\d{0,14})$/.exec(id);
  if (found?.[1] === undefined || found[2] === undefined) return undefined;
  return { deviceId: found[1], counter: Number(found[2]) };
}

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new case id: 48 bits of time, 80 of randomness (the ULID layout, in lower case because CouchDB ids are compared bytewise).
 * @param nowMs milliseconds since the epoch
 * @param randomBytes 10 random bytes
 */
export function newCaseId(nowMs: number, randomBytes: Uint8Array): CaseId {
  let time = '';
  for (let rest = Math.max(0, Math.floor(nowMs)), i = 0; i < 10; i++, rest = Math.floor(rest / 32)) {
    time = (CROCKFORD[rest % 32] ?? '0') + time;
  }
  let random = '';
  for (let bit = 0; bit < 80; bit += 5) {
    const pair = ((randomBytes[bit >> 3] ?? 0) << 8) | (randomBytes[(bit >> 3) + 1] ?? 0);
    random += CROCKFORD[(pair >> (11 - (bit & 7))) & 31] ?? '0';
  }
  return time + random;
}

/** The name of a unit's feed, which is also its database name on the hub (CouchDB names are lower case). */
export function feedOf(unit: UnitCode): string {
  return `unit_${unit}`;
}
