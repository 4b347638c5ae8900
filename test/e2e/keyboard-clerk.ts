/** A clerk who never touches the mouse: goes from field to field with the tab key and answers what has the focus. */
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { fieldsOf } from '@sanji/sync/domain/form';
import { intakeFor } from './intake-data.ts';
import { Hand } from './scan.ts';
import type { Terminal } from './terminal.ts';

interface Focused {
  id: string;
  tag: string;
  type: string;
  isChecked: boolean;
}

/** More stops than the longest form has. */
const MAX_STOPS = 150;
const LAST_STOP = 'intake-receive';

/** Receives and accepts a case of `matter` at the intake desk. Returns the id of the case. */
export async function receiveByKeyboard(
  terminal: Terminal,
  matter: MatterVersion,
  name: string,
): Promise<string> {
  const { page } = terminal;
  const { keyboard } = page;
  const hand = await Hand.at(page);
  const { applicant, form, materials } = intakeFor(matter);
  const fields = new Map(fieldsOf(matter.form).map((field) => [`field-form-${field.name}`, field]));
  const received = new Set(
    materials.flatMap(({ code, state }) => (state === 'received' ? [`field-materials-${code}`] : [])),
  );
  const texts = new Map(
    Object.entries({
      'field-applicant-name': name,
      'field-applicant-mobile': applicant.mobile,
      'field-applicant-address': applicant.address,
      'field-applicant-agent-name': applicant.agent?.name,
      'field-applicant-agent-idNumber': applicant.agent?.idNumber,
    }),
  );
  const answered = new Set<string>();

  async function answer({ id, tag, type, isChecked }: Focused): Promise<void> {
    if (answered.has(id)) return;
    answered.add(id);
    const text = texts.get(id);
    if (text !== undefined) return hand.type(text);
    if (received.has(id)) return hand.type(' ');
    if (id === 'field-condition') return isChecked ? undefined : hand.type(' ');
    const [field, option] = fieldOf(id);
    if (field === undefined) return;
    const value = form[field.name];
    if (tag === 'SELECT') {
      await keyboard.press('Home');
      const steps = 1 + field.choices.findIndex((choice) => choice.value === value);
      for (let i = 0; i < steps; i++) await keyboard.press('ArrowDown');
    } else if (type === 'checkbox') {
      const isWanted = Array.isArray(value) ? value.includes(option) : value === true;
      if (isWanted !== isChecked) await hand.type(' ');
    } else if (value !== undefined && value !== null) await hand.type(String(value));
  }

  /** The field of an element, and which of its options. */
  function fieldOf(id: string) {
    const whole = fields.get(id);
    if (whole !== undefined) return [whole, ''] as const;
    const found = [...fields].find(([start]) => id.startsWith(`${start}-`));
    return found === undefined
      ? ([undefined, ''] as const)
      : ([found[1], id.slice(found[0].length + 1)] as const);
  }

  /** From where the focus is to the last stop, answering on the way. */
  async function walk(): Promise<void> {
    for (let stop = 0; stop < MAX_STOPS; stop++) {
      const focused = await focusedOn(terminal);
      if (focused.id === LAST_STOP) return;
      await answer(focused);
      await keyboard.press('Tab');
    }
    throw new Error(`${matter.matterId}: the tab key does not come to «receive»`);
  }

  await terminal.go('/intake');
  await terminal.byId('intake-matter-search').waitFor();
  await keyboard.press('F2');
  await page.waitForFunction(() => document.activeElement?.id === 'field-applicant-idNumber');
  await keyboard.press('Shift+Tab');
  if (applicant.kind === 'organisation') await keyboard.press('ArrowRight');
  await keyboard.press('Tab');
  await hand.type(applicant.idNumber);
  await keyboard.press('Tab');
  for (let stop = 0; (await focusedOn(terminal)).id !== 'intake-matter-search'; stop++) {
    if (stop === MAX_STOPS) throw new Error('the tab key does not come to the matters');
    await answer(await focusedOn(terminal));
    await keyboard.press('Tab');
  }
  await hand.type(matter.basicCode);
  await keyboard.press('Enter');
  await terminal.byId('intake-receive').waitFor();
  await walk();
  await keyboard.press('Control+Enter');
  const outcome = terminal
    .byId('paper-number')
    .or(terminal.byId('intake-summary'))
    .or(terminal.byId('intake-refusal'))
    .first();
  await outcome.waitFor();
  await hand.rest();
  if ((await outcome.getAttribute('data-testid')) !== 'paper-number')
    throw new Error(`${matter.matterId} ${matter.name.zh} was not received: ${await outcome.innerText()}`);
  return terminal.openCaseId();
}

function focusedOn({ page }: Terminal): Promise<Focused> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return {
      id: element?.getAttribute('data-testid') ?? '',
      tag: element?.tagName ?? '',
      type: element?.getAttribute('type') ?? '',
      isChecked: element instanceof HTMLInputElement && element.checked,
    };
  });
}
