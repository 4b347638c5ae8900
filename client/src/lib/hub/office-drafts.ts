/** Office hours and notices of units at the hub: handed in by one administrator, published by another. */
import type { OfficeVersion } from '@sanji/sync/domain/catalog';
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import type { OfficeContent } from '@sanji/sync/domain/office-check';
import type { Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

export interface HubOfficeDraft extends OfficeContent {
  id: string;
  submittedBy: string;
  submittedAt: number;
}

/** A terminal in service. `officeSeq`, `asOf`: the newest version it was given, and when; absent: it has asked for nothing yet. */
export interface OfficeStation {
  unit: UnitCode;
  terminal: string;
  officeSeq?: number;
  asOf?: number;
}

export interface OfficeEffect {
  units: UnitCode[];
  openCases: number;
  /** Limits of all units end with the district's hours. */
  movesLimits: boolean;
}

const PATH = '/api/office-drafts';
const draftPath = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

export function listOfficeDrafts(): Promise<Result<{ drafts: HubOfficeDraft[]; stations: OfficeStation[] }>> {
  return askJson({ path: PATH });
}

export function submitOffice(content: OfficeContent): Promise<Result<HubOfficeDraft>> {
  return askJson({ method: 'POST', path: PATH, body: content });
}

export function effectOfOfficeDraft(id: string): Promise<Result<OfficeEffect>> {
  return askJson({ path: `${draftPath(id)}/effect` });
}

export function publishOffice(id: string): Promise<Result<OfficeVersion>> {
  return askJson({ method: 'POST', path: `${draftPath(id)}/publish`, body: {} });
}

export function removeOfficeDraft(id: string): Promise<Result<undefined>> {
  return askJson({ method: 'DELETE', path: draftPath(id) });
}
