/**
 * A device writes actions into a case: all of one click in one write, or none. The counter is raised and durable before the case is
 * written (rule 20), and what will be written is announced with it, so that after a crash the hash chain goes on from what is really there.
 */
import type { ActionId, CaseId, DeviceId } from '../domain/identifiers.ts';
import { actionIdOf } from '../domain/identifiers.ts';
import type {
  ActionKind,
  ActionPayloads,
  AnyActionBody,
  Author,
  CaseDocument,
  SignedAction,
} from '../domain/action.ts';
import { counterOf, deviceOf } from '../domain/action.ts';
import { tips } from '../domain/order.ts';
import type { Problem } from '../domain/problem.ts';
import type { Clock, DeviceState, DeviceStore, Intent, LocalStore } from './ports.ts';

export interface AppendPorts {
  deviceId: DeviceId;
  device: DeviceStore;
  local: Pick<LocalStore, 'read' | 'write'>;
  clock: Clock;
  /** hub clock − device clock as last measured, milliseconds. */
  offsetMs: () => number;
  sign: (body: AnyActionBody) => Promise<SignedAction>;
  /** The case is written, but the note of it failed: the next append, or start, settles it. Default: it rejects. */
  onUnsettled?: (error: unknown) => void;
  /** What is announced is kept with its announcement, and written after a crash. Default: what was not written never was. */
  keepsAnnounced?: boolean;
}

/** What a command wants to add; of one definite kind, so that `kind` narrows `payload`. */
export type ActionDraft = { [K in ActionKind]: { kind: K; payload: ActionPayloads[K] } }[ActionKind];

export interface AppendRequest {
  caseId: CaseId;
  by: Author;
  /** Series from which one number is taken, e.g. `caseNo:261123`. */
  series?: string;
  /** Called with the case as it is now, again after a conflict. A problem ends the append with nothing written. */
  build: (
    doc: CaseDocument,
    number: number,
  ) => { ok: true; value: ActionDraft[] } | { ok: false; problem: Problem };
}

/** Throws when the case has left this station (rule 14) and when a store fails; then nothing is written, or everything. */
export async function append(
  ports: AppendPorts,
  request: AppendRequest,
): Promise<{ ok: true; value: CaseDocument } | { ok: false; problem: Problem }> {
  return ports.device.exclusive(async () => {
    let state = await settleIntent(ports);
    let number = 0;
    if (request.series !== undefined) {
      number = (state.numbers[request.series] ?? 0) + 1;
      // Made durable with the announcement below, before the case that bears it (rule 20).
      state = { ...state, numbers: { ...state.numbers, [request.series]: number } };
    }
    for (;;) {
      const known = await ports.local.read(request.caseId);
      if (known?.kind === 'tombstone') throw new Error('the case has left this station');
      const doc = known?.doc ?? { _id: request.caseId, n: 0, actions: {}, rulings: {} };
      const built = request.build(doc, number);
      if (!built.ok) return built;
      if (built.value.length === 0) return { ok: true, value: doc };
      const made = await signAll(ports, request, { doc, state, drafts: built.value });
      // A conflict burns these counters: a signed action may never share its id with another.
      await ports.device.save(made.announced);
      state = { ...made.announced, intent: null, tip: state.tip };
      if (!(await ports.local.write(made.doc, known?.revision))) continue;
      await settled(ports, { ...made.announced, tip: made.tip, intent: null });
      return { ok: true, value: made.doc };
    }
  });
}

/** To say now that nothing was written would have a person write it a second time. */
async function settled({ device, onUnsettled }: AppendPorts, state: DeviceState): Promise<void> {
  try {
    await device.save(state);
  } catch (error) {
    if (onUnsettled === undefined) throw error;
    onUnsettled(error);
  }
}

/**
 * After a crash: was the announced append written? To be called when a station starts, before anything can remove the case.
 * Idempotent.
 */
export async function recoverChain(ports: Pick<AppendPorts, 'device' | 'local'>): Promise<void> {
  await ports.device.exclusive(async () => {
    await settleIntent(ports);
  });
}

async function settleIntent({ device, local }: Pick<AppendPorts, 'device' | 'local'>): Promise<DeviceState> {
  const state = await device.read();
  if (state.intent === null) return state;
  const { lastId, tip } = state.intent;
  if (state.intent.actions !== undefined) await writeAnnounced(local, state.intent, state.intent.actions);
  const known = await local.read(state.intent.caseId);
  const isThere = known?.kind === 'case' && known.doc.actions[lastId]?.hash === tip;
  const settled: DeviceState = { ...state, tip: isThere ? tip : state.tip, intent: null };
  await device.save(settled);
  return settled;
}

/** Thrown by `write` where another action holds the id: what was announced will never be in its case. */
export class Displaced extends Error {}

async function writeAnnounced(
  local: AppendPorts['local'],
  { caseId, lastId, tip }: Intent,
  announced: Record<ActionId, SignedAction>,
): Promise<void> {
  for (;;) {
    const known = await local.read(caseId);
    if (known?.kind === 'tombstone' || known?.doc.actions[lastId]?.hash === tip) return;
    const doc = known?.doc ?? { _id: caseId, n: 0, actions: {}, rulings: {} };
    const actions = { ...doc.actions, ...announced };
    try {
      if (await local.write({ ...doc, actions }, known?.revision)) return;
    } catch (error) {
      if (error instanceof Displaced) return;
      throw error;
    }
  }
}

interface Signing {
  doc: CaseDocument;
  state: DeviceState;
  drafts: ActionDraft[];
}

async function signAll(ports: AppendPorts, { caseId, by }: AppendRequest, { doc, state, drafts }: Signing) {
  const made: Record<ActionId, SignedAction> = {};
  // A copy of this profile may have counted on and written here: its actions are not written over.
  let counter = Math.max(state.counter, lastCounterIn(doc, ports.deviceId));
  let prev = state.tip;
  let after = tips(doc);
  let lastId = '';
  for (const draft of drafts) {
    counter += 1;
    lastId = actionIdOf(ports.deviceId, counter);
    const signed = await ports.sign({
      v: 1,
      id: lastId,
      caseId,
      ...draft,
      by,
      at: ports.clock.now(),
      offsetMs: ports.offsetMs(),
      after,
      prev,
    });
    made[lastId] = signed;
    prev = signed.hash;
    after = [lastId];
  }
  const tip = prev ?? '';
  const kept = ports.keepsAnnounced === true ? { actions: made } : {};
  const announced: DeviceState = { ...state, counter, intent: { caseId, lastId, tip, ...kept } };
  return { doc: { ...doc, actions: { ...doc.actions, ...made } }, announced, tip };
}

function lastCounterIn({ actions }: CaseDocument, deviceId: DeviceId): number {
  const own = Object.keys(actions).filter((id) => deviceOf({ body: { id } }) === deviceId);
  return own.reduce((last, id) => Math.max(last, counterOf(id)), 0);
}
