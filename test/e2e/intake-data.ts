/** What is handed in for a matter: the same whenever it is asked, so that a test knows what a terminal has typed. */
import { dayOf } from '@sanji/sync/domain/calendar';
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { fillIntake, type FilledIntake } from '@sanji/sync/testing/form-filler';

export function intakeFor(matter: MatterVersion): FilledIntake {
  const seed = Number(matter.matterId.replace(/\D/g, '').slice(-9));
  return fillIntake(matter, new SeededRandom(seed), dayOf(Date.now()));
}

/** The codes of what will be brought later. */
export function deferredFor(matter: MatterVersion): string[] {
  return intakeFor(matter)
    .materials.filter(({ state }) => state === 'deferred')
    .map(({ code }) => code);
}
