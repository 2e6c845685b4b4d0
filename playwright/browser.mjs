import process from 'node:process';

/** The options with which the tests start Chromium. */
export const launchOptions = {
  executablePath: process.env.ROOMKEEP_CHROMIUM,
  args: [
    // Chromium has no sandbox for root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
  ],
};
