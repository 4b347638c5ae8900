/**
 * What publishing a draft of tier rules would touch, as the hub sees it: units, open cases, and which terminals have the rules now in force.
 */
import type { Catalog } from '@sanji/sync/domain/catalog';
import { TIERS, type Tier, type UnitCode } from '@sanji/sync/domain/identifiers';
import type { Problem } from '@sanji/sync/domain/problem';
import {
  concernOf,
  strandedProblem,
  unitsConcerned,
  type ConcernedCase,
} from '@sanji/sync/domain/rule-effect';
import type { RuleProposal } from '@sanji/sync/domain/tier-rules';
import type { DirectoryStore } from '../store/directory-store.ts';
import type { OpenCases } from './open-cases.ts';
import { terminalsInService } from './terminals-in-service.ts';

/** As many numbers as a person looks through; the counts are of all. */
export const MAX_LISTED = 100;

export interface EffectDeps {
  catalog: Catalog;
  openCases: Pick<OpenCases, 'list'>;
  directory: Pick<DirectoryStore, 'listDevices'>;
}

export interface DraftEffect {
  units: UnitCode[];
  cases: {
    total: number;
    /** Of them, those that end under the rules they were received by. */
    staying: number;
    byTier: Record<Tier, number>;
    /** The first `MAX_LISTED`, those that come under the new rules before the others. */
    listed: ConcernedCase[];
  };
  /** The newest publication there is. */
  newestSeq: number;
  /** The open case that could go nowhere. */
  stranded?: Problem;
  /** The terminals in service at those units. `rulesSeq`, `asOf`: the newest rules each was given, and when it last asked. */
  stations: { unit: UnitCode; terminal: string; rulesSeq?: number; asOf?: number }[];
}

export async function effectOf(deps: EffectDeps, proposal: RuleProposal): Promise<DraftEffect> {
  const { catalog, directory } = deps;
  const units = unitsConcerned(catalog, proposal.rows);
  const [cases, terminals] = await Promise.all([
    concernedCases(deps, proposal),
    terminalsInService({ catalog, directory }),
  ]);
  const byTier = Object.fromEntries(
    TIERS.map((tier) => [tier, cases.filter((one) => one.tier === tier).length]),
  ) as Record<Tier, number>;
  const stranded = strandedProblem(catalog, proposal, cases);
  return {
    units,
    ...(stranded !== undefined && { stranded }),
    cases: {
      total: cases.length,
      staying: cases.filter(({ stays }) => stays).length,
      byTier,
      listed: cases.toSorted((a, b) => Number(a.stays) - Number(b.stays)).slice(0, MAX_LISTED),
    },
    newestSeq: catalog.publications.at(-1)?.seq ?? 0,
    stations: terminals
      .filter(({ unit }) => units.includes(unit))
      .map(({ held, ...terminal }) => ({
        ...terminal,
        ...(held !== undefined && { rulesSeq: held.rulesSeq, asOf: held.at }),
      })),
  };
}

/** The first open case that could go nowhere under the proposal. */
export async function strandedBy(
  deps: Omit<EffectDeps, 'directory'>,
  proposal: RuleProposal,
): Promise<Problem | undefined> {
  return strandedProblem(deps.catalog, proposal, await concernedCases(deps, proposal));
}

async function concernedCases(
  { catalog, openCases }: Omit<EffectDeps, 'directory'>,
  { rows }: RuleProposal,
): Promise<ConcernedCase[]> {
  const open = await openCases.list();
  return open.map((one) => concernOf(catalog, rows, one)).filter((concern) => concern !== undefined);
}
