/** Tier rules in the making, as the hub keeps them: draft → submitted → published by a second administrator. */
import type { RulePublication, TierRule } from '@sanji/sync/domain/catalog';
import type { Day, Tier, UnitCode } from '@sanji/sync/domain/identifiers';
import type { Problem, Result } from '@sanji/sync/domain/problem';
import type { ConcernedCase } from '@sanji/sync/domain/rule-effect';
import { askJson } from './http.ts';

export interface RuleDraftContent {
  issuer: UnitCode;
  version: string;
  effectiveFrom: Day;
  effectiveTo?: Day;
  document: string;
  rows: TierRule[];
}

export interface HubRuleDraft extends RuleDraftContent {
  id: string;
  status: 'draft' | 'submitted';
  createdBy: string;
  submittedBy?: string;
  /** Grows with every save: sent back with a change, so that nobody overwrites somebody else. */
  rev?: string;
  updatedAt: number;
}

export function listRuleDrafts(): Promise<Result<{ drafts: HubRuleDraft[] }>> {
  return askJson({ path: '/api/rule-drafts' });
}

export function createRuleDraft(content: RuleDraftContent): Promise<Result<HubRuleDraft>> {
  return askJson({ method: 'POST', path: '/api/rule-drafts', body: content });
}

export function saveRuleDraft(
  id: string,
  content: RuleDraftContent & { rev?: string },
): Promise<Result<HubRuleDraft>> {
  return askJson({ method: 'PUT', path: pathOf(id), body: content });
}

/** What publishing would touch, as the hub knows it. `problem`: what speaks against it. */
export interface RuleDraftEffect {
  units: UnitCode[];
  cases: {
    total: number;
    staying: number;
    byTier: Record<Tier, number>;
    listed: ConcernedCase[];
  };
  newestSeq: number;
  stations: { unit: UnitCode; terminal: string; rulesSeq?: number; asOf?: number }[];
  problem?: Problem;
}

export function effectOfRuleDraft(id: string): Promise<Result<RuleDraftEffect>> {
  return askJson({ path: `${pathOf(id)}/effect` });
}

export function submitRuleDraft(id: string): Promise<Result<HubRuleDraft>> {
  return askJson({ method: 'POST', path: `${pathOf(id)}/submit`, body: {} });
}

export function publishRuleDraft(id: string): Promise<Result<RulePublication>> {
  return askJson({ method: 'POST', path: `${pathOf(id)}/publish`, body: {} });
}

export function removeRuleDraft(id: string): Promise<Result<undefined>> {
  return askJson({ method: 'DELETE', path: pathOf(id) });
}

function pathOf(id: string): string {
  return `/api/rule-drafts/${encodeURIComponent(id)}`;
}
