/** A row of the matrix that is worked out when something of it is asked for: most rows of a wide grid are never scrolled to. */
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import type { MatrixRow } from './matrix-view.ts';

export class RowWhenSeen implements MatrixRow {
  readonly matter: MatterVersion;
  readonly #make: () => MatrixRow;
  #made: MatrixRow | undefined;

  /** @param make pure; asked at most once */
  constructor(matter: MatterVersion, make: () => MatrixRow) {
    this.matter = matter;
    this.#make = make;
  }

  get #row(): MatrixRow {
    this.#made ??= this.#make();
    return this.#made;
  }

  get cells(): MatrixRow['cells'] {
    return this.#row.cells;
  }
  get decideAt(): MatrixRow['decideAt'] {
    return this.#row.decideAt;
  }
  get conditions(): MatrixRow['conditions'] {
    return this.#row.conditions;
  }
  get isConditionChanged(): boolean {
    return this.#row.isConditionChanged;
  }
  get narrowed(): MatrixRow['narrowed'] {
    return this.#row.narrowed;
  }
  get isChanged(): boolean {
    return this.#row.isChanged;
  }
}
