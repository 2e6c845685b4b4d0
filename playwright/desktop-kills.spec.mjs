// Killing the desktop app while its page writes.
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from './desktop.mjs';

const ROUNDS = 5;
const BATCH = 20;

const CHECK = `
import sqlite3, sys
from pathlib import Path
for file in Path(sys.argv[1]).rglob("roomkeep.sqlite"):
    print(sqlite3.connect(file).execute("PRAGMA integrity_check").fetchone()[0])
`;

/** Has the page write batches of messages without end, and say of each that it was acknowledged. */
function keepWriting(page, round) {
  return page.evaluate(async ([prefix, size]) => {
    const send = async (type, payload, account) => {
      const { result, error } = JSON.parse(await window.roomkeepDesktop.command(JSON.stringify({ type, account, payload })));
      if (error) throw new Error(error.sentence);
      return result;
    };
    const account = await send('open-account', { userId: 'Ada' });
    const write = async (writer) => {
      for (let n = 0; ; n += 1) {
        const batch = `${prefix}-${writer}-${n}`;
        const messages = Array.from({ length: size }, (_, k) => ({
          id: `${batch}-${k}`, roomId: batch, senderId: 'Ada', senderName: 'Ada', content: 'x'.repeat(500), timestamp: k,
        }));
        await send('save-messages', { messages }, account);
        console.info(`acknowledged ${batch}`);
      }
    };
    await Promise.race([write('a'), write('b')]);
  }, [round, BATCH]).catch(() => {});
}

function readCounts(page, batches) {
  return page.evaluate(async (names) => {
    const { result: account } = JSON.parse(await window.roomkeepDesktop.command('{"type":"open-account","payload":{"userId":"Ada"}}'));
    return Promise.all(names.map(async (roomId) => JSON.parse(
      await window.roomkeepDesktop.query(JSON.stringify({ type: 'count-messages', account, payload: { roomId } })),
    ).result));
  }, batches);
}

test('killed in the middle of writes, it keeps all that it acknowledged, and no half of anything', async ({ start, folder, trouble }) => {
  const acknowledged = [];
  // A page without the app starts in a moment, and has the same bridge.
  const site = path.join(folder, 'site');
  await mkdir(site);
  await writeFile(path.join(site, 'index.html'), '<!doctype html><title>Roomkeep</title>');
  const options = { args: ['--site', site], early: true };
  for (let round = 0; round < ROUNDS; round += 1) {
    const window = await start(options);
    const counts = await readCounts(window.page, acknowledged);
    expect(counts.filter((count) => count !== BATCH), `after round ${round}`).toEqual([]);
    const before = acknowledged.length;
    window.page.on('console', (message) => {
      const [, batch] = /^acknowledged (.+)/.exec(message.text()) ?? [];
      if (batch) acknowledged.push(batch);
    });
    void keepWriting(window.page, round);
    await expect.poll(() => acknowledged.length, { intervals: [5] }).toBeGreaterThan(before + 5 + round * 3);
    expect(await window.kill()).toBe('SIGKILL');
  }

  const window = await start(options);
  expect(await readCounts(window.page, acknowledged)).toEqual(acknowledged.map(() => BATCH));
  // What was under way is there whole, or not at all.
  const next = acknowledged.map((batch) => batch.replace(/\d+$/, (n) => Number(n) + 1));
  for (const count of await readCounts(window.page, next)) expect([0, BATCH]).toContain(count);
  expect(await window.stop()).toBe(0);
  expect(execFileSync(process.env.ROOMKEEP_PYTHON, ['-c', CHECK, folder]).toString().trim().split('\n')).toEqual(['ok', 'ok']);
  trouble.length = 0;
});
