/** Which papers a case offers, in every status; drafts, held results, and what an archived or withdrawn case still offers. */
import { describe, expect, it } from 'vitest';
import { DISTRICT, makeAction, makeCase, makeCatalog, makeRows, PIN } from '../testing/factories.ts';
import { STATUSES, type ActionKind, type CaseStatus, type SignedAction } from './action.ts';
import { fold } from './fold.ts';
import { isDecisionPending, issuerOf, numberOn, PAPER_KINDS, PAPERS, papersOf } from './papers.ts';

/** A way to every status; who acts where is not asked by the fold. */
const WAYS: Record<CaseStatus, { way: ActionKind[]; papers: string[] }> = {
  new: { way: [], papers: [] },
  draft: { way: ['draft'], papers: ['receipt draft'] },
  submitted: { way: ['draft', 'submit'], papers: ['receipt draft', 'declaration'] },
  preReviewed: { way: ['draft', 'submit', 'preReviewPass'], papers: ['receipt draft', 'declaration'] },
  returnedToApplicant: {
    way: ['draft', 'submit', 'preReviewReturn'],
    papers: ['receipt draft', 'declaration'],
  },
  received: { way: ['draft', 'receive'], papers: ['receipt'] },
  correction: { way: ['draft', 'receive', 'oneTimeNotice'], papers: ['receipt', 'oneTimeNotice'] },
  accepted: { way: ['draft', 'receive', 'accept'], papers: ['receipt', 'acceptance'] },
  refused: { way: ['draft', 'receive', 'refuse'], papers: ['receipt', 'refusal'] },
  reviewing: { way: ['draft', 'receive', 'accept', 'forward'], papers: ['receipt', 'acceptance'] },
  suspended: {
    way: ['draft', 'receive', 'deemAccept', 'forward', 'suspend'],
    papers: ['receipt', 'acceptance', 'specialProcedure'],
  },
  external: { way: ['draft', 'receive', 'accept', 'forward', 'handOff'], papers: ['receipt', 'acceptance'] },
  approved: { way: ['draft', 'receive', 'accept', 'approve'], papers: ['receipt', 'acceptance'] },
  rejected: { way: ['draft', 'receive', 'accept', 'reject'], papers: ['receipt', 'acceptance', 'rejection'] },
  concluded: {
    way: ['draft', 'receive', 'oneTimeNotice', 'supplement', 'accept', 'reject', 'conclude'],
    papers: ['receipt', 'oneTimeNotice', 'supplement', 'acceptance', 'rejection'],
  },
  certified: {
    way: ['draft', 'receive', 'accept', 'supplyDeferred', 'approve', 'conclude', 'certify'],
    papers: ['receipt', 'acceptance', 'supplement', 'certificate'],
  },
  delivered: {
    way: ['draft', 'receive', 'accept', 'approve', 'conclude', 'certify', 'deliver'],
    papers: ['receipt', 'acceptance', 'certificate', 'deliveryProof'],
  },
  rated: {
    way: ['draft', 'receive', 'accept', 'reject', 'conclude', 'deliver', 'rate'],
    papers: ['receipt', 'acceptance', 'rejection', 'deliveryProof'],
  },
  archived: {
    way: ['draft', 'receive', 'accept', 'approve', 'conclude', 'certify', 'deliver', 'archive'],
    papers: ['receipt', 'acceptance', 'certificate', 'deliveryProof'],
  },
  withdrawn: {
    way: ['draft', 'submit', 'preReviewPass', 'receive', 'accept', 'withdraw'],
    papers: ['declaration', 'receipt'],
  },
  terminated: {
    way: ['draft', 'receive', 'accept', 'approve', 'conclude', 'certify', 'terminate'],
    papers: ['receipt'],
  },
};

const logOf = (way: readonly ActionKind[]): SignedAction[] =>
  way.map((kind, i) => makeAction(kind, { id: `device01.${String(i + 1)}` }));
const namesOf = (way: readonly ActionKind[], ruled?: number) =>
  papersOf(makeCase(logOf(way), ruled === undefined ? {} : { ruled }), makeCatalog()).map(
    ({ kind, isDraft, isHeld }) => [kind, isDraft && 'draft', isHeld && 'held'].filter(Boolean).join(' '),
  );

describe.each(STATUSES)('a case that is %s', (status) => {
  it('offers exactly the papers of the table', () => {
    const { way, papers } = WAYS[status];
    expect(fold(makeCase(logOf(way))).status).toBe(status);
    expect(namesOf(way)).toEqual(papers);
  });
});

describe('the table', () => {
  it('names each paper by a letter of its own', () => {
    expect(new Set(PAPER_KINDS.map((kind) => PAPERS[kind].letter)).size).toBe(PAPER_KINDS.length);
  });

  it('lets every kind of paper be printed in some status', () => {
    const offered = Object.values(WAYS).flatMap(({ papers }) => papers);
    expect(PAPER_KINDS.filter((kind) => !offered.includes(kind))).toEqual([]);
  });
});

describe('what the hub has not confirmed', () => {
  const approved: ActionKind[] = ['draft', 'receive', 'accept', 'approve', 'conclude', 'certify', 'deliver'];

  it('is said of the decision itself', () => {
    expect(isDecisionPending(makeCase(logOf(approved), { ruled: 3 }))).toBe(true);
    expect(isDecisionPending(makeCase(logOf(approved), { ruled: 4 }))).toBe(false);
    expect(isDecisionPending(makeCase(logOf(['draft', 'receive']), { ruled: 0 }))).toBe(false);
  });

  it('is held back where it is the paper of a decision, and only there', () => {
    expect(namesOf(approved, 0)).toEqual(['receipt', 'acceptance', 'certificate held', 'deliveryProof held']);
    expect(namesOf(['draft', 'receive', 'accept', 'reject'], 3)).toEqual([
      'receipt',
      'acceptance',
      'rejection held',
    ]);
    expect(namesOf(['draft', 'receive', 'refuse'], 0)).toEqual(['receipt', 'refusal']);
  });

  it('is free when the decision is confirmed, though the handing-over is not', () => {
    expect(namesOf(approved, 6)).toEqual(['receipt', 'acceptance', 'certificate', 'deliveryProof']);
    expect(namesOf(approved, 5)).toContain('certificate held');
  });

  it('may be printed where the rule of the unit that decided says so', () => {
    const log = approved.map((kind, i) =>
      makeAction(kind, {
        id: `device01.${String(i + 1)}`,
        by: { staffId: 'zhaom', name: '赵敏', unit: DISTRICT },
      }),
    );
    const rows = makeRows({ district: { resultOffline: true } });
    const held = (catalog: ReturnType<typeof makeCatalog>) =>
      papersOf(makeCase(log, { ruled: 0 }), catalog).filter(({ isHeld }) => isHeld).length;
    expect(held(makeCatalog())).toBe(2);
    expect(held(makeCatalog({ rows }))).toBe(0);
    // A rule published later does not reach back to a case that is pinned to an earlier one.
    const pinned = makeCatalog({ rows });
    const later = { ...pinned, publications: pinned.publications.map((known) => ({ ...known, seq: 9 })) };
    expect(PIN.rules).toBeLessThan(9);
    expect(held(later)).toBe(2);
  });

  it('is no paper when another ruling leaves it no place, or the hub refused it', () => {
    const log = logOf(['draft', 'receive', 'accept', 'oneTimeNotice']);
    expect(papersOf(makeCase(log, { ruled: 3 }), makeCatalog()).map(({ kind }) => kind)).toEqual([
      'receipt',
      'acceptance',
    ]);
    const doc = makeCase(logOf(['draft', 'receive', 'oneTimeNotice']));
    const refused = { ...doc.rulings['device01.3'], seq: 3, verdict: 'rejected', receivedAt: 0 } as const;
    const after = { ...doc, rulings: { ...doc.rulings, 'device01.3': refused } };
    expect(papersOf(after, makeCatalog()).map(({ kind }) => kind)).toEqual(['receipt']);
  });
});

describe('a paper', () => {
  it('bears the case number, and the case id where there is none yet', () => {
    const [draft] = papersOf(makeCase(logOf(['draft'])), makeCatalog());
    const [receipt] = papersOf(makeCase(logOf(['draft', 'receive'])), makeCatalog());
    expect([draft, receipt].map((paper) => paper && numberOn(paper))).toEqual([
      '01KB0000000000000000000001',
      '001013-261123-A1-0001',
    ]);
  });

  it('is issued by the unit that acted; a deemed acceptance by the unit that was silent', () => {
    const hub = { staffId: 'hub', name: 'hub', unit: DISTRICT };
    const log = [...logOf(['draft', 'receive']), makeAction('deemAccept', { id: 'hub1.1', by: hub })];
    const papers = papersOf(makeCase(log), makeCatalog());
    expect(papers.map(issuerOf)).toEqual(['530102001013', '530102001013']);
  });

  it('shows the case as its action left it, whatever came later', () => {
    const log = logOf(['draft', 'receive', 'oneTimeNotice', 'supplement', 'accept']);
    const receipt = papersOf(makeCase(log), makeCatalog()).find(({ kind }) => kind === 'receipt');
    expect(receipt?.state).toMatchObject({ status: 'received', materials: [] });
  });
});
