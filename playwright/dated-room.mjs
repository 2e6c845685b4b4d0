// A room with a message on every second day.
import { putRecords, readRecords } from './database.mjs';
import { expect } from './fixtures.mjs';
import { ready } from './helpers.mjs';
import { begin, row } from './steps.mjs';

const DAY = 86_400_000;
const FIRST = Date.UTC(2020, 0, 1, 12);

/** Puts a message on every second day into the room, at noon, and opens it. */
export async function fill(page, count = 500) {
  await begin(page);
  const { rooms: [{ id: roomId }] } = await readRecords(page, 'Ada', 'rooms');
  const messages = Array.from({ length: count }, (_, n) => ({
    id: `m${String(n).padStart(6, '0')}`, roomId, channelId: 'general', senderId: 'bob', senderName: 'Bob Brown', content: `message ${n}.`,
    timestamp: FIRST + n * 2 * DAY,
  }));
  await putRecords(page, 'Ada', { messages });
  await page.reload();
  await ready(page);
  await expect(row(page, `message ${count - 1}.`)).toBeInViewport();
}
