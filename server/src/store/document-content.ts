import type { StoredDocument } from './store.ts';

/** The document as its owner wrote it, without what stores add and JSON leaves out. */
export function content(doc: StoredDocument): unknown {
  const { _rev, ...rest } = doc;
  return JSON.parse(JSON.stringify(rest)) as unknown;
}
