/** Faults of this terminal, as opposed to a line that is down: shown, never swallowed. */
class Faults {
  /** The newest one, in the words of the machine, for the administrator. */
  last: { text: string; at: number } | undefined = $state.raw();

  note(error: unknown): void {
    const cause = error instanceof Error && error.cause !== undefined ? ` (${String(error.cause)})` : '';
    this.last = { text: `${String(error)}${cause}`, at: Date.now() };
  }
}

export const faults = new Faults();
