/**
 * What the hub has not ruled on yet, just as it lies on the disk: sealed. No key is needed to read it, so a terminal that is locked can hand it
 * over; who receives it needs the terminal's key to open it. A case with nothing but a rejection comes along: from outside they look alike.
 */
import { toBase64Url } from '@sanji/sync/domain/signing';
import type { SealedPart } from '@sanji/sync/protocol/bundle';
import { unsettled, type CaseCollection } from './case-database.ts';
import { bytesOf } from './seal.ts';
import type { StationDatabase } from './station-database.ts';

export class SealedOutbox {
  readonly #cases: CaseCollection;
  readonly #station: StationDatabase;

  constructor(cases: CaseCollection, station: StationDatabase) {
    this.#cases = cases;
    this.#station = station;
  }

  /** The cases with unruled actions, those too that are parked or wait at a relay, and the tray. */
  async parts(): Promise<SealedPart[]> {
    const [cases, strays] = await Promise.all([this.#dirty(), this.#station.strays.toArray()]);
    return [
      ...cases.map(({ caseId, body }) => partOf(caseId, body)),
      ...strays.map(({ actionId, sealed }) => partOf(actionId, sealed)),
    ];
  }

  /** What was shown or printed and is not yet in the hub's log: only the last bundle carries it, nobody being there to report it. */
  async reports(): Promise<SealedPart[]> {
    const { reveals, prints } = this.#station;
    const kept = [...(await reveals.toArray()), ...(await prints.toArray())];
    return kept.map(({ label, sealed }) => partOf(label, sealed));
  }

  /** Cases with actions that nobody has taken yet. */
  async countUnsent(): Promise<number> {
    return (await this.#dirty()).filter(({ dirty }) => dirty !== 3).length;
  }

  async #dirty() {
    return (await unsettled(this.#cases)).map(({ caseId, dirty, body }) => ({ caseId, dirty, body }));
  }
}

/** @param sealed a character a byte, as `Seal.seal` writes it */
export function partOf(label: string, sealed: string): SealedPart {
  return { label, sealed: toBase64Url(bytesOf(sealed)) };
}
