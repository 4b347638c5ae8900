/** The ways in which a store fails. Refusals that a caller expects ('conflict', not found) are values, not errors. */

export type StoreErrorCode =
  /** No node answered, or none could serve the request. Try again later. */
  | 'unavailable'
  /** `since` was not given by this database. */
  | 'bad-checkpoint'
  /** The disk is full or the file is damaged. */
  | 'broken'
  /** The store was closed, or the name or document is not allowed: a bug of the caller. */
  | 'misuse';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

export type StoreStartCode =
  | 'url-invalid'
  | 'unreachable'
  /** It greeted, but did not do its work. */
  | 'not-serving'
  | 'not-couchdb'
  | 'version-unsupported'
  | 'login-refused'
  | 'not-admin'
  | 'file-locked'
  | 'file-not-a-store'
  | 'directory-unusable';

/** Why the hub cannot start on its store, in words for an operator. Never holds a password. */
export class StoreStartError extends Error {
  readonly code: StoreStartCode;
  readonly whatToDo: string;
  constructor(code: StoreStartCode, message: string, whatToDo: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreStartError';
    this.code = code;
    this.whatToDo = whatToDo;
  }
}

/** What a store failed with while a program started on it, for an operator; anything but an outage as it is. */
export function startErrorOf(error: unknown): unknown {
  if (!(error instanceof StoreError) || error.code !== 'unavailable') return error;
  return new StoreStartError(
    'not-serving',
    `The store answers, but does not do its work. ${error.message}.`,
    'Look at the nodes of CouchDB and at their logs. One that hangs without being down keeps the others from making databases: end it or start it anew. Then try again.',
    error,
  );
}
