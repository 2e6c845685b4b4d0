// Interface texts, for tests that run in any language.
import fs from 'node:fs';
import process from 'node:process';

const ENGLISH = JSON.parse(fs.readFileSync(new URL('../src/roomkeep/localization/en.arb', import.meta.url)));
let catalogue = ENGLISH;
let siteUrl = process.env.ROOMKEEP_URL;

/** Goes to a site in another language from now on; without arguments, to the English one. */
export function useLanguage(arb = ENGLISH, url = process.env.ROOMKEEP_URL) {
  catalogue = arb;
  siteUrl = url;
}

/** The address of a page of the site. */
export const addressOf = (path) => new URL(path, siteUrl).href;

/** A text by its id, as the page shows it. */
export function text(id, values = {}) {
  if (!(id in catalogue)) throw new Error(`There is no text ${id}.`);
  // As the page keeps a name from turning the sentence around that it stands in.
  const [open, close] = catalogue['@@x-direction'] === 'rtl' ? ['\u2068', '\u2069'] : ['', ''];
  return catalogue[id].replace(/\{(\w+)\}/g, (_, name) => `${open}${values[name]}${close}`);
}

/** What a text begins with, up to its first value. */
export function beginning(id) {
  const [before] = catalogue[id].split('{');
  return new RegExp(`^${before.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}
