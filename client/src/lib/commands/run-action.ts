/** Signs one or more actions and appends them to a case in one write: both or neither. The network is not asked. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { CaseId } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import type { ActionDraft } from '@sanji/sync/replication/append';
import { appendChecked } from './append-checked.ts';

export type { ActionDraft } from '@sanji/sync/replication/append';

/** Every action is decided on the state the ones before it leave. The first refusal ends it, with nothing written. */
export async function runAction(caseId: CaseId, drafts: ActionDraft[]): Promise<Result<CaseDocument>> {
  if (drafts.length === 0) return refused('no-change');
  return appendChecked({ caseId, build: () => ({ ok: true, value: drafts }) });
}
