/** What one person did today. Asked after every change of any case here, so what a case's log holds is picked out once for each of its states. */
import type { ActionId, StaffId } from '@sanji/sync/domain/identifiers';
import type { ActionKind, CaseDocument } from '@sanji/sync/domain/action';

export const TODAY_KINDS = ['receive', 'accept', 'conclude', 'deliver'] as const satisfies ActionKind[];
export type TodayKind = (typeof TODAY_KINDS)[number];

interface Act {
  id: ActionId;
  kind: TodayKind;
  staffId: StaffId;
  /** By the hub's clock, milliseconds. */
  at: number;
}

export class TodayCounts {
  /** A document is made anew with every change. */
  readonly #acts = new WeakMap<CaseDocument, readonly Act[]>();

  /** Rejected actions do not count. @param begins @param ends milliseconds, the end excluded */
  of(
    docs: Iterable<CaseDocument>,
    { staffId, begins, ends }: { staffId: StaffId | undefined; begins: number; ends: number },
  ): Record<TodayKind, number> {
    const counts = { receive: 0, accept: 0, conclude: 0, deliver: 0 };
    for (const doc of docs)
      for (const act of this.#actsOf(doc)) {
        if (act.at < begins || act.at >= ends || act.staffId !== staffId) continue;
        if (doc.rulings[act.id]?.verdict !== 'rejected') counts[act.kind] += 1;
      }
    return counts;
  }

  #actsOf(doc: CaseDocument): readonly Act[] {
    const known = this.#acts.get(doc);
    if (known !== undefined) return known;
    const acts: Act[] = [];
    for (const { body } of Object.values(doc.actions)) {
      const kind = TODAY_KINDS.find((one) => one === body.kind);
      if (kind !== undefined)
        acts.push({ id: body.id, kind, staffId: body.by.staffId, at: body.at + body.offsetMs });
    }
    this.#acts.set(doc, acts);
    return acts;
  }
}
