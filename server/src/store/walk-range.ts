import type { Database, Read, StoredDocument } from './store.ts';

/** Documents of some 10 KB are a few megabytes at a time. */
const PAGE = 500;
/** Ids are ASCII. */
const [BEFORE_ALL, AFTER_ALL] = ['', '\uffff'];

/** Every document of a database by id, in pieces. What is written meanwhile may or may not be seen. */
export async function* walkRange<T extends StoredDocument>(
  database: Pick<Database<T>, 'range'>,
): AsyncGenerator<Read<T>[]> {
  let startkey = BEFORE_ALL;
  for (let isFull = true; isFull;) {
    const docs = await database.range({ startkey, endkey: AFTER_ALL, limit: PAGE });
    isFull = docs.length === PAGE;
    const fresh = docs.filter(({ _id }) => _id !== startkey);
    if (fresh.length > 0) yield fresh;
    startkey = docs.at(-1)?._id ?? startkey;
  }
}
