/** Writes down, for administrators, what came back after a restore and what shows that one was not finished. */
import type { BehindEvidence, Clock, RestoreLog } from '@sanji/sync/replication/ports';
import type { RestoreStore } from '../store/restore-store.ts';
import type { HubLife } from './hub-life.ts';

/** A station tries again every minute; its sign is counted, not written each time. */
const STEP_MS = 60_000;

export interface RestoreNotesDeps {
  store: RestoreStore;
  life: Pick<HubLife, 'epoch'>;
  clock: Clock;
  /** The first sign of an epoch: for the audit log and whoever reads logs. */
  onFirstSign: (evidence: BehindEvidence) => Promise<void>;
}

export class RestoreNotes implements RestoreLog {
  readonly #deps: RestoreNotesDeps;
  readonly #noted = new Set<string>();
  readonly #signAt = new Map<BehindEvidence['kind'], number>();

  constructor(deps: RestoreNotesDeps) {
    this.#deps = deps;
  }

  async cameBack(cases: { caseId: string; unit: string }[]): Promise<void> {
    const { store, life, clock } = this.#deps;
    const fresh = cases.filter(({ caseId }) => !this.#noted.has(caseId));
    if (fresh.length === 0) return;
    const at = clock.now();
    await store.noteCases(
      life.epoch.count,
      fresh.map(({ caseId, unit }) => ({ caseId, unit, at })),
    );
    for (const { caseId } of fresh) this.#noted.add(caseId);
  }

  async entriesCameBack(ids: string[]): Promise<void> {
    const { store, life, clock } = this.#deps;
    const at = clock.now();
    await store.noteEntries(
      life.epoch.count,
      ids.map((entry) => ({ entry, at })),
    );
  }

  async noticeBehind(evidence: BehindEvidence): Promise<void> {
    const { store, life, clock, onFirstSign } = this.#deps;
    const now = clock.now();
    if (Math.abs(now - (this.#signAt.get(evidence.kind) ?? Number.NEGATIVE_INFINITY)) < STEP_MS) return;
    const isFirst = await store.noteBehind(life.epoch.count, evidence, now);
    this.#signAt.set(evidence.kind, now);
    if (isFirst) await onFirstSign(evidence);
  }
}
