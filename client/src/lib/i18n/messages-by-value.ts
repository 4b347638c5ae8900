/**
 * Messages that are said by the value they stand for. Only these are bound together; every other message stays with the screens that say it,
 * which they would not if all were looked up by name.
 */
export type Message = (params?: Record<string, string>) => string;

/** @param modules those of the messages, as `import.meta.glob` loads them */
export function messagesByName(
  modules: Record<string, Record<string, unknown>>,
): Record<string, Message | undefined> {
  return Object.assign({}, ...Object.values(modules)) as Record<string, Message | undefined>;
}

/** The message of `<prefix>_<value>`, or the value where there is none. */
export function wordOf(messages: Record<string, Message | undefined>, prefix: string, value: string): string {
  return messages[`${prefix}_${value.replaceAll('-', '_')}`]?.() ?? value;
}
