/** The audit log on the desk of the audit administrator: searched at the hub, page by page, and taken out as a file. */
import type { AuditEntry, LogFault } from '@sanji/sync/audit/log-entry';
import type { Problem } from '@sanji/sync/domain/problem';
import { searchAudit, type AuditSearch } from '#lib/hub/audit-log.ts';

const PAGE = 50;
/** As many as the hub gives at once. */
const FILE_PAGE = 1_000;
const DAY_MS = 86_400_000;

export class AuditDesk {
  entries: AuditEntry[] | undefined = $state.raw();
  hasMore = $state(false);
  /** Undefined until it was asked for. */
  broken: LogFault[] | undefined = $state.raw();
  problem: Problem | undefined = $state.raw();
  busy = $state(false);
  /** Days as `YYYY-MM-DD`, both inclusive; empty: no bound. */
  wanted = $state({ from: '', to: '', staffId: '', kind: '', text: '' });

  search(): Promise<void> {
    this.entries = undefined;
    return this.more();
  }

  async more(): Promise<void> {
    await this.#work(async () => {
      const known = this.entries ?? [];
      const page = await this.#page({ limit: PAGE, purpose: 'view' }, known.at(-1));
      if (page === undefined) return;
      this.entries = [...known, ...page];
      this.hasMore = page.length === PAGE;
    });
  }

  /** Everything that was searched for, oldest last, as lines of JSON; undefined when the hub said no. */
  async file(): Promise<string | undefined> {
    return this.#work(async () => {
      const all: AuditEntry[] = [];
      for (;;) {
        const page = await this.#page({ limit: FILE_PAGE, purpose: 'file' }, all.at(-1));
        if (page === undefined) return undefined;
        all.push(...page);
        if (page.length < FILE_PAGE) break;
      }
      return all.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    });
  }

  /** Walks the whole chain at the hub. */
  async verify(): Promise<void> {
    await this.#work(async () => {
      const answer = await searchAudit({ limit: 1, purpose: 'view', verify: true });
      this.problem = answer.ok ? undefined : answer.problem;
      if (answer.ok) this.broken = answer.value.broken ?? [];
    });
  }

  async #page(
    search: Pick<AuditSearch, 'limit' | 'purpose'>,
    last: AuditEntry | undefined,
  ): Promise<AuditEntry[] | undefined> {
    const { from, to, staffId, kind, text } = this.wanted;
    const answer = await searchAudit({
      ...search,
      ...(from !== '' && { from: startOf(from) }),
      ...(to !== '' && { to: startOf(to) + DAY_MS - 1 }),
      ...(staffId !== '' && { staffId }),
      ...(kind !== '' && { kind }),
      ...(text.trim() !== '' && { text: text.trim() }),
      ...(last !== undefined && { before: last.seq }),
    });
    this.problem = answer.ok ? undefined : answer.problem;
    return answer.ok ? answer.value.entries : undefined;
  }

  async #work<T>(task: () => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    const done = await task();
    this.busy = false;
    return done;
  }
}

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00+08:00`);
}
