/** The hub's list of terminals on the desk of an administrator. Nothing of it is kept on this terminal. */
import { successorOf } from '@sanji/sync/domain/catalog-index';
import type { DeviceId, UnitCode } from '@sanji/sync/domain/identifiers';
import type { Problem, Result } from '@sanji/sync/domain/problem';
import {
  issueEnrolmentCode,
  listDevices,
  revokeDevice,
  type EnrolmentCode,
  type HubDevice,
} from '#lib/hub/devices.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';

/** A code that was just made: the hub keeps its hash only, so it can be printed now or never. */
export interface Slip extends EnrolmentCode {
  unit: UnitCode;
  kind: 'terminal' | 'relay';
}

export class DeviceDesk {
  devices: HubDevice[] | undefined = $state.raw();
  slip: Slip | undefined = $state.raw();
  problem: Problem | undefined = $state.raw();
  busy = $state(false);
  text = $state('');
  showsRevoked = $state(false);

  shown: HubDevice[] = $derived.by(() => {
    const wanted = this.text.trim().toLowerCase();
    return (this.devices ?? [])
      .filter(({ device }) => this.showsRevoked || device.status === 'active')
      .filter(({ device }) => wanted === '' || searchTextOf(device).includes(wanted))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  });

  async refresh(): Promise<void> {
    const answer = await listDevices();
    this.#say(answer);
    if (answer.ok) this.devices = answer.value;
  }

  async issue(unit: UnitCode, kind: Slip['kind']): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const answer = await issueEnrolmentCode({ unit, ...(kind === 'relay' && { kind }) });
    this.#say(answer);
    if (answer.ok) this.slip = { ...answer.value, unit, kind };
    this.busy = false;
  }

  /** Undefined when it was done. */
  async revoke(deviceId: DeviceId, reason: string): Promise<Problem | undefined> {
    const answer = await revokeDevice(deviceId, reason);
    if (!answer.ok) return answer.problem;
    await this.refresh();
    return undefined;
  }

  #say(answer: Result<unknown>): void {
    this.problem = answer.ok ? undefined : answer.problem;
  }
}

/** What people call the unit that this one was merged into; undefined where it was not. */
export function heirOf(unit: UnitCode): string | undefined {
  const heir = successorOf(catalogState.current, unit);
  return heir === unit ? undefined : catalogState.unitName(heir);
}

function searchTextOf({ unit, terminal, deviceId }: HubDevice['device']): string {
  return `${catalogState.unitName(unit)} ${unit} ${terminal} ${deviceId}`.toLowerCase();
}

/** Those in service first, then by unit and label. */
function keyOf({ device: { status, unit, terminal } }: HubDevice): string {
  return `${status}/${unit}/${terminal.charAt(0)}${terminal.slice(1).padStart(3, '0')}`;
}
