// Provides the setting for the scenarios: a browser with two accounts and their rooms, one of which is open.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium, expect } from '@playwright/test';
import { launchOptions } from '../browser.mjs';
import { putRecords } from '../database.mjs';
import { openApp, ready } from '../helpers.mjs';
import { ENTER, ESCAPE, Hand } from './hand.mjs';
import { labels } from './labels.mjs';
import { look, readLedger } from './look.mjs';
import { changesSince } from './verdict.mjs';

export const ADA = 'Ada';
export const GRACE = 'Grace';
export const TEA = 'Tea';
export const DEN = 'Den';
/** Two rooms of 3,000 messages each. */
export const HALL = 'Hall';
export const LOFT = 'Loft';
/** A room of two channels, and these as the app calls them. */
export const CLUB = 'Club';
export const GENERAL = 'general in Club';
export const CHESS = 'Chess in Club';
/** A room that gets more and more channels, and its first one. */
export const SHED = 'Shed';
export const SHED_GENERAL = 'general in Shed';
/** Grace's room. */
export const YARD = 'Yard';

const SIZES = { [TEA]: 40, [DEN]: 40, [HALL]: 3_000, [LOFT]: 3_000, [CLUB]: 8, [SHED]: 8, [YARD]: 8 };
const CHANNELS = { [CLUB]: ['general', 'Chess'], [SHED]: ['general', 'Spade'] };
const WAIT = 20_000;
/** The visible state of a channel before a scenario. */
const TIDY = { composer: '', focus: 'composer', replying: false, editor: null, open: '' };

/** Makes the records of a room with old messages from its host and Bob. */
function makeRoom(name, host) {
  const roomId = name.toLowerCase();
  const channels = (CHANNELS[name] ?? ['general']).map((channel, position) => ({ id: channel.toLowerCase(), name: channel, type: 'text', position }));
  const createdAt = 1_700_000_000_000;
  const messages = Array.from({ length: SIZES[name] }, (_, n) => {
    const sender = n % 2 ? host : 'Bob';
    return {
      id: `${roomId}-${n}`, roomId, channelId: channels[n % channels.length].id, senderId: sender, senderName: sender,
      content: `${name} ${n} of ${sender}`, timestamp: createdAt + n * 60_000, editedAt: null, replyToId: null, isDeleted: false, reactions: [],
    };
  });
  const members = [{ oderId: host, username: host.toLowerCase(), displayName: host, role: 'host', joinedAt: null }];
  return { room: { id: roomId, name, hostId: host, isPrivate: false, createdAt, channels, members }, messages };
}

export class Stage {
  #folder;
  #context;
  #devtools;
  #ledger;
  #since = 0;
  #other;

  /** Opens a browser and fills it; with `worker`, the page's service worker runs, too. */
  static async open({ worker }) {
    const stage = new Stage();
    stage.#folder = await mkdtemp(path.join(tmpdir(), 'roomkeep-keys-'));
    stage.#context = await chromium.launchPersistentContext(stage.#folder, {
      ...launchOptions,
      baseURL: process.env.ROOMKEEP_URL,
      viewport: { width: 1280, height: 800 },
      serviceWorkers: worker ? 'allow' : 'block',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    stage.#context.setDefaultTimeout(WAIT);
    stage.page = await stage.#context.newPage();
    stage.#devtools = await stage.#context.newCDPSession(stage.page);
    stage.hand = new Hand(stage.#devtools);
    stage.#ledger = await stage.#context.newPage();
    await stage.#ledger.goto('/static/icon.svg');
    await stage.page.bringToFront();
    await stage.#fill();
    if (worker) await stage.page.evaluate(() => navigator.serviceWorker.ready);
    await stage.reload();
    stage.#since = Date.now();
    return stage;
  }

  async close() {
    await this.#context.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async #fill() {
    await openApp(this.page);
    await this.page.getByLabel(labels.yourName).fill(GRACE);
    await this.page.getByRole('button', { name: labels.createAccount }).click();
    await this.#fillAccount(GRACE, [YARD]);
    await this.openAccounts();
    await this.page.getByLabel(labels.newAccount).fill(ADA);
    await this.page.getByRole('dialog').getByRole('button', { name: labels.createAccount }).click();
    await this.#fillAccount(ADA, [TEA, DEN, HALL, LOFT, CLUB, SHED]);
  }

  async #fillAccount(account, names) {
    await this.#untilSeen({ account, open: '' });
    const made = names.map((name) => makeRoom(name, account));
    await putRecords(this.page, account, { rooms: made.map(({ room }) => room), messages: made.flatMap(({ messages }) => messages) });
    await this.reload();
    await this.#choose(names[0]);
  }

  // To see

  /** Returns the visible state, and the changes in the ledgers since `before`. */
  async look(before) {
    const [seen, now] = await Promise.all([look(this.page), this.readLedgers()]);
    const changes = { messages: [], unsent: [] };
    for (const account of [ADA, GRACE]) {
      const found = changesSince(before[account], now[account], account === seen.account ? seen.place : '');
      for (const [kind, lines] of Object.entries(found)) changes[kind].push(...lines.map((line) => (account === ADA ? line : `${account}, ${line}`)));
    }
    return { ...seen, ...changes };
  }

  async readLedgers() {
    const [ada, grace] = await Promise.all([ADA, GRACE].map((account) => readLedger(this.#ledger, account, this.#since)));
    return { [ADA]: ada, [GRACE]: grace };
  }

  /** Returns the contents of the clipboard. */
  readClipboard() {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Waits until the page has nothing to do. */
  idle() {
    return this.page.evaluate(() => new Promise((resolve) => { requestIdleCallback(resolve); }));
  }

  async #untilSeen(wanted, page = this.page) {
    await expect.poll(() => look(page), { timeout: WAIT, message: 'the start of a scenario' }).toMatchObject(wanted);
  }

  // To begin

  /** Makes the page `rate` times as slow. */
  async slowDown(rate) {
    await this.#devtools.send('Emulation.setCPUThrottlingRate', { rate });
  }

  async reload() {
    await this.page.reload();
    await ready(this.page);
  }

  /** Removes the leftovers of a scenario: the second tab, and all unsent text. */
  async clear() {
    await this.#other?.page.close();
    this.#other = undefined;
    const ledgers = await this.readLedgers();
    for (const account of [GRACE, ADA]) {
      for (const { place } of ledgers[account].unsent) await this.goTo(place, account);
    }
  }

  /** Goes to a place without unsent text, with the focus in the composer. */
  async goTo(place, account = ADA) {
    this.place = place;
    let seen = await look(this.page);
    if (Object.entries({ ...TIDY, account, place }).every(([name, value]) => seen[name] === value)) return;
    await this.#closeAll();
    seen = await look(this.page);
    if (seen.account !== account) await this.#signIn(account);
    if (seen.account !== account || seen.place !== place) await this.#choose(place);
    await this.#tidy(place);
  }

  async #closeAll() {
    // Escape in a search field with a text in it clears that first.
    for (let n = 0; n < 3 && (await look(this.page)).open; n += 1) await this.hand.play([ESCAPE], 0);
  }

  async #tidy(place, page = this.page) {
    const { editor, replying } = await look(page);
    if (editor !== null) await page.getByRole('textbox', { name: labels.editor }).press('Escape');
    if (replying) await page.getByRole('button', { name: labels.cancelReply }).click();
    await page.getByRole('textbox', { name: labels.composer }).fill('');
    await this.#untilSeen({ ...TIDY, place }, page);
  }

  async #choose(place, page = this.page) {
    const [channel, room] = place.includes(' in ') ? place.split(' in ') : [undefined, place];
    await this.roomButton(room, page).click();
    if (channel) await this.channelButton(channel, room, page).click();
    await this.#untilSeen({ place }, page);
    await expect(page.getByRole('log').getByRole('listitem').last()).toBeVisible({ timeout: WAIT });
  }

  async #signIn(account) {
    await this.openAccounts();
    await this.accountItem(account).click();
    await this.#untilSeen({ account, open: '' });
  }

  /** Reaches the last message by the keyboard; the composer has the focus before. */
  async reachLast(page = this.page) {
    const below = () => page.evaluate(() => {
      const row = document.activeElement;
      if (row.localName !== 'li' || !row.closest('[role=log]')) return -1;
      return [...row.parentElement.children].length - 1 - [...row.parentElement.children].indexOf(row);
    });
    for (let left = await below(); left !== 0; left = await below()) await page.keyboard.press(left < 0 ? 'Shift+Tab' : 'ArrowDown');
  }

  /** Writes a message, and waits until it is in the list. */
  async write(text) {
    await this.hand.play([text, ENTER], 0);
    await expect(this.message(text)).toBeVisible({ timeout: WAIT });
  }

  /** Opens the dialog for a new channel of the open room. The next input is its name. */
  async openNewChannel() {
    await this.button(labels.roomMenu).click();
    await this.page.getByRole('menuitem', { name: labels.channels }).click();
    await this.page.getByLabel(labels.channelName).click();
  }

  async setClipboard(text) {
    await this.page.evaluate((value) => navigator.clipboard.writeText(value), text);
  }

  /** Opens the app in a second tab, at a place. Returns its page and a `Hand` for it. */
  async openOther(place) {
    if (!this.#other) {
      const page = await this.#context.newPage();
      await openApp(page);
      this.#other = { page, hand: new Hand(await this.#context.newCDPSession(page)) };
      await this.#choose(place, page);
      await this.page.bringToFront();
    }
    await this.#tidy(place, this.#other.page);
    return this.#other;
  }

  // To find

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  roomButton(name, page = this.page) {
    return page.getByRole('navigation', { name: labels.rooms, exact: true }).getByRole('button', { name: new RegExp(`^${name}\\b`) }).first();
  }

  channelButton(name, room, page = this.page) {
    return page.getByRole('list', { name: labels.channelsOf(room) }).getByRole('button', { name, exact: true });
  }

  message(text, page = this.page) {
    return page.getByRole('log').getByText(text, { exact: true });
  }

  accountButton() {
    return this.page.getByRole('button', { name: labels.account });
  }

  accountItem(name) {
    return this.page.getByRole('dialog').getByRole('button', { name: labels.accountItem(name) });
  }

  async openAccounts() {
    await this.accountButton().click();
  }
}
