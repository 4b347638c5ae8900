/**
 * Which part of a wide grid is drawn. A district's three columns and a street's dozen are drawn whole; a grid of thousands of cells would keep
 * a clerk waiting for what nobody sees: its rows are drawn as far down as somebody has been, its cells are filled where the window stands.
 */

export interface GridSize {
  rows: number;
  columns: number;
}

/** Rows from the top, and columns from `left` up to `right`, the ends excluded. */
export interface Drawn {
  down: number;
  left: number;
  right: number;
}

/** More cells than a screen shows, fewer than one waits for. */
const ALL_AT_ONCE = 2_000;
const AHEAD_ROWS = 12;
const AHEAD_COLUMNS = 6;
export const ROW_PX = 44;
/** In a grid that is not drawn whole each column is at least so wide, filled or not. */
export const COLUMN_PX = 84;

/** As much as a window of 1920 × 1080 pixels holds. */
export const FIRST_DRAWN: Drawn = { down: 20, left: 0, right: 24 };

export function isDrawnWhole({ rows, columns }: GridSize): boolean {
  return rows * columns <= ALL_AT_ONCE;
}

/** What is drawn once somebody has come to a row. */
export function reaching(drawn: Drawn, row: number): Drawn {
  return row < drawn.down ? drawn : { ...drawn, down: row + AHEAD_ROWS };
}

/** What is drawn once somebody has scrolled. @param seen of the grid, pixels */
export function scrolledTo(
  drawn: Drawn,
  seen: { left: number; top: number; width: number; height: number },
): Drawn {
  return {
    ...reaching(drawn, Math.ceil((seen.top + seen.height) / ROW_PX)),
    left: Math.max(0, Math.floor(seen.left / COLUMN_PX) - AHEAD_COLUMNS),
    right: Math.ceil((seen.left + seen.width) / COLUMN_PX) + AHEAD_COLUMNS,
  };
}
