/**
 * The hub's own acts at their time: deemed acceptance, resumption, conclusion, forwarding by rule, archive. Follows the cases and remembers when
 * each that waits for a date is due; what to do then is asked of the case anew, so a stale date costs a look and nothing else.
 */
import type { ActionKind } from '@sanji/sync/domain/action';
import { fold } from '@sanji/sync/domain/fold';
import { dutyTime, hubAct, hubDuty, type HubActPorts } from '@sanji/sync/replication/hub-act';
import type { MasterCase, SeenRevisions } from '@sanji/sync/replication/ports';
import type { DirectoryStore } from '../store/directory-store.ts';
import type { HubStores } from '../store/open-store.ts';

interface SavedAgenda {
  since: string | null;
  due: Record<string, number>;
}

export interface AgendaDeps {
  ports: HubActPorts;
  master: HubStores['master'];
  directory: DirectoryStore;
  /** When it is time to look at what was pushed. */
  calm: () => Promise<void>;
  onAct: (caseId: string, kind: ActionKind) => Promise<void>;
  onFault: (error: unknown) => void;
}

const PAGE = 500;

export class Agenda {
  readonly #deps: AgendaDeps;
  readonly #due: Map<string, number>;
  #since: string | null;

  private constructor(deps: AgendaDeps, saved: SavedAgenda | undefined) {
    this.#deps = deps;
    this.#due = new Map(Object.entries(saved?.due ?? {}));
    this.#since = saved?.since ?? null;
  }

  static async open(deps: AgendaDeps): Promise<Agenda> {
    const saved = await deps.directory.documents<SavedAgenda>('agenda').find('own');
    return new Agenda(deps, saved?.value);
  }

  /** Looks at every case that changes, until `signal` is aborted. */
  async follow(signal: AbortSignal): Promise<void> {
    for await (const { ids, last, seen } of this.#deps.master.follow(this.#since, signal)) {
      await this.#deps.calm();
      if (signal.aborted) return;
      await this.#look(ids, seen);
      this.#since = last;
    }
  }

  /** Looks at these now. For what was decided elsewhere about many cases. */
  attend(caseIds: readonly string[]): Promise<void> {
    return this.#look(caseIds);
  }

  /** Acts on what has come due. For a timer, and after the calendar changed. */
  async tick(): Promise<void> {
    const now = this.#deps.ports.clock.now();
    await this.#look([...this.#due].filter(([, at]) => at <= now).map(([caseId]) => caseId));
  }

  /** Works out all dates anew: a calendar or the settings changed. */
  async recompute(): Promise<void> {
    for (let since: string | null = null; ;) {
      const { ids, last, seen } = await this.#deps.master.changes(since, PAGE);
      if (ids.length === 0) return;
      await this.#look(ids, seen);
      since = last;
    }
  }

  /** Where the next start goes on; losing it costs a longer look. */
  async save(): Promise<void> {
    const documents = this.#deps.directory.documents<SavedAgenda>('agenda');
    const found = await documents.find('own');
    await documents.put('own', { since: this.#since, due: Object.fromEntries(this.#due) }, found?.rev);
  }

  async #look(caseIds: readonly string[], seen?: SeenRevisions): Promise<void> {
    if (caseIds.length === 0) return;
    const masters = await this.#deps.master.getMany([...caseIds], seen);
    for (const master of masters) {
      if (master === undefined) continue;
      try {
        await this.#attend(master);
      } catch (error) {
        // The case stays due: the next tick looks again.
        this.#due.set(master._id, this.#deps.ports.clock.now());
        this.#deps.onFault(error);
      }
    }
  }

  async #attend(master: MasterCase): Promise<void> {
    const { ports, onAct } = this.#deps;
    const catalog = ports.catalog();
    const state = fold(master);
    const duty = hubDuty(state, catalog, { now: ports.clock.now() });
    if (duty === undefined) {
      const at = dutyTime(state, catalog);
      if (at === undefined) this.#due.delete(master._id);
      else this.#due.set(master._id, at);
      return;
    }
    const done = await hubAct(ports, master._id, duty);
    this.#due.delete(master._id);
    // Refused: a person, or another process, was faster. There is nothing to do and nothing to note.
    if (done.ok) await onAct(master._id, duty.kind);
  }
}
