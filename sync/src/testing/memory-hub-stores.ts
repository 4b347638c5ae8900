/** The hub's stores in memory: compare-and-set and change order as the real ones have them. */
import type { CaseId, DeviceId } from '../domain/identifiers.ts';
import type {
  BehindEvidence,
  ChainFinding,
  FeedEntry,
  FeedStore,
  MasterCase,
  MasterStore,
  Quarantine,
  Register,
  RegisterPage,
  RestoreLog,
  RouterCheckpoint,
  SetAside,
} from '../replication/ports.ts';
import { outranksEntry } from '../replication/feed-rank.ts';
import { frozen } from './frozen.ts';

/** A copy of a store as it is now; calling it puts the store back to that. */
export type Backup = () => void;

function backupOf<K, V>(map: Map<K, V>): Backup {
  const copy = [...map];
  return () => {
    map.clear();
    for (const [key, value] of copy) map.set(key, value);
  };
}

export class MemoryMasterStore implements MasterStore {
  readonly docs = new Map<CaseId, { doc: MasterCase; rev: number }>();
  #seq = 0;

  backup(): Backup {
    const [docs, seq] = [backupOf(this.docs), this.#seq];
    return () => {
      docs();
      this.#seq = seq;
    };
  }

  async getMany(ids: CaseId[]): Promise<(MasterCase | undefined)[]> {
    return ids.map((id) => {
      const found = this.docs.get(id);
      return found === undefined ? undefined : { ...found.doc, rev: String(found.rev) };
    });
  }

  async putMany(docs: MasterCase[]): Promise<('written' | 'conflict')[]> {
    return docs.map(({ rev, ...doc }) => {
      const known = this.docs.get(doc._id);
      if ((known === undefined ? undefined : String(known.rev)) !== rev) return 'conflict';
      // Out and in again: the map's order is the order of change.
      this.docs.delete(doc._id);
      this.docs.set(doc._id, { doc: frozen(doc), rev: ++this.#seq });
      return 'written';
    });
  }

  async changes(since: string | null, limit: number): Promise<{ ids: CaseId[]; last: string }> {
    const after = Number(since ?? 0);
    const page = [...this.docs.entries()].filter(([, { rev }]) => rev > after).slice(0, limit);
    return { ids: page.map(([id]) => id), last: String(page.at(-1)?.[1].rev ?? after) };
  }
}

export class MemoryFeedStore implements FeedStore {
  readonly feeds = new Map<string, Map<CaseId, FeedEntry & { seq: number }>>();
  #seq = 0;

  backup(): Backup {
    const [feeds, seq] = [backupOf(this.feeds), this.#seq];
    const rows = [...this.feeds.values()].map((entries) => backupOf(entries));
    return () => {
      feeds();
      for (const each of rows) each();
      this.#seq = seq;
    };
  }

  async raise(feed: string, entries: FeedEntry[]): Promise<boolean> {
    const rows = this.feeds.get(feed) ?? new Map<CaseId, FeedEntry & { seq: number }>();
    this.feeds.set(feed, rows);
    let hasMoved = false;
    for (const entry of entries) {
      const known = rows.get(entry.caseId);
      if (known !== undefined && !outranksEntry(entry, known)) continue;
      rows.delete(entry.caseId);
      rows.set(entry.caseId, { ...entry, seq: ++this.#seq });
      hasMoved = true;
    }
    return hasMoved;
  }

  async read(feed: string, since: string | null, limit: number) {
    const after = Number(since ?? 0);
    const rows = [...(this.feeds.get(feed)?.values() ?? [])].filter(({ seq }) => seq > after);
    const page = rows.slice(0, limit);
    return {
      entries: page.map(({ seq: _seq, ...entry }): FeedEntry => entry),
      last: String(page.at(-1)?.seq ?? after),
      more: rows.length > page.length,
    };
  }
}

export class MemoryQuarantine implements Quarantine {
  readonly entries = new Map<string, SetAside>();
  readonly marks = new Map<string, Set<string>>();
  readonly findings = new Map<DeviceId, { finding: ChainFinding; rev: number }>();
  #rev = 0;

  backup(): Backup {
    const parts = [backupOf(this.entries), backupOf(this.marks), backupOf(this.findings)];
    return () => {
      for (const part of parts) part();
    };
  }

  async file(entry: SetAside): Promise<SetAside> {
    const known = this.entries.get(entry.id);
    if (known === undefined) this.entries.set(entry.id, entry);
    return known ?? entry;
  }

  async markDevice(deviceId: DeviceId, reason: string): Promise<void> {
    this.marks.set(deviceId, (this.marks.get(deviceId) ?? new Set()).add(reason));
  }

  async suspectChain(deviceId: DeviceId): Promise<void> {
    const known = this.findings.get(deviceId)?.finding;
    if (known?.isDue === true) return;
    const finding = { deviceId, checkedAt: 0, faults: [], ...known, isDue: true };
    this.findings.set(deviceId, { finding, rev: ++this.#rev });
  }

  async chains(): Promise<{ finding: ChainFinding; rev: string }[]> {
    return [...this.findings.values()].map(({ finding, rev }) => ({ finding, rev: String(rev) }));
  }

  async noteChain(finding: ChainFinding, rev: string): Promise<'written' | 'conflict'> {
    if (String(this.findings.get(finding.deviceId)?.rev) !== rev) return 'conflict';
    this.findings.set(finding.deviceId, { finding, rev: ++this.#rev });
    return 'written';
  }
}

export class MemoryRegister implements Register {
  readonly pages = new Map<string, { page: RegisterPage; rev: number }>();
  #rev = 0;

  backup(): Backup {
    return backupOf(this.pages);
  }

  async getMany(ids: string[]): Promise<(RegisterPage | undefined)[]> {
    return ids.map((id) => {
      const found = this.pages.get(id);
      return found === undefined ? undefined : { ...found.page, rev: String(found.rev) };
    });
  }

  async putMany(pages: RegisterPage[]): Promise<('written' | 'conflict')[]> {
    return pages.map(({ rev, ...page }) => {
      const known = this.pages.get(page._id);
      if ((known === undefined ? undefined : String(known.rev)) !== rev) return 'conflict';
      this.pages.set(page._id, { page: frozen(page), rev: ++this.#rev });
      return 'written';
    });
  }

  async pageIdsOf(series: string): Promise<string[]> {
    return [...this.pages.keys()].filter((id) => id.startsWith(`${series}.`));
  }
}

export class MemoryRouterCheckpoint implements RouterCheckpoint {
  value: string | null = null;

  async read(): Promise<string | null> {
    return this.value;
  }

  async save(checkpoint: string): Promise<void> {
    this.value = checkpoint;
  }
}

export class MemoryRestoreLog implements RestoreLog {
  readonly returned = new Set<CaseId>();
  readonly behind: BehindEvidence[] = [];

  async cameBack(cases: { caseId: CaseId }[]): Promise<void> {
    for (const { caseId } of cases) this.returned.add(caseId);
  }

  async noticeBehind(evidence: BehindEvidence): Promise<void> {
    this.behind.push(evidence);
  }
}
