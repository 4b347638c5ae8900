/** What is open at a unit, and what a person has in hand: the open cases there that were given to them, or in which nobody acted after them. */
import { fold } from '@sanji/sync/domain/fold';
import { lastActOf } from '@sanji/sync/domain/in-hand';
import type { CaseId, UnitCode } from '@sanji/sync/domain/identifiers';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { isOpen } from '@sanji/sync/domain/lifecycle';
import type { Staff } from '@sanji/sync/domain/catalog';
import type { FeedStore, MasterCase, MasterStore } from '@sanji/sync/replication/ports';

const PAGE = 200;

export interface OpenWorkDeps {
  feeds: Pick<FeedStore, 'read'>;
  master: Pick<MasterStore, 'getMany'>;
}

/** Page by page, the cases in the feed of a unit: those it is a party of. */
export async function* casesOfUnit(
  { feeds }: Pick<OpenWorkDeps, 'feeds'>,
  unit: UnitCode,
): AsyncGenerator<CaseId[]> {
  for (let since: string | null = null, more = true; more;) {
    const page = await feeds.read(feedOf(unit), since, PAGE);
    yield page.entries.filter(({ gone }) => !gone).map(({ caseId }) => caseId);
    since = page.last;
    more = page.more;
  }
}

/** Reads the whole feed of the unit: for the rare day on which somebody leaves or a unit closes. */
export async function openCasesOf(deps: OpenWorkDeps, unit: UnitCode): Promise<MasterCase[]> {
  const found: MasterCase[] = [];
  for await (const ids of casesOfUnit(deps, unit))
    for (const held of await deps.master.getMany(ids))
      if (held?.head.holder === unit && isOpen(held.head.status)) found.push(held);
  return found;
}

export async function openWorkOf(
  deps: OpenWorkDeps,
  { staffId, unit }: Pick<Staff, 'staffId' | 'unit'>,
): Promise<CaseId[]> {
  const open = await openCasesOf(deps, unit);
  return open
    .filter((held) => (fold(held).assignedTo ?? lastActOf(held)?.staffId) === staffId)
    .map(({ _id }) => _id);
}
