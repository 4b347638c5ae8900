/**
 * After a restore several stations bring back their parts of one case: a unit that the case has left has its own actions only. Ruled before
 * what it stands on is back, an action could be rejected for ever, so it waits; what is ready is ruled, so that parts never wait for each other.
 */
import type { ActionId } from '../domain/identifiers.ts';
import { counterOf, deviceOf } from '../domain/action.ts';
import type { SignedAction } from '../domain/action.ts';
import { order } from '../domain/order.ts';
import type { PushedCase } from '../protocol/messages.ts';
import type { Clock, MasterCase, Register } from './ports.ts';
import { holderOf } from './register.ts';

export interface ReadyPorts {
  /** The hub was restored, and stations may still hold what it has forgotten. */
  awaitsReturn: () => boolean;
  register: Pick<Register, 'getMany'>;
  clock: Clock;
}

/** Who claimed an id a moment ago may be about to write its action into this very case. */
const UNDER_WAY_MS = 60_000;

/**
 * Waited for is the work of other devices: what an own action stands on is brought with it, or lies in the tray for good. Not waited for either:
 * what was rejected before, and what the hub keeps outside the case, its id being another's.
 */
export async function readyOf(
  { awaitsReturn, register, clock }: ReadyPorts,
  { actions, former }: PushedCase,
  master: MasterCase | undefined,
): Promise<SignedAction[]> {
  if (!awaitsReturn()) return actions;
  const pushed = Object.fromEntries(actions.map((action) => [action.body.id, action]));
  const ready = new Set<ActionId>();
  const isMissing = async (id: ActionId, by: SignedAction): Promise<boolean> => {
    if (ready.has(id) || master?.actions[id] !== undefined) return false;
    if (pushed[id] !== undefined) return true;
    const cause = { body: { id } };
    if (deviceOf(cause) === deviceOf(by) || former?.[id]?.verdict === 'rejected') return false;
    const holder = await holderOf(register, deviceOf(cause), counterOf(id));
    // Either way: the hub's clock may have been ahead when it was claimed.
    return holder === undefined || Math.abs(clock.now() - holder.at) < UNDER_WAY_MS;
  };
  // Causes come before effects.
  for (const { id, action } of order({ actions: pushed, rulings: {} })) {
    const missing = await Promise.all(action.body.after.map((cause) => isMissing(cause, action)));
    if (!missing.includes(true)) ready.add(id);
  }
  return actions.filter(({ body }) => ready.has(body.id));
}
