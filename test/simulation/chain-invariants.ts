/** Signatures and hash chains of everything the hub holds, as an auditor would verify them. */
import type { SignedAction } from '@sanji/sync/domain/action';
import { counterOf, deviceOf } from '@sanji/sync/domain/action';
import { verifyChain } from '@sanji/sync/domain/signing';
import type { MasterCase } from '@sanji/sync/replication/ports';
import type { Rested } from './invariants.ts';

export async function chainFindings(rested: Rested, docs: MasterCase[]): Promise<string[]> {
  const { hub, signatures, suspects, isTrueToTheByte } = rested;
  const actions = docs.flatMap((doc) => Object.values(doc.actions));
  const { devices } = hub.catalog.index;
  const found: string[] = [];
  for (const action of actions) {
    const device = devices.get(deviceOf(action));
    if (device === undefined || !(await signatures.verify(action, device)))
      found.push(`badly signed: ${action.body.id}`);
  }
  found.push(...unnoticedForks(rested, actions));
  // A device that the hub suspects has told two stories; whoever holds one of them cannot complete the chain.
  const isTrusted = (deviceId: string) =>
    !hub.quarantine.marks.has(deviceId) && !(hub.isRestored && suspects.has(deviceId));
  const trusted = actions.filter((action) => isTrusted(deviceOf(action)));
  const isWhole = !hub.isRestored;
  const faults =
    isTrueToTheByte && isWhole ? await verifiedByProduct(trusted) : brokenChains(trusted, isWhole);
  return [...found, ...faults];
}

/** Two actions that follow one predecessor, wherever the hub keeps them, come of two copies of one profile: its device is marked for it. */
function unnoticedForks({ hub }: Rested, actions: SignedAction[]): string[] {
  const aside = [...hub.quarantine.entries.values()].flatMap(({ action, ruling }) =>
    ruling === null ? [] : [action],
  );
  return [...Map.groupBy([...actions, ...aside], deviceOf)].flatMap(([deviceId, own]) => {
    const followed = new Set(own.map(({ body }) => body.prev));
    const isMarked = hub.quarantine.marks.get(deviceId)?.has('chain-forked') === true;
    return followed.size === own.length || isMarked ? [] : [`fork unnoticed: ${deviceId}`];
  });
}

async function verifiedByProduct(actions: SignedAction[]): Promise<string[]> {
  return (await verifyChain(actions)).map(({ actionId, fault }) => `chain ${fault}: ${actionId}`);
}

/** `verifyChain` without its hashing, which costs the time of a whole story: each hash was verified with the signature. */
function brokenChains(actions: SignedAction[], isWhole: boolean): string[] {
  const here = new Set(actions.map(({ hash }) => hash));
  const found: string[] = [];
  for (const [device, chain] of Map.groupBy(actions, deviceOf)) {
    let tip: string | null = null;
    let last = 0;
    for (const { body, hash } of chain.sort((a, b) => counterOf(a.body.id) - counterOf(b.body.id))) {
      if (counterOf(body.id) === last) found.push(`id twice: ${body.id}`);
      // After a restore links may be missing, never exchanged.
      if (body.prev !== tip && (isWhole || here.has(body.prev ?? '')))
        found.push(`chain broken: ${device} at ${body.id}`);
      tip = hash;
      last = counterOf(body.id);
    }
  }
  return found;
}
