/**
 * Which terminal this browser is, where the browser does not clear it together with the databases: so that a terminal whose store is gone is
 * not taken for a new one.
 */
const KEY = 'sanji-terminal';

export interface TerminalMark {
  unitName: string;
  terminal: string;
}

export function markTerminal({ unitName, terminal }: TerminalMark): void {
  localStorage.setItem(KEY, JSON.stringify({ unitName, terminal } satisfies TerminalMark));
}

/** Undefined in a browser that never was a terminal, or was one that is out of service. */
export function findTerminalMark(): TerminalMark | undefined {
  const kept = localStorage.getItem(KEY);
  return kept === null ? undefined : (JSON.parse(kept) as TerminalMark);
}
