/** A station of the protocol tests: the real loop and the real append over stores in memory. */
import type { AnyActionBody, CaseDocument, SignedAction } from '@sanji/sync/domain/action';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { append } from '@sanji/sync/replication/append';
import type { ActionDraft, AppendRequest } from '@sanji/sync/replication/append';
import type { Clock, DeviceStore, HubPort, LocalStore, Timer } from '@sanji/sync/replication/ports';
import { StationLoop } from '@sanji/sync/replication/station-loop';
import { cheapSign } from '@sanji/sync/testing/cheap-signer';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { MemoryDeviceStore, MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';
import { clerkOf, intake } from './district.ts';

export interface StationOptions {
  device: DeviceKey;
  hub: HubPort;
  clock: Clock & Timer;
  local?: MemoryLocalStore;
  deviceStore?: MemoryDeviceStore;
  /** The store as the code sees it, when something stands in between. */
  wrap?: (local: LocalStore) => LocalStore;
  wrapDevice?: (device: DeviceStore) => DeviceStore;
  /** Cheap signatures unless told otherwise. */
  sign?: (body: AnyActionBody) => Promise<SignedAction>;
  /** hub clock − device clock as kept over restarts. */
  offsetMs?: number;
  onOffset?: (offsetMs: number) => void;
  onFault?: (error: unknown) => void;
}

export class Station {
  readonly device: DeviceKey;
  readonly local: MemoryLocalStore;
  readonly deviceStore: MemoryDeviceStore;
  readonly loop: StationLoop;
  readonly faults: unknown[] = [];
  /** What the hub's clock was found to be ahead by. */
  offsetMs: number;
  readonly #store: LocalStore;
  readonly #device: DeviceStore;
  readonly #clock: Clock & Timer;
  readonly #sign: (body: AnyActionBody) => Promise<SignedAction>;

  constructor(options: StationOptions) {
    const { device, hub, clock, local, deviceStore, wrap, wrapDevice } = options;
    this.device = device;
    this.offsetMs = options.offsetMs ?? 0;
    this.#sign = options.sign ?? (async (body) => cheapSign(body));
    this.local = local ?? new MemoryLocalStore();
    this.deviceStore = deviceStore ?? new MemoryDeviceStore();
    this.#store = wrap?.(this.local) ?? this.local;
    this.#device = wrapDevice?.(this.deviceStore) ?? this.deviceStore;
    this.#clock = clock;
    this.loop = new StationLoop({
      hub,
      local: this.#store,
      clock,
      timer: clock,
      random: new SeededRandom(1),
      deviceId: device.deviceId,
      unit: device.unit,
      counts: async () => this.local.counts(device.deviceId),
      isUnsealed: () => true,
      onOffset: (offsetMs) => {
        this.offsetMs = offsetMs;
        options.onOffset?.(offsetMs);
      },
      onFault: (error) => {
        this.faults.push(error);
        options.onFault?.(error);
      },
    });
  }

  /** A new case, received and accepted at this counter. */
  async receive(caseId: string, accepts = true): Promise<void> {
    await this.#append(caseId, (number) => intake(this.device, number, accepts), 'caseNo:261123');
  }

  async act(caseId: string, ...drafts: ActionDraft[]): Promise<void> {
    await this.#append(caseId, () => drafts);
  }

  async #append(caseId: string, drafts: (number: number) => ActionDraft[], series?: string): Promise<void> {
    await this.write({
      caseId,
      by: clerkOf(this.device.unit),
      ...(series === undefined ? {} : { series }),
      build: (_doc, number) => ({ ok: true, value: drafts(number) }),
    });
  }

  /** As `append`, by this device. */
  async write(request: AppendRequest): ReturnType<typeof append> {
    return append(
      {
        deviceId: this.device.deviceId,
        device: this.#device,
        local: this.#store,
        clock: this.#clock,
        offsetMs: () => this.offsetMs,
        sign: this.#sign,
      },
      request,
    );
  }

  /** The case as this station has it, undefined when it is not here or has left. */
  find(caseId: string): CaseDocument | undefined {
    const row = this.local.rows.get(caseId);
    return row?.kind === 'case' ? row.doc : undefined;
  }
}
