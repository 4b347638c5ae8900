/** Files of matters at the hub: handed in by one administrator, published by another. */
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import type { Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

export interface HubMatterDraft {
  id: string;
  matters: MatterVersion[];
  submittedBy: string;
  submittedAt: number;
}

const PATH = '/api/matter-drafts';

export function listMatterDrafts(): Promise<Result<{ drafts: HubMatterDraft[] }>> {
  return askJson({ path: PATH });
}

/** @param source the file as JSON */
export function submitMatterFile(source: string): Promise<Result<HubMatterDraft>> {
  return askJson({ method: 'POST', path: PATH, body: source });
}

export function publishMatterDraft(id: string): Promise<Result<{ published: number }>> {
  return askJson({ method: 'POST', path: `${PATH}/${encodeURIComponent(id)}/publish`, body: {} });
}

export function removeMatterDraft(id: string): Promise<Result<undefined>> {
  return askJson({ method: 'DELETE', path: `${PATH}/${encodeURIComponent(id)}` });
}
