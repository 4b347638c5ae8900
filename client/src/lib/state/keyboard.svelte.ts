/**
 * The keys of screens.md §6. Letters act outside fields and dialogs only, by physical key, so that a Chinese input method does not
 * swallow them; function keys and Ctrl and Alt combinations act inside fields too.
 */
import { untrack } from 'svelte';

export interface KeyAction {
  /** For the key bar and the list of shortcuts. */
  label: string;
  run: () => void;
  /** How it is written, e.g. `J`; made from the code when absent. */
  shown?: string;
  /** Left out of the key bar, but not of the list of shortcuts. */
  quiet?: boolean;
}
/** By physical code, with modifiers in front: `KeyJ`, `F9`, `Digit1`, `Ctrl+KeyS`, `Alt+KeyL`, `Enter`, `Shift+Slash`. */
export type KeyMap = Record<string, KeyAction>;

const SWITCH = 'sanji-letters-off';
const SEQUENCE_MS = 1_500;

class Keyboard {
  #layers: (() => KeyMap)[] = $state.raw([]);
  everywhere: KeyMap = $state.raw({});
  /** What G is followed by, by physical code. */
  goTo: KeyMap = $state.raw({});
  lettersOff = $state(localStorage.getItem(SWITCH) === 'true');
  #wentAt = 0;

  /** The keys of the page that is shown, the innermost last. */
  page: KeyMap = $derived(Object.assign({}, ...this.#layers.map((layer) => layer())) as KeyMap);

  add(layer: () => KeyMap): () => void {
    this.#layers = [...this.#layers, layer];
    return () => {
      this.#layers = this.#layers.filter((other) => other !== layer);
    };
  }

  setLettersOff(off: boolean): void {
    this.lettersOff = off;
    localStorage.setItem(SWITCH, String(off));
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.repeat) return;
    const name = nameOf(event);
    const action = this.#find(name, event);
    if (action === undefined) return;
    event.preventDefault();
    action.run();
  }

  #find(name: string, event: KeyboardEvent): KeyAction | undefined {
    const isPlain = !/^(?:F\d+|Ctrl\+|Alt\+)/.test(name);
    if (isPlain && (this.lettersOff || isTyping(event.target) || isInDialog(event.target))) return undefined;
    // They press the button or link that has the focus.
    if ((name === 'Enter' || name === 'Space') && isControl(event.target)) return undefined;
    if (event.timeStamp - this.#wentAt < SEQUENCE_MS && this.#wentAt > 0) {
      this.#wentAt = 0;
      const target = this.goTo[name];
      if (target !== undefined) return target;
    }
    if (name === 'KeyG') {
      this.#wentAt = event.timeStamp;
      return undefined;
    }
    return this.page[name] ?? this.everywhere[name];
  }
}

function nameOf(event: KeyboardEvent): string {
  const ctrl = event.ctrlKey || event.metaKey ? 'Ctrl+' : '';
  const alt = event.altKey ? 'Alt+' : '';
  const shift = event.shiftKey ? 'Shift+' : '';
  return `${ctrl}${alt}${shift}${event.code}`;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('dialog, [role="dialog"], [popover]') !== null;
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, summary') !== null;
}

const ARROWS = { Up: '↑', Down: '↓', Left: '←', Right: '→' };

/** `KeyJ` → `J`, `Digit1` → `1`, `Ctrl+KeyS` → `Ctrl S`. */
export function shownKey(name: string, action?: KeyAction): string {
  return (
    action?.shown ??
    name
      .replaceAll('+', ' ')
      .replace(/Key(?=[A-Z]$)|Digit(?=\d$)/, '')
      .replace(/Arrow(Up|Down|Left|Right)/, (_, way: keyof typeof ARROWS) => ARROWS[way])
      .replace('Shift Slash', '?')
      .replace('Slash', '/')
      .replace('Escape', 'Esc')
      .replace('BracketLeft', '[')
      .replace('BracketRight', ']')
  );
}

export const keyboard = new Keyboard();

/** Registers a page's keys while the component lives. `keys` may read state: it is asked again when that changes. */
export function pageKeys(keys: () => KeyMap): void {
  // Adding reads the layers it writes: tracked, the effect would run for ever.
  $effect(() => untrack(() => keyboard.add(keys)));
}
