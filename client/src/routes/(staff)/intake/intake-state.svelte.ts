/** What stands on the intake screen: the entry as typed, which problems are shown, and where the order of work is. */
import type { Applicant } from '@sanji/sync/domain/action';
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import type { Day, MatterId } from '@sanji/sync/domain/identifiers';
import {
  emptyApplicant,
  readIntake,
  type IntakeContext,
  type IntakeEntry,
  type IntakeReading,
} from '@sanji/sync/domain/intake';
import type { MaterialChoice } from '@sanji/sync/domain/checklist';
import { NO_FORM } from '@sanji/sync/domain/form';
import type { Typed } from '@sanji/sync/domain/form-entry';
import type { Problem } from '@sanji/sync/domain/problem';
import { isBackOffice } from '@sanji/sync/domain/conditions';
import type { Actor } from '@sanji/sync/domain/state';
import type { OfferedMatter } from '@sanji/sync/domain/tier-rules';
import { SvelteSet } from 'svelte/reactivity';
import { fieldOf } from './field-words.ts';

/** What is kept in the local draft. */
export interface IntakeDraft {
  matterId?: MatterId;
  /** Under which it was filled in. */
  version?: number;
  entry: IntakeEntry;
}

/** What another version of this screen kept is not restored. */
export function isIntakeDraft(content: unknown): content is IntakeDraft {
  if (typeof content !== 'object' || content === null || !('entry' in content)) return false;
  const { entry } = content;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'applicant' in entry &&
    'form' in entry &&
    'materials' in entry
  );
}

function emptyEntry(): IntakeEntry {
  return { applicant: emptyApplicant(), form: {}, materials: {}, conditionMet: false };
}

interface IntakeSurroundings {
  today: () => Day;
  staff: () => Pick<Actor, 'tier' | 'roles'>;
  versionOf: (matterId: MatterId, version: number) => MatterVersion | undefined;
}

export class IntakeState {
  entry: IntakeEntry = $state(emptyEntry());
  matterId: MatterId | undefined = $state();
  /** The version the form is filled in under: not another one because a new one came into force meanwhile. */
  version: number | undefined = $state();
  /** The main button was pressed: from now on every problem is shown. */
  pressed = $state(false);
  readonly #left = new SvelteSet<string>();
  readonly #offers: () => OfferedMatter[];
  readonly #today: () => Day;
  readonly #staff: IntakeSurroundings['staff'];
  readonly #versionOf: IntakeSurroundings['versionOf'];

  constructor(offers: () => OfferedMatter[], { today, staff, versionOf }: IntakeSurroundings) {
    this.#offers = offers;
    this.#today = today;
    this.#staff = staff;
    this.#versionOf = versionOf;
  }

  /** As this unit offers it today. */
  current: OfferedMatter | undefined = $derived.by(() =>
    this.#offers().find(({ matter }) => matter.matterId === this.matterId),
  );

  /** As it was filled in. */
  offer: OfferedMatter | undefined = $derived.by(() => {
    if (this.current === undefined || this.matterId === undefined || !this.isOutdated) return this.current;
    const matter = this.#versionOf(this.matterId, this.version ?? 0);
    return matter === undefined ? this.current : { ...this.current, matter };
  });

  reading: IntakeReading | undefined = $derived.by(() =>
    this.offer === undefined ? undefined : readIntake(this.entry, this.#contextOf(this.offer)),
  );

  /** All that is wrong. Before a matter is chosen the applicant is looked at all the same. */
  problems: Problem[] = $derived.by(() => this.reading?.problems ?? this.#applicantProblems());

  /** What is wrong in fields that were left; after the main button what is missing too: an empty field is no mistake before. */
  shown: Problem[] = $derived.by(() =>
    this.problems.filter(
      (problem) => this.pressed || (this.#left.has(fieldOf(problem)) && problem.code !== 'field-required'),
    ),
  );

  get isOutdated(): boolean {
    return (
      this.version !== undefined && this.current !== undefined && this.version !== this.current.matter.version
    );
  }

  /** What was filled in stays, as far as the version in force asks for it too. */
  moveToCurrent(): void {
    this.version = this.current?.matter.version;
    this.pressed = false;
  }

  /** The next matter of the same visitor: who stands there need not be typed again. */
  startWith({ kind, idNumber, name, mobile = '', address = '', agent }: Applicant): void {
    this.clear();
    const from = { name: agent?.name ?? '', idNumber: agent?.idNumber ?? '', mobile: agent?.mobile ?? '' };
    this.entry.applicant = { kind, idNumber, name, mobile, address, agent: from };
    for (const field of ['idNumber', 'name', 'mobile', 'address']) this.leave(`applicant.${field}`);
  }

  problemAt(field: string): Problem | undefined {
    return this.shown.find((problem) => fieldOf(problem) === field);
  }

  leave(field: string): void {
    this.#left.add(field);
  }

  /** Values of fields of the same name are kept: the visitor need not say them twice. */
  choose(matterId: MatterId): void {
    if (this.matterId === matterId) return;
    this.matterId = matterId;
    this.version = this.current?.matter.version;
    this.pressed = false;
    this.entry.materials = {};
    this.entry.conditionMet = false;
  }

  setField(name: string, value: Typed): void {
    this.entry.form[name] = value;
  }

  setMaterial(code: string, choice: MaterialChoice): void {
    this.entry.materials[code] = choice;
    this.leave(`materials.${code}`);
  }

  restore(draft: IntakeDraft): void {
    this.entry = draft.entry;
    this.matterId = draft.matterId;
    this.version = draft.version;
    this.pressed = false;
    // What was typed before and is wrong says so at once.
    const { idNumber, name, mobile } = draft.entry.applicant;
    for (const [field, text] of Object.entries({ idNumber, name, mobile })) {
      if (text !== '') this.leave(`applicant.${field}`);
    }
    for (const [field, value] of Object.entries(draft.entry.form)) {
      if (value !== '') this.leave(`form.${field}`);
    }
  }

  clear(): void {
    this.entry = emptyEntry();
    this.matterId = undefined;
    this.version = undefined;
    this.pressed = false;
    this.#left.clear();
  }

  draft(): IntakeDraft {
    const entry = $state.snapshot(this.entry);
    return {
      entry,
      ...(this.matterId !== undefined && { matterId: this.matterId }),
      ...(this.version !== undefined && { version: this.version }),
    };
  }

  get isEmpty(): boolean {
    const { applicant } = this.entry;
    return this.matterId === undefined && applicant.idNumber === '' && applicant.name === '';
  }

  #contextOf({ matter, rule }: OfferedMatter): IntakeContext {
    const common = { matter, today: this.#today(), isBackOffice: isBackOffice(rule, this.#staff()) };
    return rule.condition === undefined ? common : { ...common, condition: rule.condition };
  }

  #applicantProblems(): Problem[] {
    const matter = { form: NO_FORM, materials: [], subject: ['person' as const, 'organisation' as const] };
    return readIntake(this.entry, { matter, today: this.#today() }).problems;
  }
}
