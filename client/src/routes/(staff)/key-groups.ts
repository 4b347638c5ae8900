/** Keys that do the same stand together: J K 上下移动. */
import { shownKey, type KeyMap } from '#lib/state/keyboard.svelte.ts';

export interface KeyGroup {
  label: string;
  keys: string[];
}

/** @param bar leaves out what the key bar has no room for */
export function keyGroups(maps: readonly KeyMap[], { bar }: { bar: boolean }): KeyGroup[] {
  const byLabel = new Map<string, string[]>();
  for (const [name, action] of maps.flatMap((map) => Object.entries(map))) {
    if (bar && action.quiet === true) continue;
    const keys = byLabel.get(action.label) ?? [];
    const shown = shownKey(name, action);
    byLabel.set(action.label, keys.includes(shown) ? keys : [...keys, shown]);
  }
  return [...byLabel].map(([label, keys]) => ({ label, keys }));
}
