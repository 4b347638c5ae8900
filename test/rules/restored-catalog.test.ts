/** The catalog after a restore: it comes back before the cases that rest on it, as it was signed, and never over what is newer. */
import { expect, test } from 'vitest';
import { catalogIdOf } from '@sanji/sync/domain/catalog-index';
import type { CatalogEntry } from '@sanji/sync/domain/catalog';
import { publication, row } from '@sanji/sync/testing/rule-catalog';
import type { ActionDraft } from '@sanji/sync/replication/append';
import { WENLIN, clerkOf, intake } from '../simulation/district.ts';
import type { Station } from '../simulation/station.ts';
import { CASE, Rig } from './rig.ts';

function publish(rig: Rig, n: number, ...entries: CatalogEntry[]): void {
  const ids = new Set(entries.map(catalogIdOf));
  const [known] = rig.docs;
  rig.docs = [
    ...rig.docs.filter(({ _id }) => !ids.has(_id)),
    ...entries.map((entry) => ({ _id: catalogIdOf(entry), n, entry, sig: known?.sig ?? '' })),
  ];
}

/** A receipt that is pinned to a later publication. */
async function receiveUnder(rules: number, station: Station): Promise<void> {
  await station.write({
    caseId: CASE,
    by: clerkOf(WENLIN),
    series: 'caseNo:261123',
    build: (_doc, number) => ({
      ok: true,
      value: intake(station.device, number).map((draft): ActionDraft => {
        if (draft.kind !== 'draft' && draft.kind !== 'receive') return draft;
        const matter = { ...draft.payload.matter, rules };
        return { ...draft, payload: { ...draft.payload, matter } } as ActionDraft;
      }),
    }),
  });
}

test('the catalog comes back first: a case under rules published after the backup stands as it stood', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  await wenlin.loop.poke();
  const backup = rig.backup();
  const later = publication({ seq: 2, rows: [row({ mode: 'decide', decideAt: 'community' })] });
  publish(rig, 1, { kind: 'rules', publication: later });
  await wenlin.loop.poke();
  await receiveUnder(2, wenlin);
  await rig.settle(wenlin);
  expect(rig.masterOf(CASE).head.status).toBe('accepted');
  backup();
  rig.finishRestore();
  expect(rig.judge.catalog().publications).toHaveLength(1);
  await rig.settle(wenlin);
  expect(rig.judge.catalog().publications.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(rig.masterOf(CASE).head.status).toBe('accepted');
});

test('an entry that nobody signed is not believed, and a later epoch’s outranks what comes back', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  await wenlin.loop.poke();
  const backup = rig.backup();
  const [clerk] = rig.docs.flatMap(({ entry }) => (entry.kind === 'staff' ? [entry.staff] : []));
  if (clerk === undefined) throw new Error('nobody works here');
  publish(rig, 7, { kind: 'staff', staff: { ...clerk, name: 'renamed before' } });
  // The catalog in memory is read by place: from the start, so that what took another's place is seen.
  wenlin.local.checkpoints.delete('catalog');
  await wenlin.loop.poke();
  expect(wenlin.local.catalog.get(`staff:${clerk.staffId}`)?.n).toBe(7);
  const forged: CatalogEntry = { kind: 'staff', staff: { ...clerk, staffId: 'intruder' } };
  await wenlin.local.writeCatalog([{ _id: catalogIdOf(forged), n: 9, entry: forged, sig: 'mine' }]);
  await wenlin.local.writeCatalog([{ _id: 'staff:nobody', n: 9, entry: forged }]);
  backup();
  rig.finishRestore();
  const after: CatalogEntry = { kind: 'staff', staff: { ...clerk, name: 'renamed after' } };
  const mine = { _id: catalogIdOf(after), n: 2, epoch: 2, entry: after, sig: rig.docs[0]?.sig ?? '' };
  rig.docs = [...rig.docs.filter(({ _id }) => _id !== mine._id), mine];
  await wenlin.loop.poke();
  expect(rig.judge.catalog().staff.get(clerk.staffId)?.name).toBe('renamed after');
  expect(rig.judge.catalog().staff.has('intruder')).toBe(false);
  expect(wenlin.local.catalog.get(mine._id)).toEqual(mine);
});
