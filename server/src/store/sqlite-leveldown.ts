/** Shows one space of a `SqliteFile` to PouchDB's LevelDB adapter as an abstract-leveldown store. */
import leveldown, { type BatchOperation, type Callback, type RangeOptions } from 'abstract-leveldown';
import type { Pair, Slice, SqliteFile } from './sqlite-file.ts';

/** Rows read at once: large enough to be cheap, small enough that a page of changes does not read the whole table. */
const CHUNK = 200;

export class SqliteLeveldown extends leveldown.AbstractLevelDOWN {
  readonly file: SqliteFile;
  readonly space: number;

  constructor(file: SqliteFile, name: string) {
    super({ bufferKeys: false, snapshots: true, permanence: true, seek: false, clear: false });
    this.file = file;
    this.space = file.space(name);
  }

  _serializeKey(key: unknown): string {
    return String(key);
  }

  _serializeValue(value: unknown): string | Uint8Array {
    return value instanceof Uint8Array ? value : String(value);
  }

  _get(key: string, options: { asBuffer: boolean }, callback: Callback<string | Buffer>): void {
    try {
      const value = this.file.find(this.space, key);
      if (value === undefined) this._nextTick(callback, new Error('NotFound'));
      else this._nextTick(callback, null, asWanted(value, options.asBuffer));
    } catch (error) {
      this._nextTick(callback, error);
    }
  }

  _put(key: string, value: string | Uint8Array, _options: object, callback: Callback): void {
    this._batch([{ type: 'put', key, value }], _options, callback);
  }

  _del(key: string, _options: object, callback: Callback): void {
    this._batch([{ type: 'del', key }], _options, callback);
  }

  _batch(operations: BatchOperation[], _options: object, callback: Callback): void {
    this.file.write(this.space, operations, (error) => callback(error ?? null));
  }

  _iterator(options: RangeOptions): SqliteIterator {
    return new SqliteIterator(this, options);
  }
}

/** Sees nothing written after it was made: PouchDB's changes rely on that, or a checkpoint could pass over a change. */
class SqliteIterator extends leveldown.AbstractIterator {
  readonly #store: SqliteLeveldown;
  readonly #options: RangeOptions;
  readonly #slice: Slice;
  #chunk: Pair[] = [];
  #position = 0;
  #left: number;
  #ended = false;

  constructor(store: SqliteLeveldown, options: RangeOptions) {
    super(store);
    this.#store = store;
    this.#options = options;
    this.#left = options.limit < 0 ? Infinity : options.limit;
    this.#slice = {
      lower: bound(options.gt, options.gte),
      upper: bound(options.lt, options.lte),
      reverse: options.reverse,
      limit: CHUNK,
      stamp: store.file.stamp,
    };
  }

  _next(callback: (error?: Error | null, key?: string | Buffer, value?: string | Buffer) => void): void {
    // A read that never let the event loop turn would keep writes from their commit.
    if (this.#position === this.#chunk.length) setImmediate(() => this.#answer(callback));
    else process.nextTick(() => this.#answer(callback));
  }

  #answer(callback: (error?: Error | null, key?: string | Buffer, value?: string | Buffer) => void): void {
    let pair: Pair | undefined;
    try {
      pair = this.#advance();
    } catch (error) {
      callback(error as Error);
      return;
    }
    const { keyAsBuffer, valueAsBuffer } = this.#options;
    if (pair === undefined) callback();
    else callback(null, asWanted(pair.key, keyAsBuffer), asWanted(pair.value, valueAsBuffer));
  }

  #advance(): Pair | undefined {
    if (this.#left <= 0) return undefined;
    if (this.#position === this.#chunk.length && !this.#ended) this.#fill();
    const pair = this.#chunk[this.#position];
    if (pair === undefined) return undefined;
    this.#position++;
    this.#left--;
    return pair;
  }

  #fill(): void {
    this.#chunk = this.#store.file.slice(this.#store.space, this.#slice);
    this.#position = 0;
    this.#ended = this.#chunk.length < CHUNK;
    const last = this.#chunk.at(-1);
    if (last === undefined) return;
    const beyond = { key: last.key, inclusive: false };
    if (this.#slice.reverse) this.#slice.upper = beyond;
    else this.#slice.lower = beyond;
  }
}

function bound(exclusive: string | undefined, inclusive: string | undefined): Slice['lower'] {
  if (exclusive !== undefined) return { key: exclusive, inclusive: false };
  return inclusive === undefined ? undefined : { key: inclusive, inclusive: true };
}

function asWanted(value: string | Uint8Array, asBuffer: boolean): string | Buffer {
  if (typeof value === 'string') return asBuffer ? Buffer.from(value, 'utf8') : value;
  const buffer = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return asBuffer ? buffer : buffer.toString('utf8');
}
