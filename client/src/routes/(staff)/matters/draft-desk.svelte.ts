/**
 * The draft on the desk: kept at this terminal after every change, at the hub when there is a line. Publishing is the hub's, and takes a
 * second administrator.
 */
import { addDays } from '@sanji/sync/domain/calendar';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { isDay } from '@sanji/sync/domain/dates';
import type { Day, UnitCode } from '@sanji/sync/domain/identifiers';
import type { Problem } from '@sanji/sync/domain/problem';
import type { RuleDraft } from '@sanji/sync/domain/draft-base';
import { draftOfRows, newDraft, rowsOf } from '@sanji/sync/domain/rule-draft';
import { findDraft, removeDraft, saveDraft } from '#lib/commands/drafts.ts';
import {
  createRuleDraft,
  listRuleDrafts,
  publishRuleDraft,
  removeRuleDraft,
  saveRuleDraft,
  submitRuleDraft,
  type HubRuleDraft,
} from '#lib/hub/rule-drafts.ts';

const SCREEN = 'matters';
const KEPT = 'draft';

type AtHub = Pick<HubRuleDraft, 'id' | 'status' | 'createdBy'> & { rev?: string; submittedBy?: string };

interface KeptDraft {
  draft: RuleDraft;
  atHub?: AtHub;
}

export type DeskOutcome = 'saved' | 'savedHere' | 'submitted' | 'published' | 'discarded' | 'takenBack';

export class DraftDesk {
  draft: RuleDraft | undefined = $state.raw();
  atHub: AtHub | undefined = $state.raw();
  busy = $state(false);
  problem: Problem | undefined = $state.raw();
  outcome: DeskOutcome | undefined = $state();
  readonly #catalog: () => Catalog;

  constructor(catalog: () => Catalog) {
    this.#catalog = catalog;
  }

  /** Submitted drafts are looked at, not edited. */
  isEditable = $derived(this.draft !== undefined && this.atHub?.status !== 'submitted');

  /** What is kept here first; then what the hub has, which counts when it was submitted or is all there is. */
  async open(issuer: UnitCode): Promise<void> {
    const kept = (await findDraft(SCREEN, KEPT))?.content as KeptDraft | undefined;
    // What another version of this screen kept is not restored.
    if (kept?.draft.issuer === issuer && 'flags' in kept.draft) {
      this.draft = kept.draft;
      this.atHub = kept.atHub;
    }
    const listed = await listRuleDrafts();
    if (!listed.ok) return;
    const own = listed.value.drafts.filter((known) => known.issuer === issuer);
    const same = own.find(({ id }) => id === this.atHub?.id);
    if (this.atHub !== undefined && same === undefined) await this.#forget();
    const found = same ?? own.find(({ status }) => status === 'submitted') ?? own[0];
    const isMine = this.draft !== undefined && this.atHub?.rev === found?.rev && found?.status === 'draft';
    if (found !== undefined && !isMine && (this.draft === undefined || found.status === 'submitted'))
      this.#take(found);
    else if (found !== undefined && same !== undefined) this.atHub = hubPartOf(found);
  }

  start(issuer: UnitCode, today: Day): void {
    const effectiveFrom = addDays(today, 1);
    this.draft = newDraft({ issuer, effectiveFrom, version: nextVersion(this.#catalog(), effectiveFrom) });
    this.atHub = undefined;
    this.outcome = undefined;
  }

  /** Every edit comes through here and is kept at once. */
  edit(draft: RuleDraft): void {
    const { effectiveFrom } = draft;
    const isMoved =
      isDay(effectiveFrom) && effectiveFrom.slice(0, 7) !== this.draft?.effectiveFrom.slice(0, 7);
    // The number names the month of taking effect.
    this.draft = isMoved ? { ...draft, version: nextVersion(this.#catalog(), effectiveFrom) } : draft;
    this.outcome = undefined;
    this.problem = undefined;
    void this.#keep();
  }

  async save(): Promise<boolean> {
    return this.#work(async () => {
      await this.#keep();
      const saved = await this.#send();
      if (saved === undefined) return undefined;
      return saved ? 'saved' : 'savedHere';
    });
  }

  async submit(): Promise<boolean> {
    return this.#work(async () => {
      const saved = await this.#send();
      if (saved !== true || this.atHub === undefined) {
        if (saved === false) this.problem = { code: 'offline' };
        return undefined;
      }
      const result = await submitRuleDraft(this.atHub.id);
      if (!result.ok) return this.#refuse(result.problem);
      this.atHub = hubPartOf(result.value);
      await this.#keep();
      return 'submitted';
    });
  }

  async publish(): Promise<boolean> {
    return this.#work(async () => {
      if (this.atHub === undefined) return undefined;
      const result = await publishRuleDraft(this.atHub.id);
      if (!result.ok) return this.#refuse(result.problem);
      await this.#forget();
      return 'published';
    });
  }

  /** Saving a submitted draft makes it a draft again. */
  async takeBack(): Promise<boolean> {
    return this.#work(async () => ((await this.#send()) === true ? 'takenBack' : undefined));
  }

  async discard(): Promise<boolean> {
    return this.#work(async () => {
      if (this.atHub !== undefined) {
        const result = await removeRuleDraft(this.atHub.id);
        if (!result.ok && result.problem.code !== 'not-found') return this.#refuse(result.problem);
      }
      await this.#forget();
      return 'discarded';
    });
  }

  /** True: the hub has it. False: no line, it is kept here. Undefined: refused. */
  async #send(): Promise<boolean | undefined> {
    const { draft } = this;
    if (draft === undefined) return undefined;
    const { issuer, version, effectiveFrom, document } = draft;
    const content = { issuer, version, effectiveFrom, document, rows: rowsOf(this.#catalog(), draft) };
    const result =
      this.atHub === undefined
        ? await createRuleDraft(content)
        : await saveRuleDraft(this.atHub.id, { ...content, rev: this.atHub.rev ?? '' });
    if (!result.ok) {
      if (result.problem.code === 'offline') return false;
      this.#refuse(result.problem);
      return undefined;
    }
    this.atHub = hubPartOf(result.value);
    await this.#keep();
    return true;
  }

  async #work(task: () => Promise<DeskOutcome | undefined>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = undefined;
    this.outcome = undefined;
    try {
      this.outcome = await task();
    } finally {
      this.busy = false;
    }
    return this.outcome !== undefined;
  }

  #refuse(problem: Problem): undefined {
    this.problem = problem;
  }

  #take(found: HubRuleDraft): void {
    const { issuer, version, effectiveFrom, document, rows } = found;
    const empty = { ...newDraft({ issuer, version, effectiveFrom }), document };
    this.draft = draftOfRows(this.#catalog(), empty, rows);
    this.atHub = hubPartOf(found);
  }

  async #keep(): Promise<void> {
    const { draft, atHub } = this;
    if (draft === undefined) return;
    const kept: KeptDraft = atHub === undefined ? { draft } : { draft, atHub };
    await saveDraft(SCREEN, KEPT, kept);
  }

  async #forget(): Promise<void> {
    this.draft = undefined;
    this.atHub = undefined;
    await removeDraft(SCREEN, KEPT);
  }
}

function hubPartOf({ id, status, createdBy, rev, submittedBy }: HubRuleDraft): AtHub {
  return {
    id,
    status,
    createdBy,
    ...(rev !== undefined && { rev }),
    ...(submittedBy !== undefined && { submittedBy }),
  };
}

/** `2026.12-1`: year, month of taking effect, which one of that month. */
export function nextVersion(catalog: Catalog, effectiveFrom: Day): string {
  const month = effectiveFrom.slice(0, 7).replace('-', '.');
  const taken = catalog.publications.filter(({ version }) => version.startsWith(`${month}-`)).length;
  return `${month}-${String(taken + 1)}`;
}
