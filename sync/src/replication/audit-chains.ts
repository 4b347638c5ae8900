/**
 * Holds the hash chains together that something came out of order in. A gap may close by itself: a relay, a bundle or the other half of a push
 * is still on its way. It is noted at once and marks its device after a day. A fork never closes: a profile was copied. Nothing is refused
 * for either; signatures and contents are the auditor's (`verifyChain`).
 */
import { linkFaults } from '../domain/chain.ts';
import { actionIdOf } from '../domain/identifiers.ts';
import type { DeviceId } from '../domain/identifiers.ts';
import type { ProblemCode } from '../domain/problem.ts';
import type { ChainFaultSince, ChainFinding, Clock, Quarantine, Register } from './ports.ts';
import { standingIn } from './register.ts';

export interface AuditPorts {
  register: Pick<Register, 'pageIdsOf' | 'getMany'>;
  quarantine: Pick<Quarantine, 'chains' | 'noteChain' | 'markDevice'>;
  clock: Clock;
}

/** What is on its way by foot comes within the working day. */
const GAP_MS = 86_400_000;
/** A gap that stays is looked at again now and then; and once more what was found whole, when no copy of the register lags any more. */
const RECHECK_MS = 600_000;

/** To be called regularly; any number of processes may. What it is cut off in the middle of is due again. */
export async function auditChains(ports: AuditPorts): Promise<void> {
  const now = ports.clock.now();
  for (const { finding, rev } of await ports.quarantine.chains()) {
    if (!isDue(finding, now)) continue;
    const faults = await chainFaultsOf(ports.register, finding.deviceId);
    for (const reason of reasonsOf(faults, now)) await ports.quarantine.markDevice(finding.deviceId, reason);
    await ports.quarantine.noteChain(
      {
        deviceId: finding.deviceId,
        isDue: false,
        checkedAt: now,
        faults,
        ...(finding.isDue && { again: true as const }),
      },
      rev,
    );
  }
}

async function chainFaultsOf(
  register: AuditPorts['register'],
  deviceId: DeviceId,
): Promise<ChainFaultSince[]> {
  const standing = await standingIn(register, deviceId);
  const links = standing.map(({ place, holder }) => ({ counter: place, ...holder }));
  return linkFaults(links).map(({ link, fault }) => ({
    actionId: actionIdOf(deviceId, link.counter),
    fault,
    since: link.at,
  }));
}

function isDue({ isDue: isSuspect, again, checkedAt, faults }: ChainFinding, now: number): boolean {
  const isOpen = again === true || faults.some(({ fault }) => fault === 'missing');
  return isSuspect || (isOpen && now - checkedAt >= RECHECK_MS);
}

function reasonsOf(faults: ChainFaultSince[], now: number): ProblemCode[] {
  const reasons: ProblemCode[] = [];
  if (faults.some(({ fault }) => fault === 'forked')) reasons.push('chain-forked');
  if (faults.some(({ fault, since }) => fault === 'missing' && now - since >= GAP_MS))
    reasons.push('chain-broken');
  return reasons;
}
