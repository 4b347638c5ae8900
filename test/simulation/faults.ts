/** What can go wrong in a story, counted by kind. A kind that is left out does not happen: the shrinker leaves out what a finding does not need. */

/** Chance decides at every message, at every awaited step. */
export const WEATHER = [
  'request-lost',
  'request-doubled',
  'request-late',
  'answer-lost',
  'answer-late',
  'poke-lost',
  'process-stalls',
  'station-crash',
  'hub-crash',
  'router-crash',
  'page-half-written',
  'snapshot-cut',
  'checkpoint-not-saved',
  'store-refuses',
  'worked-on-meanwhile',
  'restore-left-unfinished',
  'feeds-not-put-back',
] as const;

/** Chance too, where a street has a relay. */
export const RELAY_WEATHER = ['relay-crash'] as const;

/** Told by the story, each as an event of its own. */
export const BLOWS = [
  'line-cut',
  'line-cut-for-days',
  'everybody-asleep',
  'clock-off',
  'clock-jump',
  'hub-clock-jump',
  'permissions-changed',
  'matter-changed',
  'rules-published',
  'unit-changed',
  'unit-merged',
  'device-revoked',
  'profile-cloned',
  'id-reused',
  'signature-forged',
  'hub-restored',
] as const;

/** Told where a street has a relay. `station-moved` is no fault, and has to be survived like one. */
export const RELAY_BLOWS = [
  'relay-line-cut',
  'relay-line-cut-for-days',
  'relay-replaced',
  'relay-clock-off',
  'relay-clock-jump',
  'station-moved',
] as const;

/** Follows from the others; seen, not made. */
const SEEN = ['message-overtaken'] as const;

/** Of any district. */
export const COMMON_FAULTS = [...WEATHER, ...BLOWS, ...SEEN] as const;
/** Where a street has a relay. */
export const RELAY_FAULTS = [...RELAY_WEATHER, ...RELAY_BLOWS] as const;
export const FAULTS = [...COMMON_FAULTS, ...RELAY_FAULTS] as const;
export type FaultKind = (typeof FAULTS)[number];
export type FaultCounts = Record<FaultKind, number>;

export function noFaults(): FaultCounts {
  return Object.fromEntries(FAULTS.map((kind) => [kind, 0])) as FaultCounts;
}

export class Faults {
  readonly counts = noFaults();
  /** While everything comes to rest nothing new goes wrong. */
  isCalm = false;
  readonly #without: ReadonlySet<FaultKind>;

  constructor(without: readonly FaultKind[]) {
    this.#without = new Set(without);
  }

  note(kind: FaultKind): void {
    this.counts[kind] += 1;
  }

  /** True, and noted, when it strikes. `dice` in [0, 1). */
  strikes(kind: FaultKind, share: number, dice: number): boolean {
    const isHit = dice < share && !this.isCalm && !this.#without.has(kind);
    if (isHit) this.note(kind);
    return isHit;
  }
}
