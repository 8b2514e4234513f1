import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { faultsOf } from './axe.mjs';
import { expect, signIn, test } from './browser.mjs';
import { fill } from './business.mjs';

const { SAASLLM_OPERATOR_KEY: operatorKey, SAASLLM_OUTPUT: output, SAASLLM_SCREENSHOTS: pictures = `${output}/pages` } = process.env;

// Small enough that all pictures together stay a few megabytes.
const desk = { width: 1200, height: 750 };
const phone = { width: 390, height: 844 };

// However many pages there come to be, on however busy a machine.
test.setTimeout(600_000);

let receiver;
let business;

test.beforeAll(async ({ request }) => {
  mkdirSync(pictures, { recursive: true });
  receiver = createServer((received, answer) => received.resume().on('end', () => answer.end()));
  await new Promise((listening) => receiver.listen(0, '127.0.0.1', listening));
  // A test that fails is followed by a process anew, which finds the service filled.
  const known = `${output}/business.json`;
  if (!existsSync(known)) writeFileSync(known, JSON.stringify(await fill(request, operatorKey, `http://127.0.0.1:${receiver.address().port}/billing`)));
  business = JSON.parse(readFileSync(known, 'utf8'));
});

test.afterAll(() => receiver.close());

test.beforeEach(async ({ page }) => {
  await page.setViewportSize(desk);
  await page.emulateMedia({ colorScheme: 'light' });
});

/** Until the page has its heading, awaits nothing and has come to rest. Its connection to live events stays open. */
async function settle(page) {
  await expect(page.getByRole('heading', { level: 1 }), page.url()).toBeVisible();
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
  await page.evaluate(() => new Promise((rest) => {
    let timer = setTimeout(rest, 150);
    const watch = { subtree: true, childList: true, attributes: true, characterData: true };
    new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(rest, 150);
    }).observe(document, watch);
  }));
}

const draw = (page, name, look) => page.screenshot({ path: `${pictures}/${name}-${look}.png`, animations: 'disabled', caret: 'hide' });

/** Looks at the page in each of its looks. @returns what is wrong with it. */
async function examine(page, name, shoot = draw) {
  const faults = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await settle(page);
    faults.push(...(await faultsOf(page)).map((fault) => `${name}, ${colorScheme}: ${fault}`));
    await shoot(page, name, colorScheme);
  }

  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(phone);
  await settle(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > phone.width) faults.push(`${name} is ${width} px wide on a telephone of ${phone.width}`);
  await shoot(page, name, 'phone');
  await page.setViewportSize(desk);
  return faults;
}

/** What the other tabs of a page hold; pictures show the first one. */
async function examineTabs(page, name) {
  const faults = [];
  const tabs = page.getByRole('main').getByRole('tab');
  for (let index = 1; index < await tabs.count(); index++) {
    await tabs.nth(index).click();
    await settle(page);
    const tab = await tabs.nth(index).textContent();
    faults.push(...(await faultsOf(page)).map((fault) => `${name}, ${tab}: ${fault}`));
  }

  return faults;
}

const inMain = (page) => page.getByRole('main').getByRole('link').evaluateAll((links) => links.map((link) => new URL(link.href).pathname));

/** One address of each sort: a list's rows lead to pages of one sort. */
function sortOf(address) {
  const [, , list, item] = address.split('/');
  return item === undefined ? list : item === 'new' ? `${list}-new` : `${list}-one`;
}

/** Everything that can be reached from the navigation: its own pages, and one of each sort that those lead to. */
async function walk(page, { prefix = '', more = [] }) {
  const navigation = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  const start = await navigation.evaluateAll((links) => links.map((link) => ({ address: new URL(link.href).pathname, name: link.textContent.trim() })));
  expect(start.length).toBeGreaterThan(3);
  const waiting = [...start.map(({ address, name }) => ({ address, name: name.toLowerCase().replaceAll(' ', '-') })), ...more];
  const seen = new Set(waiting.map(({ address }) => sortOf(address)));
  const faults = [];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    await page.goto(next.address);
    await settle(page);
    const name = prefix + (next.name ?? sortOf(next.address));
    faults.push(...await examine(page, name), ...await examineTabs(page, name));
    for (const address of await inMain(page)) {
      if (!address.startsWith('/dashboard/') || seen.has(sortOf(address))) continue;
      seen.add(sortOf(address));
      waiting.push({ address });
    }
  }

  expect(seen.size).toBeGreaterThan(start.length);
  return faults;
}

test('every page of the operator\'s is open to everybody, by day, by night and on a telephone', async ({ page }) => {
  await signIn(page, operatorKey);
  const faults = await walk(page, { more: [{ address: `/dashboard/jobs/${business.failed}` }, { address: '/dashboard/teams/acme-prod' }] });
  expect(faults).toEqual([]);
});

test('every page of a team\'s is, too', async ({ page }) => {
  await signIn(page, business.key);
  expect(await walk(page, { prefix: 'team-view-' })).toEqual([]);
});

test('so are the pages for those who have not signed in', async ({ page }) => {
  const faults = [];
  for (const [name, address] of [['sign-in', '/dashboard'], ['claim', business.address]]) {
    await page.goto(address);
    await settle(page);
    faults.push(...await examine(page, name), ...await examineTabs(page, name));
  }

  await page.getByRole('button', { name: 'Show the key' }).click();
  await expect(page.getByLabel('Key', { exact: true })).toBeVisible();
  faults.push(...await examine(page, 'claimed'));
  expect(faults).toEqual([]);
});

test('so is what comes up within a page', async ({ page }) => {
  await signIn(page, operatorKey, '/dashboard/playground');
  await page.getByRole('combobox', { name: 'Team' }).fill('acme-prod');
  await page.getByRole('combobox', { name: 'Team' }).press('Enter');
  await page.getByRole('textbox', { name: 'Message' }).fill('Which skills does this resume name?');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByRole('link', { name: 'its job' })).toBeVisible();
  const faults = await examine(page, 'playground-answer');

  await page.goto('/dashboard/teams/acme-prod');
  await page.getByRole('tab', { name: 'Keys' }).click();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('handed over');
  faults.push(...await faultsOf(page));
  await page.getByRole('button', { name: 'Make the key' }).click();
  await page.getByRole('button', { name: 'Make a link that opens once' }).click();
  await expect(page.getByLabel('Link', { exact: true })).toBeVisible();
  faults.push(...await examine(page, 'key-link'));
  expect(faults).toEqual([]);
});

test('what is wrong is found', async ({ page }) => {
  await page.goto('/dashboard');
  await settle(page);
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', `<img src="/icon.svg"><button></button><pre>${'wide '.repeat(100)}</pre>`);
  });

  expect(await examine(page, 'broken', () => {})).toEqual(expect.arrayContaining([
    expect.stringMatching(/light: image-alt/), expect.stringMatching(/dark: button-name/), expect.stringMatching(/px wide on a telephone/),
  ]));
});
