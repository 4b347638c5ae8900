import { expect, it } from 'vitest';
import type { ActionKind, CaseDocument, SignedAction } from '@sanji/sync/domain/action';
import { TodayCounts } from './today-counts.ts';

const DAY = { staffId: 'me', begins: 1_000, ends: 2_000 };

function caseOf(...acts: { kind: ActionKind; at: number; by?: string; rejected?: boolean }[]): CaseDocument {
  const doc: CaseDocument = { _id: 'c', n: 0, actions: {}, rulings: {} };
  for (const [i, { kind, at, by = 'me', rejected = false }] of acts.entries()) {
    const id = `d.${String(i)}`;
    const author = { staffId: by, name: by, unit: 'u' };
    doc.actions[id] = {
      body: { id, kind, at: at - 10, offsetMs: 10, by: author },
    } as unknown as SignedAction;
    doc.rulings[id] = { seq: i + 1, verdict: rejected ? 'rejected' : 'accepted', receivedAt: at };
  }
  return doc;
}

it("counts a person's own acts of the day by kind, the midnight before in and the one after out", () => {
  const docs = [
    caseOf({ kind: 'receive', at: 1_000 }, { kind: 'accept', at: 1_999 }, { kind: 'note', at: 1_500 }),
    caseOf({ kind: 'receive', at: 999 }, { kind: 'accept', at: 2_000 }),
    caseOf({ kind: 'receive', at: 1_500, by: 'colleague' }, { kind: 'accept', at: 1_500, rejected: true }),
    caseOf({ kind: 'receive', at: 1_200 }, { kind: 'deliver', at: 1_300 }),
  ];
  expect(new TodayCounts().of(docs, DAY)).toEqual({ receive: 2, accept: 1, conclude: 0, deliver: 1 });
});

it('follows a case that has changed', () => {
  const counts = new TodayCounts();
  expect(counts.of([caseOf({ kind: 'receive', at: 1_000 })], DAY).accept).toBe(0);
  const changed = caseOf({ kind: 'receive', at: 1_000 }, { kind: 'accept', at: 1_100 });
  expect(counts.of([changed], DAY).accept).toBe(1);
});
