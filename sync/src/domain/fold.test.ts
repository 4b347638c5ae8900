import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMUNITY, OTHER_COMMUNITY, STREET, makeAction, makeCase } from '../testing/factories.ts';
import { STATUSES } from './action.ts';
import type { ActionKind, CaseDocument, Ruling, SignedAction } from './action.ts';
import { epochOf, inEpoch } from './epoch.ts';
import { fold, foldRuled, headOf } from './fold.ts';
import { ACTION_KINDS } from './lifecycle.ts';
import { contradictions, merge, rebased } from './merge.ts';
import { order, tips } from './order.ts';

const UNITS = [COMMUNITY, OTHER_COMMUNITY, STREET];
const DEVICES = ['deva', 'devb', 'devc'];

interface Seed {
  kind: ActionKind;
  device: number;
  unit: number;
  verdict: 'accepted' | 'rejected' | 'pending';
  after: number[];
}

const seeds = fc.array(
  fc.record<Seed>({
    kind: fc.constantFrom(...ACTION_KINDS),
    device: fc.nat(2),
    unit: fc.nat(2),
    verdict: fc.constantFrom('accepted', 'rejected', 'pending'),
    after: fc.array(fc.nat(30), { maxLength: 3 }),
  }),
  { maxLength: 25 },
);

/** Any log at all: moves that could never be, causes that do not exist or run in a circle. */
function logOf(list: Seed[]): CaseDocument {
  const ids = list.map(({ device }, index) => `${DEVICES[device] ?? 'deva'}.${String(index + 1)}`);
  const actions: Record<string, SignedAction> = {};
  const rulings: Record<string, Ruling> = {};
  let seq = 0;
  list.forEach(({ kind, unit, verdict, after }, index) => {
    const id = ids[index] ?? '';
    const by = { staffId: 's', name: 's', unit: UNITS[unit] ?? COMMUNITY };
    const causes = after.map((position) => ids[position] ?? 'ghost.1');
    actions[id] = makeAction(kind, { id, by, after: causes });
    if (verdict !== 'pending') rulings[id] = { seq: ++seq, verdict, receivedAt: 1_000 + seq };
  });
  return { ...makeCase([]), n: seq, actions, rulings };
}

const logs = seeds.map(logOf);

/** A copy that has seen only part: some actions, and rulings only up to a point. */
function partOf(doc: CaseDocument, mask: boolean[], upTo: number): CaseDocument {
  const rulings = Object.fromEntries(Object.entries(doc.rulings).filter(([, { seq }]) => seq <= upTo));
  const actions = Object.fromEntries(
    Object.entries(doc.actions).filter(([id], index) => mask[index] === true || rulings[id] !== undefined),
  );
  return { ...doc, n: Object.keys(rulings).length, actions, rulings };
}

const copies = fc
  .tuple(logs, fc.array(fc.tuple(fc.array(fc.boolean()), fc.nat(25)), { minLength: 3, maxLength: 3 }))
  .map(([doc, parts]) => parts.map(([mask, upTo]) => partOf(doc, mask, upTo)));

/** Copies of several epochs: each hub ruled on another part of the log, in another order. */
const epochs = fc
  .tuple(
    logs,
    fc.array(
      fc.record({
        epoch: fc.integer({ min: 1, max: 3 }),
        mask: fc.array(fc.boolean()),
        ruled: fc.array(fc.boolean()),
        turned: fc.boolean(),
      }),
      { minLength: 3, maxLength: 3 },
    ),
    fc.array(fc.tuple(fc.array(fc.boolean()), fc.nat(25)), { minLength: 3, maxLength: 3 }),
  )
  .map(([doc, hubs, parts]) =>
    parts.map(([mask, upTo], index) => {
      const { epoch = 1 } = hubs[index] ?? {};
      // What a hub of one epoch said, it said to everybody alike.
      const hub = hubs.find((each) => each.epoch === epoch);
      const ids = Object.keys(doc.actions).filter((_, i) => hub?.ruled[i] === true);
      if (hub?.turned === true) ids.reverse();
      const rulings = Object.fromEntries(
        ids.map((id, i): [string, Ruling] => [
          id,
          { seq: i + 1, verdict: i % 3 === 0 ? 'rejected' : 'accepted', receivedAt: epoch * 100 + i },
        ]),
      );
      return { ...partOf({ ...doc, rulings }, mask, upTo), ...inEpoch(epoch) };
    }),
  );

const pick = (list: CaseDocument[], index: number): CaseDocument => list[index] ?? makeCase([]);

describe('merge', () => {
  it('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(copies, (list) => {
        const [a, b, c] = [pick(list, 0), pick(list, 1), pick(list, 2)];
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, a)).toEqual(a);
        expect(merge(merge(a, b), b)).toEqual(merge(a, b));
      }),
    );
  });

  it('stays so when one id carries two contents', () => {
    const version = (hash: string, isRuled: boolean): CaseDocument => {
      const action = { ...makeAction('note'), hash };
      return makeCase([action], { ruled: isRuled ? 1 : 0 });
    };
    const [a, b, c] = [version('a', false), version('b', true), version('c', false)];
    for (const [x, y, z] of [[a, b, c] as const, [c, a, b] as const, [b, c, a] as const]) {
      expect(merge(merge(x, y), z)).toEqual(merge(x, merge(y, z)));
      expect(merge(merge(x, y), z).actions['device01.1']?.hash).toBe('b');
    }
    expect(contradictions(a, b)).toEqual(['device01.1']);
    expect(contradictions(a, a)).toEqual([]);
  });

  it('stays so when two hubs ruled apart', () => {
    const ruledAs = (seq: number, verdict: Ruling['verdict']): CaseDocument => {
      const doc = makeCase([makeAction('note')]);
      return { ...doc, rulings: { 'device01.1': { seq, verdict, receivedAt: 1 } } };
    };
    const [a, b] = [ruledAs(2, 'accepted'), ruledAs(1, 'rejected')];
    expect(merge(a, b)).toEqual(merge(b, a));
    expect(merge(a, b).rulings['device01.1']?.seq).toBe(1);
  });

  it('stays so across epochs', () => {
    fc.assert(
      fc.property(epochs, (list) => {
        const [a, b, c] = [pick(list, 0), pick(list, 1), pick(list, 2)];
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(merge(a, b), b)).toEqual(merge(a, b));
        expect(merge(a, a)).toEqual(a);
      }),
    );
  });

  it('takes the later epoch’s word whole, and keeps the earlier one’s as the last ruling of what is pending', () => {
    fc.assert(
      fc.property(epochs, (list) => {
        const [a, b] = [pick(list, 0), pick(list, 1)].sort((x, y) => epochOf(x) - epochOf(y));
        if (a === undefined || b === undefined || epochOf(a) === epochOf(b)) return;
        const both = merge(a, b);
        expect([both.epoch, both.n, both.rulings]).toEqual([b.epoch, b.n, b.rulings]);
        for (const id of Object.keys(a.rulings).filter((each) => b.rulings[each] === undefined))
          expect(both.former?.[id]).toMatchObject({ verdict: a.rulings[id]?.verdict });
        expect(Object.keys(both.former ?? {}).filter((id) => both.rulings[id] !== undefined)).toEqual([]);
      }),
    );
  });

  it('never drops an action, and n never goes back', () => {
    fc.assert(
      fc.property(copies, (list) => {
        const [a, b] = [pick(list, 0), pick(list, 1)];
        const both = merge(a, b);
        expect(Object.keys(both.actions).sort()).toEqual(
          [...new Set([...Object.keys(a.actions), ...Object.keys(b.actions)])].sort(),
        );
        expect(both.n).toBe(Math.max(a.n, b.n));
      }),
    );
  });
});

describe('fold', () => {
  it('does not depend on the order of arrival', () => {
    fc.assert(
      fc.property(logs, fc.infiniteStream(fc.nat()), (doc, ranks) => {
        const shuffled = Object.entries(doc.actions)
          .map((entry) => ({ entry, rank: ranks.next().value as number }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ entry }) => entry);
        expect(fold({ ...doc, actions: Object.fromEntries(shuffled) })).toEqual(fold(doc));
      }),
    );
  });

  it('one ruled action further is the fold of the longer log', () => {
    fc.assert(
      fc.property(logs, (doc) => {
        const ruled = partOf(doc, [], doc.n);
        const steps = order(ruled);
        let state = fold({ ...ruled, n: 0, actions: {}, rulings: {} });
        for (const { action, ruling } of steps) {
          if (ruling !== undefined) state = { ...foldRuled(state, action.body, ruling), n: ruling.seq };
        }
        expect(state).toEqual(fold(ruled));
      }),
    );
  });

  it('is total: every log has a state, and a head without personal data', () => {
    fc.assert(
      fc.property(logs, (doc) => {
        const state = fold(doc);
        expect(STATUSES).toContain(state.status);
        expect(state.pending.length + state.n).toBe(Object.keys(doc.actions).length);
        expect(state.ever).toEqual(expect.arrayContaining(state.parties));
        expect(headOf(state)).not.toHaveProperty('applicant');
      }),
    );
  });

  it('leaves a rejected action without effect and in sight', () => {
    const doc = makeCase([makeAction('draft')]);
    doc.rulings['device01.1'] = { seq: 1, verdict: 'rejected', receivedAt: 1 };
    expect(fold(doc)).toMatchObject({ status: 'new', rejected: ['device01.1'], pending: [] });
  });

  it('counts a pending action only where it fits', () => {
    const draft = makeAction('draft');
    const stray = makeAction('accept', { id: 'device02.1' });
    const state = fold(makeCase([draft, stray], { ruled: 1 }));
    expect(state).toMatchObject({ status: 'draft', pending: ['device02.1'] });
  });

  it('takes the hub’s stamp over a clock that runs ahead', () => {
    const ahead = makeAction('receive', { id: 'device01.2', at: 9_000_000_000_000 });
    const doc = makeCase([makeAction('draft'), ahead]);
    doc.rulings['device01.2'] = { seq: 2, verdict: 'accepted', receivedAt: 1_000 };
    expect(fold(doc).receivedAt).toBe(1_000);
  });

  it('moves the holder up and down; a unit that sent the case back is no party any more', () => {
    const steps = [
      makeAction('draft'),
      makeAction('receive', { id: 'device01.2' }),
      makeAction('accept', { id: 'device01.3' }),
      makeAction('forward', { id: 'device01.4' }),
      makeAction('returnDown', { id: 'device02.1' }),
    ];
    expect(fold(makeCase(steps.slice(0, 4)))).toMatchObject({
      holder: STREET,
      parties: [STREET, COMMUNITY].sort(),
    });
    expect(fold(makeCase(steps))).toMatchObject({
      status: 'accepted',
      holder: COMMUNITY,
      parties: [COMMUNITY],
      ever: [STREET, COMMUNITY].sort(),
    });
  });
});

describe('after a restore', () => {
  const [draft, receive, note, late] = [
    makeAction('draft'),
    makeAction('receive', { id: 'device01.2', after: ['device01.1'] }),
    makeAction('note', { id: 'device02.9', after: ['device01.2'] }),
    makeAction('note', { id: 'device01.3', after: ['device01.2'] }),
  ];
  const before = makeCase([draft, receive, note, late]);

  it('everything is pending, in the order it had', () => {
    const after = rebased(before, 2);
    expect([after.n, after.rulings]).toEqual([0, {}]);
    expect(order(after).map(({ id }) => id)).toEqual(order(before).map(({ id }) => id));
    expect(rebased(after, 2)).toEqual(after);
    expect(rebased(after, 1)).toEqual(after);
  });

  it('what was rejected is not shown as done', () => {
    const doc = makeCase([draft]);
    doc.rulings['device01.1'] = { seq: 1, verdict: 'rejected', receivedAt: 1 };
    expect(fold(rebased(doc, 2))).toMatchObject({ status: 'new', pending: ['device01.1'], rejected: [] });
    expect(fold(rebased(makeCase([draft]), 2))).toMatchObject({ status: 'draft' });
  });

  it('what the new hub said stands, whatever the old one had said', () => {
    const known = { ...makeCase([draft, receive]), epoch: 2 };
    known.rulings['device01.2'] = { seq: 2, verdict: 'rejected', receivedAt: 5 };
    const both = merge(before, known);
    expect(both).toMatchObject({ epoch: 2, n: 2, rulings: known.rulings });
    expect(both.former).toEqual({
      'device02.9': { epoch: 1, seq: 3, verdict: 'accepted' },
      'device01.3': { epoch: 1, seq: 4, verdict: 'accepted' },
    });
  });

  it('one id with two contents belongs to the one the later hub ruled on, else to the one any hub ruled on', () => {
    const other = { ...draft, hash: 'a' };
    const [old, fresh, never] = [
      makeCase([draft]),
      { ...makeCase([other]), epoch: 2 },
      makeCase([{ ...draft, hash: '0' }], { ruled: 0 }),
    ];
    expect(merge(old, fresh).actions['device01.1']?.hash).toBe('a');
    expect(merge(old, fresh).former).toBeUndefined();
    const held = merge(rebased(old, 2), never);
    expect(held.actions['device01.1']?.hash).toBe(draft.hash);
    expect(held.former?.['device01.1']?.seq).toBe(1);
  });
});

describe('order', () => {
  it('puts causes before effects, and a circle of causes does not stop it', () => {
    const later = makeAction('note', { id: 'deva.1', after: ['devb.2'] });
    const first = makeAction('note', { id: 'devb.2' });
    const circle = makeAction('note', { id: 'devb.1', after: ['devc.1'] });
    const back = makeAction('note', { id: 'devc.1', after: ['devb.1'] });
    const doc = makeCase([later, first, circle, back], { ruled: 0 });
    expect(order(doc).map(({ id }) => id)).toEqual(['devb.2', 'deva.1', 'devc.1', 'devb.1']);
    expect(tips(makeCase([later, first]))).toEqual(['deva.1']);
  });

  it('reads a chain of ten thousand causes', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      makeAction('note', { id: `${index % 2 === 0 ? 'deva' : 'devb'}.${String(10_000 - index)}`, after: [] }),
    );
    const linked = chain.map((action, index) => ({
      ...action,
      body: { ...action.body, after: index === 0 ? [] : [chain[index - 1]?.body.id ?? ''] },
    }));
    expect(order(makeCase(linked, { ruled: 0 })).map(({ id }) => id)).toEqual(
      chain.map(({ body }) => body.id),
    );
  });
});

describe.each(ACTION_KINDS)('%s', (kind) => {
  it('is idempotent: the same action a second time changes nothing', () => {
    for (const ruled of [0, 1]) {
      const once = makeCase([makeAction(kind)], { ruled });
      const again = makeCase([makeAction(kind)], { ruled: 0 });
      expect(merge(once, again)).toEqual(once);
      expect(fold(merge(merge(once, again), once))).toEqual(fold(once));
    }
  });
});
