declare global {
  namespace App {
    interface PageState {
      /** The list one came from, for `[` and `]`. */
      from?: string[];
      /** The text of a receipt that was scanned somewhere else. */
      scanned?: string;
    }
  }
}

export {};
