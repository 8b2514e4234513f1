import { expect, signIn, test } from './browser.mjs';

const operatorKey = process.env.SAASLLM_OPERATOR_KEY;

/** Signs in, makes a key of a new team and a link to it. */
async function makeLink(page, request, name) {
  const send = (path, data) => request.post(path, { data, headers: { Authorization: `Bearer ${operatorKey}` } });
  await send('/api/organizations/create', { organization_id: name, name });
  await send('/api/teams/create', { organization_id: name, team_id: `${name}-prod` });

  await signIn(page, operatorKey, `/dashboard/teams/${name}-prod`);
  await page.getByRole('tab', { name: 'Keys' }).click();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('staging');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const key = await page.getByLabel('Key', { exact: true }).textContent();
  await page.getByRole('combobox', { name: 'It works for' }).click();
  await page.getByRole('option', { name: 'three days' }).click();
  await page.getByRole('button', { name: 'Make a link that opens once' }).click();
  const link = await page.getByLabel('Link', { exact: true }).textContent();
  expect(link).toMatch(/\/dashboard\/claim#[0-9a-f]{64}$/);
  return { key, link };
}

test('a link hands a key over to the first who opens it, and to nobody else', async ({ page, request, browser }) => {
  const { key, link } = await makeLink(page, request, 'handed');
  const token = link.split('#')[1];

  const somebody = await (await browser.newContext()).newPage();
  const asked = [];
  somebody.on('request', (sent) => asked.push(`${sent.method()} ${sent.url()}`));
  await somebody.goto(link);
  await somebody.reload();
  await expect(somebody.getByRole('button', { name: 'Show the key' })).toBeVisible();
  expect(asked.filter((line) => line.includes('/api/')), 'a preview uses nothing up').toEqual([]);

  await somebody.getByRole('button', { name: 'Show the key' }).click();
  await expect(somebody.getByLabel('Key', { exact: true })).toHaveText(key);
  await expect(somebody.getByText('handed-prod')).toBeVisible();
  expect(somebody.url()).not.toContain('#');
  expect(asked.filter((line) => line.includes(token)), 'no request\'s address holds the token').toEqual([]);
  const caller = await request.get('/api/auth/me', { headers: { Authorization: `Bearer ${key}` } });
  expect((await caller.json()).team_id).toBe('handed-prod');

  const another = await (await browser.newContext()).newPage();
  await another.goto(link);
  await another.getByRole('button', { name: 'Show the key' }).click();
  await expect(another.getByRole('alert')).toContainText('opened before');
  await expect(another.getByRole('alert').getByRole('code')).not.toBeEmpty();
});

test('a link that was not copied whole says so', async ({ page }) => {
  await page.goto('/dashboard/claim');
  await expect(page.getByRole('alert')).toContainText('not whole');

  await page.goto('/dashboard/claim#0123');
  await page.reload();
  await page.getByRole('button', { name: 'Show the key' }).click();
  await expect(page.getByRole('alert')).toContainText('token');
});
