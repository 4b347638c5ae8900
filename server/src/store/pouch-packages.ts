/** The parts of PouchDB's own packages on which the embedded store's adapter is built, with their types. */
import { createRequire } from 'node:module';

// CommonJS builds: the ES builds of these packages lack the extension Node wants.
const load = createRequire(import.meta.url);
export const { parseDoc, processDocs } = load('pouchdb-adapter-utils') as AdapterUtils;
export const { collectConflicts, compactTree } = load('pouchdb-merge') as Merge;
export const { createError, MISSING_DOC } = load('pouchdb-errors') as Errors;

export type Body = Record<string, unknown> & { _id: string; _rev: string };
export type Done<T> = (error: unknown, value?: T) => void;

/** What is kept of a document beside its bodies. */
export interface Metadata {
  id: string;
  rev: string;
  rev_tree: unknown;
  /** The sequence under which the body of a revision lies. */
  rev_map: Record<string, number>;
  winningRev: string;
  deleted: boolean;
  /** Of the newest revision. */
  seq: number;
}
export interface Parsed {
  metadata: Metadata;
  data: Record<string, unknown>;
  stemmedRevs?: string[];
  error?: unknown;
}
export type WriteDoc = (
  ...told: [
    info: Parsed,
    winningRev: string,
    isDeleted: boolean,
    isNewDeleted: boolean,
    isUpdate: boolean,
    delta: number,
    index: number,
    next: () => void,
  ]
) => void;

interface AdapterUtils {
  parseDoc(doc: object, newEdits: boolean, options: { deterministic_revs: boolean }): Parsed;
  /** Judges each document by the revisions known of it, and calls `write` for those that stand, all before it returns. */
  processDocs(
    ...given: [
      revsLimit: number,
      infos: Parsed[],
      api: object,
      known: Map<string, Metadata>,
      transaction: undefined,
      results: unknown[],
      write: WriteDoc,
      options: { new_edits: boolean },
      done: () => void,
    ]
  ): void;
}
interface Merge {
  collectConflicts(metadata: Metadata): string[];
  /** Marks every revision but the leaves as missing, and names those whose bodies can go. */
  compactTree(metadata: Metadata): string[];
}
interface Errors {
  MISSING_DOC: object;
  createError(kind: object, reason: string): Error;
}
