/**
 * What a terminal did that was taken out of service and no hub had ruled on: whoever holds a copy of it as pending (by a relay) cannot get it
 * in. It goes to the tray, for a person, and what others did in the case goes on without it.
 */
import { deviceOf } from '../domain/action.ts';
import type { CaseId } from '../domain/identifiers.ts';
import { epochOf } from '../domain/epoch.ts';
import { fold } from '../domain/fold.ts';
import type { Problem } from '../domain/problem.ts';
import type { ApplyPorts } from './apply.ts';

/** False when the problem is another one, or of this very device: then the case is as it was. Idempotent. */
export async function setAsideRevoked(
  { local, clock, deviceId }: ApplyPorts,
  caseId: CaseId,
  problem: Problem,
): Promise<boolean> {
  const revoked = problem.code === 'device-revoked' ? problem.params?.['deviceId'] : undefined;
  if (revoked === undefined || revoked === deviceId) return false;
  for (;;) {
    const known = await local.read(caseId);
    if (known?.kind !== 'case') return false;
    const { doc, revision } = known;
    const out = Object.values(doc.actions).filter(
      (action) => deviceOf(action) === revoked && doc.rulings[action.body.id] === undefined,
    );
    if (out.length === 0) return false;
    const { caseNo } = fold(doc);
    const strayedAt = clock.now();
    await local.addStrays(
      out.map((action) => ({ caseId, action, problem, strayedAt, ...(caseNo !== undefined && { caseNo }) })),
    );
    const ids = new Set(out.map(({ body }) => body.id));
    const rest = Object.entries(doc.actions).filter(([id]) => !ids.has(id));
    const isDone =
      rest.length === 0
        ? await local.bury(caseId, { n: doc.n, epoch: epochOf(doc) }, revision)
        : await local.write({ ...doc, actions: Object.fromEntries(rest) }, revision);
    if (isDone) return true;
  }
}
