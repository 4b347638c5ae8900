declare global {
  namespace App {
    interface PageState {
      /** The list one came from, for `[` and `]`. */
      from?: string[];
    }
  }
}

export {};
