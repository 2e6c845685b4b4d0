// Starts the Firefox that the tests run in.
import { tmpdir } from 'node:os';
import process from 'node:process';
import puppeteer from 'puppeteer-core';

/** Starts Firefox from the path that `npm run test:browsers` passes. */
export const launchFirefox = () => puppeteer.launch({
  browser: 'firefox',
  executablePath: process.env.ROOMKEEP_FIREFOX,
  headless: true,
  extraPrefsFirefox: {
    'privacy.reduceTimerPrecision': false,
    // Nobody is there to answer whether the page may keep its data.
    'dom.storageManager.prompt.testing': true,
    'dom.storageManager.prompt.testing.allow': true,
    // Downloads are saved without a question, and nobody looks for them.
    'browser.download.folderList': 2,
    'browser.download.dir': tmpdir(),
  },
});
