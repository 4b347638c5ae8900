/** A chapter of docs/handbook, as handbook-plugin.ts makes it. */
declare module '*.md' {
  export const title: string;
  export const html: string;
  export const contents: { title: string; chapters: { id: string; title: string }[] }[];
}
