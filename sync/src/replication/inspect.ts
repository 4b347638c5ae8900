/** Before a case is ruled: is every pushed action what it claims to be? Signatures are checked together, and only those not stored yet. */
import { parseActionId } from '../domain/identifiers.ts';
import type { SignedAction } from '../domain/action.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { PushedCase } from '../protocol/messages.ts';
import { fileAside } from './claim-actions.ts';
import type { JudgePorts } from './judge-ports.ts';
import type { MasterCase } from './ports.ts';

/** A problem refuses the case as a whole: it cannot be taken as it is, and the hub stays unchanged. */
export async function inspect(
  ports: JudgePorts,
  pushed: PushedCase,
  master: MasterCase | undefined,
): Promise<Problem | undefined> {
  // Known by hash *and* signature: a copy with a forged signature is not the stored action.
  const fresh = pushed.actions.filter((action) => {
    const known = master?.actions[action.body.id];
    return known?.hash !== action.hash || known.sig !== action.sig;
  });
  const found = await Promise.all(fresh.map((action) => inspectAction(ports, pushed, action)));
  return found.find((each) => each !== undefined);
}

async function inspectAction(
  ports: JudgePorts,
  { caseId, former }: PushedCase,
  action: SignedAction,
): Promise<Problem | undefined> {
  const { body } = action;
  const id = parseActionId(body.id);
  if (id === undefined || body.caseId !== caseId) return problem('malformed', { where: 'action' });
  const device = ports.catalog().devices.get(id.deviceId);
  // After a restore its entry may still be on the way, with whoever has it.
  if (device === undefined)
    return ports.awaitsReturn()
      ? problem('cause-missing')
      : problem('device-unknown', { deviceId: id.deviceId });
  // A relay hands up what others did; its own key signs no action.
  if (device.kind === 'relay') return problem('forbidden');
  if (!(await ports.verify(action, device))) return problem('signature-invalid', { actionId: body.id });
  if (device.status === 'active') return undefined;
  // What a hub had ruled on before a restore was done while the device was in service.
  if ((former?.[body.id]?.epoch ?? Infinity) < ports.epoch().count) return undefined;
  // Kept for an administrator: what was done before the device was lost may be good work.
  const why = problem('device-revoked', { deviceId: id.deviceId });
  await fileAside(ports, action, { problem: why, isRuled: false });
  return why;
}
