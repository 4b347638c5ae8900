/** One master copy: is every action genuine, every ruling in its place and possible, and the stored state what the log folds to? */
import { z } from 'zod';
import type { AnyActionBody, CaseDocument, SignedAction } from '../domain/action.ts';
import { deviceOf } from '../domain/action.ts';
import type { DeviceKey } from '../domain/catalog.ts';
import { fold, foldRuled, headOf, newCase } from '../domain/fold.ts';
import type { ActionId, DeviceId } from '../domain/identifiers.ts';
import { CASE_ID } from '../domain/identifiers.ts';
import { transitionOf } from '../domain/lifecycle.ts';
import { order } from '../domain/order.ts';
import type { LogEntry } from '../domain/order.ts';
import { hash, importPublicKey, verifyAction } from '../domain/signing.ts';
import type { CaseHead, CaseState } from '../domain/state.ts';
import { parseSignedAction } from '../protocol/parse-action.ts';
import type { BreakCode, Finding } from './break.ts';
import { difference } from './difference.ts';
import { isCanonical } from './export-format.ts';
import { problemForm } from './forms.ts';

/** What does not hold, without the place in the file. */
export interface Flaw {
  actionId?: ActionId;
  what: BreakCode;
  expected: string;
  found: string;
}

const former = z.strictObject({
  epoch: z.int().min(1),
  seq: z.int().min(1),
  verdict: z.enum(['accepted', 'rejected']),
});
const ruling = z.strictObject({
  seq: z.int().min(1),
  verdict: z.enum(['accepted', 'rejected']),
  problem: problemForm.exactOptional(),
  receivedAt: z.int(),
  former: former.exactOptional(),
});
const caseForm = z.strictObject({
  _id: z.string().regex(CASE_ID),
  epoch: z.int().min(1).exactOptional(),
  n: z.int().min(0),
  actions: z.record(z.string(), z.unknown()),
  rulings: z.record(z.string(), ruling),
  head: z.looseObject({}),
});

/** The case with its actions parsed, or where its form is broken. */
export function parseCase(
  line: unknown,
): { ok: true; doc: CaseDocument; head: unknown } | { ok: false; flaw: Flaw } {
  const parsed = caseForm.safeParse(line);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
    return { ok: false, flaw: { what: 'line-form', expected: 'a case', found: `not at «${where}»` } };
  }
  const { head, ...log } = parsed.data;
  const actions: Record<ActionId, SignedAction> = {};
  for (const [actionId, stored] of Object.entries(log.actions)) {
    const action = parseSignedAction(stored);
    if (!action.ok) {
      const found = String(action.problem.params?.['where'] ?? action.problem.code);
      return { ok: false, flaw: { actionId, what: 'action-form', expected: 'an action', found } };
    }
    actions[actionId] = action.value;
  }
  return { ok: true, doc: { ...log, actions } as CaseDocument, head };
}

/** Keys are imported once: a terminal signs thousands of actions. */
export class KeyRing {
  readonly #devices = new Map<DeviceId, DeviceKey>();
  readonly #keys = new Map<DeviceId, CryptoKey>();

  /** False when the key is no key. */
  async add(device: DeviceKey): Promise<boolean> {
    const key = await importPublicKey(device.publicKey).catch(() => undefined);
    if (key === undefined) return false;
    this.#devices.set(device.deviceId, device);
    this.#keys.set(device.deviceId, key);
    return true;
  }

  find(deviceId: DeviceId): DeviceKey | undefined {
    return this.#devices.get(deviceId);
  }

  all(): Iterable<DeviceKey> {
    return this.#devices.values();
  }

  /** Undefined when the action is its terminal's. Revoked terminals' keys count: what they signed before stays. */
  async flawOf(action: SignedAction): Promise<Flaw | undefined> {
    const actionId = action.body.id;
    const deviceId = deviceOf(action);
    const key = this.#keys.get(deviceId);
    if (key === undefined)
      return { actionId, what: 'device-unknown', expected: 'an enrolled terminal', found: deviceId };
    if (isCanonical(action.sig) && (await verifyAction(action, key))) return undefined;
    const actual = await hash(action.body);
    if (actual !== action.hash)
      return { actionId, what: 'action-hash', expected: action.hash, found: actual };
    return { actionId, what: 'action-signature', expected: `a signature by ${deviceId}`, found: action.sig };
  }
}

/** The first flaw, actions before rulings before the state. */
export async function caseFlaw(doc: CaseDocument, head: unknown, keys: KeyRing): Promise<Flaw | undefined> {
  for (const [actionId, { body }] of Object.entries(doc.actions)) {
    const place = `${doc._id} ${actionId}`;
    const own = `${body.caseId} ${body.id}`;
    if (place !== own) return { actionId, what: 'action-place', expected: place, found: own };
  }
  const flaws = await Promise.all(Object.values(doc.actions).map((action) => keys.flawOf(action)));
  return flaws.find((flaw) => flaw !== undefined) ?? rulingFlaw(doc) ?? headFlaw(doc, head);
}

function rulingFlaw(doc: CaseDocument): Flaw | undefined {
  const { actions, rulings, n } = doc;
  for (const [actionId, { verdict, problem }] of Object.entries(rulings)) {
    if (actions[actionId] === undefined)
      return { actionId, what: 'ruling-place', expected: 'an action', found: 'none' };
    if ((verdict === 'rejected') !== (problem !== undefined))
      return {
        actionId,
        what: 'ruling-verdict',
        expected: verdict === 'rejected' ? 'a reason' : 'no reason',
        found: problem?.code ?? 'none',
      };
  }
  let state = newCase(doc._id);
  let seq = 0;
  for (const { id, action, ruling: given } of order(doc)) {
    if (given === undefined)
      return { actionId: id, what: 'ruling-missing', expected: 'a ruling', found: 'none' };
    seq += 1;
    if (given.seq !== seq)
      return { actionId: id, what: 'ruling-seq', expected: String(seq), found: String(given.seq) };
    if (given.verdict === 'accepted' && !isPossible(state, action.body))
      return {
        actionId: id,
        what: 'ruling-impossible',
        expected: `rejected: «${action.body.kind}» on a case that is «${state.status}» at ${state.holder ?? 'no unit'}`,
        found: 'accepted',
      };
    state = foldRuled(state, action.body, given);
  }
  return seq === n ? undefined : { what: 'case-n', expected: String(seq), found: String(n) };
}

/** What no catalog can allow: the table of the lifecycle, and the unit that acted. Roles and rules are those of the day. */
function isPossible(state: CaseState, { kind, by }: AnyActionBody): boolean {
  const { from, holder, roles } = transitionOf(kind);
  if (!from.includes(state.status)) return false;
  if (holder === 'anyone' || (roles !== 'staff' && roles.includes('hub') && by.staffId === 'hub'))
    return true;
  return holder === 'holder' ? state.holder === by.unit : state.parties.includes(by.unit);
}

function headFlaw(doc: CaseDocument, head: unknown): Flaw | undefined {
  const folded: CaseHead = headOf(fold(doc));
  const found = difference(folded, head);
  return found === undefined ? undefined : { what: 'case-head', ...found };
}

/** Where the stamps of a case go back. */
export function clockFindings(doc: CaseDocument): Finding[] {
  const ruled = order(doc).flatMap(({ id, ruling: given }: LogEntry) =>
    given === undefined ? [] : [{ actionId: id, receivedAt: given.receivedAt }],
  );
  return ruled.flatMap(({ actionId, receivedAt }, i) => {
    const byMs = (ruled[i - 1]?.receivedAt ?? receivedAt) - receivedAt;
    return byMs > 0 ? [{ kind: 'clock-went-back' as const, caseId: doc._id, actionId, byMs }] : [];
  });
}
