/** What people read, in both languages of the product. */
export interface Words {
  zh: string;
  en: string;
}
