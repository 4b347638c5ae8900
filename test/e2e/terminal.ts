/** A terminal with a person at it, driven as the person would: by what is on the screen. */
import type { BrowserContext, Page } from 'playwright-core';
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import type { FormValue } from '@sanji/sync/domain/action';
import { fieldsOf, type FormField } from '@sanji/sync/domain/form';
import { killBrowserOf, openProfile } from './browser.ts';
import { intakeFor } from './intake-data.ts';

export interface Person {
  staffId: string;
  password: string;
}

export interface TerminalOptions {
  profileDir: string;
  /** One host name for each terminal, so that a copied profile cannot pass for another. */
  origin: string;
  /** For its browser. */
  flags?: string[];
}

export class Terminal {
  readonly #options: TerminalOptions;
  #profile: BrowserContext | undefined;
  #page: Page | undefined;
  /** What the page complained about: a test may assert that it stays empty. */
  readonly faults: string[] = [];

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('the browser of this terminal is closed');
    return this.#page;
  }

  /**
   * Opens the browser on the start page; with a code it enrols on the way.
   * @param prepare what is to be done to the page before it loads anything
   */
  async open(code?: string, prepare: (page: Page) => Promise<void> = () => Promise.resolve()): Promise<void> {
    this.#profile = await openProfile(this.#options.profileDir, this.#options.flags);
    this.#page = this.#profile.pages()[0] ?? (await this.#profile.newPage());
    await prepare(this.#page);
    this.#page.on('pageerror', (error) => this.faults.push(error.stack ?? error.message));
    const path = code === undefined ? '/' : `/enrol#code=${code}`;
    await this.#page.goto(`${this.#options.origin}${path}`);
    // The service worker must hold the program before the line may be cut.
    await this.#page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
  }

  /** Ends the browser as a loss of power does, wherever it is, and waits for the end. */
  async kill(): Promise<void> {
    const profile = this.#profile;
    if (profile === undefined) return;
    const ended = new Promise((resolve) => profile.once('close', resolve));
    killBrowserOf(this.#options.profileDir);
    await ended;
    this.#profile = undefined;
    this.#page = undefined;
  }

  /** The same terminal in another tab of its browser, on the start page. */
  async secondTab(): Promise<Terminal> {
    const tab = new Terminal(this.#options);
    tab.#profile = this.#profile;
    tab.#page = await this.page.context().newPage();
    tab.#page.on('pageerror', (error) => tab.faults.push(error.stack ?? error.message));
    await tab.go('/');
    return tab;
  }

  async close(): Promise<void> {
    await this.#profile?.close();
    this.#profile = undefined;
    this.#page = undefined;
  }

  /** Hands the terminal to another person of the unit. */
  async switchTo(person: Person): Promise<void> {
    await this.page.keyboard.press('Alt+KeyL');
    await this.unlock(person);
  }

  /** Moves this terminal's clock and starts the program again, as after a night. */
  async wakeAt(time: Date, person: Person): Promise<void> {
    await this.page.clock.setSystemTime(time);
    await this.go('/');
    const locked = this.byId(`person-${person.staffId}`);
    await this.byId('staff-name').or(locked).first().waitFor({ state: 'attached' });
    if ((await locked.count()) > 0) await this.unlock(person);
  }

  byId(testId: string) {
    return this.page.getByTestId(testId);
  }

  async unlock({ staffId, password }: Person): Promise<void> {
    const known = this.byId(`person-${staffId}`);
    await known.waitFor({ state: 'attached' });
    await known.check({ force: true });
    await this.page.locator('input[type=password]').fill(password);
    await this.byId('unlock').click();
    await this.byId('staff-name').waitFor();
  }

  /** Receives, accepts and forwards a case of `matter` in one sitting; returns its number. */
  async receive(
    matter: MatterVersion,
    name: string,
    button: 'receive' | 'accept' | 'forward',
  ): Promise<string> {
    await this.fillIntake(matter, name);
    await this.byId(`intake-${button}`).click();
    const outcome = this.byId('paper-number')
      .or(this.byId('intake-summary'))
      .or(this.byId('intake-refusal'))
      .first();
    await outcome.waitFor();
    if ((await outcome.getAttribute('data-testid')) !== 'paper-number') {
      throw new Error(`${matter.matterId} ${matter.name.zh} was not received: ${await outcome.innerText()}`);
    }
    const caseNo = await outcome.textContent();
    return (caseNo ?? '').trim();
  }

  /** The intake of `matter`, filled so that it can be received. */
  async fillIntake(matter: MatterVersion, name: string): Promise<void> {
    await this.go('/intake');
    const { applicant, form, materials } = intakeFor(matter);
    await this.byId(`intake-kind-${applicant.kind}`).check({ force: true });
    await this.byId('intake-matter-search').fill(matter.basicCode);
    await this.byId(`matter-${matter.matterId}`).click();
    await this.#fillTexts({
      'applicant-idNumber': applicant.idNumber,
      'applicant-name': name,
      'applicant-mobile': applicant.mobile ?? '',
      'applicant-address': applicant.address ?? '',
      ...(applicant.agent !== undefined && {
        'applicant-agent-name': applicant.agent.name,
        'applicant-agent-idNumber': applicant.agent.idNumber,
      }),
    });
    const condition = this.byId('field-condition');
    if ((await condition.count()) > 0) await condition.check();
    // What depends on an answer appears once the answer is given.
    const fields = fieldsOf(matter.form).filter(({ name: field }) => form[field] !== undefined);
    for (const field of [...fields].sort((x, y) => depthOf(x) - depthOf(y))) {
      await this.#fillField(field, form[field.name] ?? null);
    }
    for (const { code, state } of materials) {
      if (state === 'received') await this.byId(`field-materials-${code}`).click();
    }
  }

  async #fillTexts(texts: Record<string, string>): Promise<void> {
    for (const [id, text] of Object.entries(texts)) await this.byId(`field-${id}`).fill(text);
  }

  async #fillField({ name, widget }: FormField, value: FormValue): Promise<void> {
    const box = this.byId(`field-form-${name}`);
    if (widget === 'choice') await box.selectOption(String(value));
    else if (widget === 'boolean') await box.setChecked(value === true);
    else if (Array.isArray(value))
      for (const one of value) await this.byId(`field-form-${name}-${one}`).check();
    else await box.fill(String(value));
  }

  /** Opens a case by the quick search, as a clerk does with the receipt in hand. */
  async openCase(caseId: string): Promise<void> {
    await this.go(`/case/${caseId}`);
    await this.byId('case-status').first().waitFor();
  }

  /** Takes one action on the open case, with what it asks for. */
  async act(kind: string, entries: Record<string, string> = {}): Promise<void> {
    const button = this.byId(`action-${kind}`);
    await button.waitFor().catch(async (cause: unknown) => {
      const card = await this.page.locator('main').innerText();
      throw new Error(`no button for ${kind} at ${this.#options.origin}: ${card}`, { cause });
    });
    await button.click();
    for (const [field, value] of Object.entries(entries)) await this.byId(`entry-${field}`).fill(value);
    await this.byId('action-confirm').click();
    await this.byId('action-dialog').waitFor({ state: 'detached' });
  }

  /** Takes in deferred materials on the open case. */
  async supplyDeferred(codes: string[]): Promise<void> {
    await this.byId('action-supplyDeferred').click();
    for (const code of codes) await this.byId(`entry-code-${code}`).check();
    await this.byId('action-confirm').click();
    await this.byId('action-dialog').waitFor({ state: 'detached' });
  }

  /** The case whose page or receipt is open. */
  openCaseId(): string {
    return /\/case\/([0-9a-z]{26})/.exec(this.page.url())?.[1] ?? '';
  }

  /** What the badge says is waiting to be sent. */
  async pending(): Promise<number> {
    return Number(await this.byId('sync-pending').textContent());
  }

  /** How many actions of this terminal the hub refused and nobody has settled. */
  async rejected(): Promise<number> {
    const badge = this.byId('sync-rejected');
    return (await badge.count()) === 0 ? 0 : Number(await badge.textContent());
  }

  /** The numbers of the case list, once it shows `count` of them. */
  async listedCaseNumbers(count: number): Promise<string[]> {
    await this.go('/cases');
    // Tall enough that the virtual list draws every row.
    await this.page.setViewportSize({ width: 1440, height: 400 + 80 * count });
    await this.byId('case-row')
      .nth(count - 1)
      .waitFor();
    const rows = await this.byId('case-row').allTextContents();
    return rows.map((text) => /\d{6}-\d{6}-[A-Z]\d+-\d{4,6}/.exec(text)?.[0] ?? text);
  }

  /** Every action of this terminal is ruled on. */
  async synced(): Promise<void> {
    await this.byId('sync-synced')
      .waitFor()
      .catch(async (cause: unknown) => {
        const said = await this.byId('sync-badge').innerText();
        throw new Error(`${this.#options.origin} is not synced: ${said} ${this.faults.join()}`, { cause });
      });
  }

  /** Inside the program, without loading the page again. */
  async go(path: string): Promise<void> {
    await this.page.goto(`${this.#options.origin}${path}`);
  }
}

/** Fields that are always asked come first. */
function depthOf({ schema }: FormField): number {
  return schema['x-when']?.some(({ field }) => !field.startsWith('applicant.')) === true ? 1 : 0;
}
