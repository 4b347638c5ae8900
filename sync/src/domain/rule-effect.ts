/**
 * What publishing rules would do to the cases that are open. A case that was received ends under the rules it was received by; one that
 * was not yet comes under the new ones, and must still find somebody to receive and to decide it.
 */
import type { CaseStatus } from './action.ts';
import type { Catalog, TierRule } from './catalog.ts';
import type { CaseId, Day, Tier, UnitCode } from './identifiers.ts';
import { isOpen } from './lifecycle.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { CaseHead } from './state.ts';
import { effectiveRule, modeRank, pathOf, tierRank, withProposal, type RuleProposal } from './tier-rules.ts';

export interface ConcernedCase {
  caseId: CaseId;
  caseNo?: string;
  matterId: string;
  status: CaseStatus;
  /** Where it is now. */
  unit: UnitCode;
  tier: Tier;
  /** False: it was not received yet, and comes under the new rules. */
  stays: boolean;
}

/** Undefined where the rows say nothing about the case: another matter, another part of the district, or no open case. */
export function concernOf(
  catalog: Pick<Catalog, 'units'>,
  rows: readonly TierRule[],
  { _id, head }: { _id: CaseId; head: CaseHead },
): ConcernedCase | undefined {
  const { status, holder, matter, caseNo, receivedAt } = head;
  if (holder === undefined || matter === undefined || !isOpen(status)) return undefined;
  // Upwards as well: that is the way it goes.
  const path = pathOf(catalog, holder);
  const [own] = path;
  const speaksOf = ({ matterId, tier, unit }: TierRule): boolean =>
    matterId === matter.matterId &&
    path.some(
      (one, i) =>
        one.tier === tier && (unit === undefined || path.slice(i).some(({ code }) => code === unit)),
    );
  if (own === undefined || !rows.some(speaksOf)) return undefined;
  return {
    caseId: _id,
    matterId: matter.matterId,
    status,
    unit: holder,
    tier: own.tier,
    stays: receivedAt !== undefined,
    ...(caseNo !== undefined && { caseNo }),
  };
}

/** The active units whose own offer the rows speak of. */
export function unitsConcerned(catalog: Pick<Catalog, 'units'>, rows: readonly TierRule[]): UnitCode[] {
  return [...catalog.units.values()]
    .filter(({ code, tier, active }) => {
      const path = active ? pathOf(catalog, code) : [];
      return rows.some(
        (row) =>
          row.tier === tier && (row.unit === undefined ? active : path.some((one) => one.code === row.unit)),
      );
    })
    .map(({ code }) => code);
}

/** The first case that could be received and decided until now and would no longer be. */
export function strandedProblem(
  catalog: Catalog,
  proposal: RuleProposal,
  cases: readonly ConcernedCase[],
): Problem | undefined {
  const next = withProposal(catalog, proposal);
  const { effectiveFrom: day } = proposal;
  const found = cases.find((one) => !one.stays && canGoOn(catalog, one, day) && !canGoOn(next, one, day));
  if (found === undefined) return undefined;
  const { caseNo = found.caseId, matterId, unit } = found;
  return problem('case-stranded', { caseNo, matterId, unit });
}

function canGoOn(catalog: Catalog, { unit, matterId }: ConcernedCase, day: Day): boolean {
  const rules = pathOf(catalog, unit).map(({ code }) =>
    effectiveRule(catalog, { unit: code, matterId, day }),
  );
  const [own] = rules;
  if (own === undefined || modeRank(own.mode) < modeRank('accept')) return false;
  return rules.some(({ mode, tier, decideAt }) => mode === 'decide' && tierRank(tier) >= tierRank(decideAt));
}
