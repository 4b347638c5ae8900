/**
 * What every hub store must do; run by each adapter. On a cluster what is read by changes or by range may lag behind a put by a moment:
 * such reads are polled until they say what they must.
 */
import { describe, expect, test } from 'vitest';
import type { CaseId } from '../domain/identifiers.ts';
import type {
  FeedEntry,
  FeedStore,
  MasterCase,
  MasterStore,
  Quarantine,
  Register,
  SetAside,
} from '../replication/ports.ts';
import { enterAll, standingIn } from '../replication/register.ts';
import type { Claim } from '../replication/register.ts';
import { cheapSign } from './cheap-signer.ts';
import { makeBody } from './factories.ts';
import { caseOf } from './local-store-suite.ts';

const A = '01kb3x5n8v000000000000000a';
const B = '01kb3x5n8v000000000000000b';
const FEED = 'unit_530102001013';

function masterOf(caseId: string, ruled: number, rev?: string): MasterCase {
  const head = { status: 'accepted' as const, ever: ['530102001013'], parties: ['530102001013'] };
  return { ...caseOf(caseId, { ruled }), head, ...(rev === undefined ? {} : { rev }) };
}

/** Pages of one, until they end. */
async function caseByCase(store: MasterStore): Promise<{ ids: Set<CaseId>; last: string | null }> {
  const ids = new Set<CaseId>();
  for (let since: string | null = null; ;) {
    const page = await store.changes(since, 1);
    const [caseId] = page.ids;
    if (caseId === undefined) return { ids, last: since };
    ids.add(caseId);
    since = page.last;
  }
}

/** @param make a new, empty store each time */
export function masterStoreSuite(make: () => Promise<MasterStore>): void {
  describe('a master store', () => {
    test('gives back what was put, undefined for what was not, in the order asked', async () => {
      const store = await make();
      expect(await store.putMany([masterOf(A, 1)])).toEqual(['written']);
      const found = await store.getMany([B, A]);
      expect(found[0]).toBeUndefined();
      expect(found[1]).toMatchObject(masterOf(A, 1));
    });

    test('a put under another revision is a conflict, and the others of the batch are written', async () => {
      const store = await make();
      await store.putMany([masterOf(A, 1)]);
      const [known] = await store.getMany([A]);
      expect(await store.putMany([masterOf(A, 2), masterOf(B, 1)])).toEqual(['conflict', 'written']);
      expect(await store.putMany([masterOf(A, 2, known?.rev)])).toEqual(['written']);
      expect(await store.putMany([masterOf(A, 3, known?.rev)])).toEqual(['conflict']);
      expect((await store.getMany([A]))[0]?.n).toBe(2);
    });

    test('of two writers under one revision one wins, and no other is told that it did', async () => {
      const store = await make();
      const verdicts = await Promise.all([1, 2].map((n) => store.putMany([masterOf(A, n)])));
      // A cluster that has lost a node may tell the winner «conflict» too: it finds its write when it reads again.
      expect(verdicts.flat().filter((verdict) => verdict === 'written').length).toBeLessThanOrEqual(1);
      const [stored] = await store.getMany([A]);
      const told = verdicts.findIndex(([verdict]) => verdict === 'written');
      if (told >= 0) expect(stored?.n).toBe(told + 1);
      else expect([1, 2]).toContain(stored?.n);
    });

    test('changes name each case once, by its newest write, and end', async () => {
      const store = await make();
      await store.putMany([masterOf(A, 1)]);
      await store.putMany([masterOf(B, 1)]);
      const [known] = await store.getMany([A]);
      await store.putMany([masterOf(A, 2, known?.rev)]);
      // Two documents have no order, since they may lie on different shards.
      await expect.poll(async () => (await store.changes(null, 10)).ids.toSorted()).toEqual([A, B]);
      await expect.poll(async () => [...(await caseByCase(store)).ids].sort()).toEqual([A, B]);
      const { last } = await caseByCase(store);
      const [again] = await store.getMany([A]);
      await store.putMany([masterOf(A, 3, again?.rev)]);
      await expect.poll(async () => (await store.changes(last, 10)).ids).toEqual([A]);
    });
  });
}

async function entriesOf(store: FeedStore, since: string | null = null): Promise<FeedEntry[]> {
  return (await store.read(FEED, since, 10)).entries;
}

/** @param make a new, empty store each time */
export function feedStoreSuite(make: () => Promise<FeedStore>): void {
  describe('a feed store', () => {
    test('an entry rises and never falls', async () => {
      const store = await make();
      expect(await store.raise(FEED, [{ caseId: A, n: 2, gone: false }])).toBe(true);
      expect(await store.raise(FEED, [{ caseId: A, n: 1, gone: true }])).toBe(false);
      expect(await store.raise(FEED, [{ caseId: A, n: 2, gone: false }])).toBe(false);
      await expect.poll(() => entriesOf(store)).toEqual([{ caseId: A, n: 2, gone: false }]);
    });

    test('at the same n a marker counts more, and a greater n takes it away', async () => {
      const store = await make();
      await store.raise(FEED, [{ caseId: A, n: 2, gone: false }]);
      expect(await store.raise(FEED, [{ caseId: A, n: 2, gone: true }])).toBe(true);
      expect(await store.raise(FEED, [{ caseId: A, n: 2, gone: false }])).toBe(false);
      expect(await store.raise(FEED, [{ caseId: A, n: 3, gone: false }])).toBe(true);
    });

    test('a later epoch’s entry counts more, whatever its n; in one epoch what says the same is not put again', async () => {
      const store = await make();
      await store.raise(FEED, [{ caseId: A, n: 7, gone: false }]);
      expect(await store.raise(FEED, [{ caseId: A, epoch: 2, n: 7, gone: false }])).toBe(true);
      expect(await store.raise(FEED, [{ caseId: A, epoch: 2, n: 7, gone: false }])).toBe(false);
      expect(await store.raise(FEED, [{ caseId: A, epoch: 3, n: 4, gone: true }])).toBe(true);
      expect(await store.raise(FEED, [{ caseId: A, n: 9, gone: false }])).toBe(false);
      await expect.poll(() => entriesOf(store)).toEqual([{ caseId: A, epoch: 3, n: 4, gone: true }]);
    });

    test('pages are full or the feed has ended, and a checkpoint goes on where it stood', async () => {
      const store = await make();
      await store.raise(
        FEED,
        [A, B].map((caseId) => ({ caseId, n: 1, gone: false })),
      );
      const twoPages = async () => {
        const first = await store.read(FEED, null, 1);
        return [first, await store.read(FEED, first.last, 10)];
      };
      await expect
        .poll(async () => (await twoPages()).map(({ entries, more }) => [entries.length, more]))
        .toEqual([
          [1, true],
          [1, false],
        ]);
      const [, second] = await twoPages();
      await store.raise(FEED, [{ caseId: A, n: 2, gone: false }]);
      await expect.poll(() => entriesOf(store, second?.last)).toEqual([{ caseId: A, n: 2, gone: false }]);
    });

    test('an unknown feed is empty', async () => {
      expect(await (await make()).read('unit_530102001001', null, 10)).toMatchObject({
        entries: [],
        more: false,
      });
    });
  });
}

function claim(place: number, hash: string, prev: string | null = null, series = 'wenlin1'): Claim {
  return { series, place, holder: { hash, prev, at: place } };
}

/** @param make a new, empty register each time */
export function registerSuite(make: () => Promise<Register>): void {
  describe('a register', () => {
    test('who enters first holds the place, and enters again without harm', async () => {
      const register = await make();
      const heldBy = async (...claims: Claim[]) =>
        (await enterAll(register, claims))?.map((entered) => entered.heldBy);
      expect(await heldBy(claim(1, 'a'))).toEqual(['a']);
      expect(await heldBy(claim(1, 'b'), claim(2, 'c'))).toEqual(['a', 'c']);
      expect(await heldBy(claim(1, 'a'), claim(1, 'b'))).toEqual(['a', 'a']);
    });

    test('of many who enter at once each place has one holder, and everybody learns who', async () => {
      const register = await make();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          enterAll(register, [claim(1, `x${String(i)}`), claim(90, `y${String(i)}`)]),
        ),
      );
      const [first] = answers;
      expect(answers.every((each) => each?.[0]?.heldBy === first?.[0]?.heldBy)).toBe(true);
      expect(answers.every((each) => each?.[1]?.heldBy === first?.[1]?.heldBy)).toBe(true);
      const standing = await standingIn(register, 'wenlin1');
      expect(standing).toHaveLength(16);
    });

    test('series do not meet, and everybody who stands in one is named with what came before', async () => {
      const register = await make();
      await enterAll(register, [claim(1, 'a'), claim(2, 'b', 'a'), claim(63, 'c', 'b'), claim(64, 'd', 'c')]);
      await enterAll(register, [claim(2, 'other', 'a'), claim(1, 'z', null, 'wenlin10')]);
      const standing = await standingIn(register, 'wenlin1');
      expect(standing.map(({ place, holder }) => [place, holder.hash, holder.prev])).toEqual([
        [1, 'a', null],
        [2, 'b', 'a'],
        [2, 'other', 'a'],
        [63, 'c', 'b'],
        [64, 'd', 'c'],
      ]);
    });

    test('a claim that hangs on another is entered only where that one holds', async () => {
      const register = await make();
      await enterAll(register, [claim(1, 'a')]);
      const [lost, won] = [claim(1, 'b'), claim(2, 'c')];
      const numbers = [
        { ...claim(7, 'b', null, 'number-a1'), only: lost },
        { ...claim(8, 'c', null, 'number-a1'), only: won },
      ];
      // Whatever the order in which they are handed in.
      await enterAll(register, [...numbers, lost, won]);
      const standing = await standingIn(register, 'number-a1');
      expect(standing.map(({ place, holder }) => [place, holder.hash])).toEqual([[8, 'c']]);
    });

    test('what follows the last place before it, across pages and gaps, is in order; nothing else is', async () => {
      const register = await make();
      const isInOrder = async (...claims: Claim[]) =>
        (await enterAll(register, claims))?.map((entered) => entered.isInOrder);
      expect(await isInOrder(claim(1, 'a'), claim(63, 'b', 'a'))).toEqual([true, true]);
      expect(await isInOrder(claim(65, 'c', 'b'))).toEqual([true]);
      expect(await isInOrder(claim(68, 'e', 'd'), claim(66, 'd', 'c'))).toEqual([true, true]);
      expect(await isInOrder(claim(67, 'f', 'd'))).toEqual([false]);
      expect(await isInOrder(claim(80, 'g', 'unknown'))).toEqual([false]);
      expect(await isInOrder(claim(80, 'h', 'e'))).toEqual([false]);
      expect(await isInOrder(claim(500, 'i', 'g'))).toEqual([false]);
    });
  });
}

/** @param make a new, empty quarantine each time */
export function quarantineSuite(make: () => Promise<Quarantine>): void {
  describe('a quarantine', () => {
    test('keeps what was filed first under an id, and says what that was', async () => {
      const store = await make();
      const action = cheapSign(makeBody('note'));
      const why = { code: 'action-id-reused' as const };
      const entry = (filedAt: number): SetAside => ({
        id: `${action.body.id}~${action.hash}`,
        caseId: A,
        action,
        ruling: { verdict: 'rejected', problem: why, receivedAt: filedAt },
        problem: why,
        filedAt,
      });
      expect(await store.file(entry(1))).toEqual(entry(1));
      expect(await store.file(entry(2))).toEqual(entry(1));
    });

    test('a suspect chain is due until it is noted; who suspects it meanwhile makes the note a conflict', async () => {
      const store = await make();
      await store.suspectChain('wenlin1');
      await store.suspectChain('wenlin1');
      const faults = [{ actionId: 'wenlin1.4', fault: 'missing' as const, since: 1 }];
      const noted = { deviceId: 'wenlin1', isDue: false, checkedAt: 5, faults };
      let rev = '';
      const findings = async () =>
        (await store.chains()).map((found) => {
          rev = found.rev;
          return found.finding;
        });
      await expect.poll(findings).toEqual([{ deviceId: 'wenlin1', isDue: true, checkedAt: 0, faults: [] }]);
      expect(await store.noteChain(noted, rev)).toBe('written');
      expect(await store.noteChain(noted, rev)).toBe('conflict');
      await store.suspectChain('wenlin1');
      await expect.poll(findings).toEqual([{ ...noted, isDue: true }]);
    });
  });
}
