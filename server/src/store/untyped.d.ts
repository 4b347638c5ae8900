/** The parts we use of packages that come without types. */

declare module 'abstract-leveldown' {
  export type Callback<T = void> = (error?: Error | null, value?: T) => void;
  export interface RangeOptions {
    gt?: string;
    gte?: string;
    lt?: string;
    lte?: string;
    reverse: boolean;
    limit: number;
    keyAsBuffer: boolean;
    valueAsBuffer: boolean;
  }
  export type BatchOperation =
    { type: 'put'; key: string; value: string | Uint8Array } | { type: 'del'; key: string };
  export class AbstractIterator {
    constructor(db: AbstractLevelDOWN);
    _nextTick(callback: (...args: never[]) => void, ...args: unknown[]): void;
  }
  export class AbstractLevelDOWN {
    constructor(manifest?: Record<string, boolean>);
    _nextTick(callback: (...args: never[]) => void, ...args: unknown[]): void;
  }
}

declare module 'pouchdb-adapter-leveldb-core' {
  export default function LevelPouch(
    this: unknown,
    options: object,
    callback: (error: unknown, api: unknown) => void,
  ): void;
}

declare module 'pouchdb-adapter-http' {
  const plugin: PouchDB.Plugin;
  export default plugin;
}
