/**
 * Rule 3. Each pushed action claims its place in its device's chain, each receipt its case number, whatever case they are in: a cloned
 * browser profile counts on by itself and uses numbers a second time in other cases. What comes second is kept aside, rejected there, and its
 * device marked. Nothing is refused for coming out of order: the chain is only noted for an audit.
 */
import type { ActionId } from '../domain/identifiers.ts';
import { counterOf, deviceOf } from '../domain/action.ts';
import type { SignedAction } from '../domain/action.ts';
import { parseCaseNo } from '../domain/case-number.ts';
import type { CaseNumber } from '../domain/case-number.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Aside, PushedCase } from '../protocol/messages.ts';
import type { MasterCase, Quarantine, Register, SetAside } from './ports.ts';
import { enterAll } from './register.ts';
import type { Claim } from './register.ts';
import type { RulePorts } from './rule.ts';

export interface ClaimPorts extends RulePorts {
  register: Register;
  quarantine: Quarantine;
}

/** What became of one case's actions. */
export interface Claimed {
  /** Those that hold their ids, to be ruled. */
  first: SignedAction[];
  aside: Aside[];
  /** Receipts whose case number another receipt holds. */
  numbersTaken: ReadonlySet<ActionId>;
}

interface Examined {
  pushed: PushedCase;
  master: MasterCase | undefined;
}

/** One answer per case, in order; undefined when the store gave way to others for too long. */
export async function claimActions(
  ports: ClaimPorts,
  cases: readonly Examined[],
): Promise<Claimed[] | undefined> {
  const fresh = cases.flatMap(({ pushed, master }) =>
    pushed.actions.filter(({ body, hash }) => master?.actions[body.id]?.hash !== hash),
  );
  const claimed = await claimAll(ports, fresh);
  if (claimed === undefined) return undefined;
  const { second, numbersTaken } = claimed;
  return Promise.all(
    cases.map(async ({ pushed, master }) => {
      const isSecond = (action: SignedAction) => {
        const known = master?.actions[action.body.id];
        return known === undefined ? second.has(action) : known.hash !== action.hash;
      };
      const aside = await Promise.all(
        pushed.actions.filter(isSecond).map((action) => fileSecond(ports, action)),
      );
      return { first: pushed.actions.filter((action) => !isSecond(action)), aside, numbersTaken };
    }),
  );
}

/** One write for ids and numbers together. */
async function claimAll(
  ports: ClaimPorts,
  fresh: SignedAction[],
): Promise<{ second: Set<SignedAction>; numbersTaken: Set<ActionId> } | undefined> {
  const { register, quarantine, clock } = ports;
  if (fresh.length === 0) return { second: new Set(), numbersTaken: new Set() };
  const at = clock.now();
  const ids = fresh.map((action): Claim => {
    const { hash, body } = action;
    return { series: deviceOf(action), place: counterOf(body.id), holder: { hash, prev: body.prev, at } };
  });
  const numbers = fresh.flatMap((action, i) => {
    const number = ownNumber(ports, action);
    const [only, { hash }] = [ids[i], action];
    if (number === undefined || only === undefined) return [];
    // A number under an id that is another's is no number: the receipt is kept aside.
    return [{ id: action.body.id, claim: { ...number, holder: { hash, prev: null, at }, only } }];
  });
  const entered = await enterAll(register, [...ids, ...numbers.map(({ claim }) => claim)]);
  if (entered === undefined) return undefined;
  const strange = new Set(fresh.filter((_, i) => entered[i]?.isInOrder !== true).map(deviceOf));
  await Promise.all([...strange].map((deviceId) => quarantine.suspectChain(deviceId)));
  const isTaken = ({ claim }: { claim: Claim }, i: number) =>
    entered[ids.length + i]?.heldBy !== claim.holder.hash;
  return {
    second: new Set(fresh.filter(({ hash }, i) => entered[i]?.heldBy !== hash)),
    numbersTaken: new Set(numbers.filter(isTaken).map(({ id }) => id)),
  };
}

/** A terminal may take places only in its own series; another's number is refused by `decide`. */
function ownNumber(
  { catalog }: ClaimPorts,
  action: SignedAction,
): Pick<Claim, 'series' | 'place'> | undefined {
  const { body } = action;
  if (body.kind !== 'receive') return undefined;
  const parts = parseCaseNo(body.payload.caseNo);
  const isOwn =
    parts?.terminal === catalog().devices.get(deviceOf(action))?.terminal &&
    parts?.unitPart === body.by.unit.slice(6);
  if (parts === undefined || !isOwn) return undefined;
  return { series: numberSeries(parts), place: parts.counter };
}

/** The series of one terminal's case numbers of one day. */
export function numberSeries({
  unitPart,
  terminal,
  day,
}: Pick<CaseNumber, 'unitPart' | 'terminal' | 'day'>): string {
  return `number-${unitPart}-${terminal.toLowerCase()}-${day}`;
}

async function fileSecond(ports: ClaimPorts, action: SignedAction): Promise<Aside> {
  const { id } = action.body;
  const why = problem('action-id-reused', { actionId: id });
  const filed = await fileAside(ports, action, { problem: why, isRuled: true });
  return { actionId: id, hash: action.hash, problem: filed.problem };
}

/** Idempotent: the id is made of the content. `isRuled`: rejected for good, as opposed to left to a person. */
export async function fileAside(
  { quarantine, clock }: Pick<ClaimPorts, 'quarantine' | 'clock'>,
  action: SignedAction,
  { problem: why, isRuled }: { problem: Problem; isRuled: boolean },
): Promise<SetAside> {
  const { id, caseId } = action.body;
  const now = clock.now();
  const ruling = isRuled ? { verdict: 'rejected' as const, problem: why, receivedAt: now } : null;
  const entry = { id: `${id}~${action.hash}`, caseId, action, ruling, problem: why, filedAt: now };
  const filed = await quarantine.file(entry);
  await quarantine.markDevice(deviceOf(action), why.code);
  return filed;
}
