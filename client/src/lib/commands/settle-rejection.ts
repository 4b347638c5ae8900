/** A person has dealt with an action the hub did not adopt: it leaves the tray and stays in the log. */
import type { ActionId, CaseId } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { openStation } from '#lib/local/station.ts';
import { session } from '#lib/state/session.svelte.ts';
import { runAction } from './run-action.ts';

export interface Settlement {
  caseId: CaseId;
  actionId: ActionId;
  how: 'redone' | 'voided' | 'seen';
  /** Written into the case as a note where the unit is still a party. */
  reason?: string;
}

export async function settleRejection({ caseId, actionId, how, reason }: Settlement): Promise<Result<void>> {
  const staffId = session.staff?.staffId;
  if (staffId === undefined) return refused('login-required');
  if (how === 'voided' && (reason ?? '').trim() === '') return refused('field-required', { field: 'reason' });
  const { database, seal, store } = await openStation();
  const isHere = (await store.read(caseId))?.kind === 'case';
  if (isHere && reason !== undefined && reason.trim() !== '') {
    const noted = await runAction(caseId, [{ kind: 'note', payload: { text: reason } }]);
    // Where the unit may no longer write into the case, the reason is kept at this terminal alone.
    if (!noted.ok && noted.problem.code !== 'not-a-party') return noted;
  }
  await database.settled.put({
    actionId,
    caseId,
    how,
    staffId,
    at: Date.now(),
    ...(reason === undefined ? {} : { reason: await seal.seal(reason, actionId) }),
  });
  return { ok: true, value: undefined };
}
