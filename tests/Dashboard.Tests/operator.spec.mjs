import { expect, signIn, test } from './browser.mjs';

const operatorKey = process.env.SAASLLM_OPERATOR_KEY;

test('from an empty service to a key that works', async ({ page, request }) => {
  await signIn(page, operatorKey);
  await expect(page.getByText('Nothing has been used this month')).toBeVisible();

  await page.getByRole('navigation').getByRole('link', { name: 'Organizations' }).click();
  await expect(page.getByText('No organization yet')).toBeVisible();
  await page.getByRole('button', { name: 'Create an organization' }).first().click();
  await page.getByLabel('Organization id').fill('acme');
  await page.getByRole('dialog').getByLabel('Name').fill('Acme Corporation');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('link', { name: 'acme' })).toBeVisible();

  await page.getByRole('link', { name: 'Model groups' }).click();
  await page.getByRole('button', { name: 'Create a model group' }).first().click();
  await page.getByLabel('Group name').fill('resume-agent');
  await page.getByRole('combobox', { name: 'Models' }).fill('gpt-4o-mini');
  await page.getByRole('option', { name: 'gpt-4o-mini', exact: true }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('cell', { name: 'gpt-4o-mini' })).toBeVisible();

  await page.getByRole('navigation').getByRole('link', { name: 'Teams' }).click();
  await page.getByRole('link', { name: 'Create a team' }).first().click();
  await page.getByRole('combobox', { name: 'Organization' }).fill('acme');
  await page.getByLabel('Team id').fill('acme prod');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('combobox', { name: 'Model groups' }).click();
  await page.getByRole('option', { name: 'resume-agent' }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Credits to begin with').fill('50');
  await page.getByRole('button', { name: 'Next' }).click();

  // The service knows better which ids are sound; the wizard goes back to the field and says what it said.
  await page.getByRole('button', { name: 'Create the team' }).click();
  await expect(page.getByRole('alert')).toContainText('Request');
  await page.getByLabel('Team id').fill('acme-prod');
  for (let step = 0; step < 3; step++) await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Create the team' }).click();

  const key = await page.getByLabel('Key', { exact: true }).textContent();
  const caller = await request.get('/api/auth/me', { headers: { Authorization: `Bearer ${key}` } });
  expect((await caller.json()).team_id).toBe('acme-prod');

  await page.getByRole('button', { name: 'I have stored it' }).click();
  await expect(page.getByRole('button', { name: 'Add credits' })).toBeVisible();
  expect(await page.content()).not.toContain(key);
});

test('a team is given credits, stopped and given another key', async ({ page, request }) => {
  const send = (path, data) => request.post(path, { data, headers: { Authorization: `Bearer ${operatorKey}` } });
  await send('/api/organizations/create', { organization_id: 'beta', name: 'Beta' });
  const { virtual_key: oldKey } = await (await send('/api/teams/create', { organization_id: 'beta', team_id: 'beta-prod', credits_allocated: 10 })).json();

  // A deep link, which the sign-in keeps.
  await signIn(page, operatorKey, '/dashboard/teams/beta-prod');
  await page.getByRole('button', { name: 'Add credits' }).click();
  await page.getByRole('dialog').getByLabel('Credits').fill('5');
  await page.getByRole('dialog').getByLabel('Reason').fill('top-up');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('cell', { name: 'top-up' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Credits' }).getByText('15', { exact: true }).first()).toBeVisible();

  await page.getByRole('button', { name: 'Suspend' }).click();
  await page.getByLabel('Type beta-prod to confirm').fill('beta');
  await expect(page.getByRole('button', { name: 'Suspend the team' })).toBeDisabled();
  await page.getByLabel('Type beta-prod to confirm').fill('beta-prod');
  await page.getByRole('button', { name: 'Suspend the team' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Suspend' })).toBeVisible();

  await page.getByRole('tab', { name: 'Keys' }).click();
  await page.getByRole('button', { name: 'Rotate' }).click();
  await page.getByRole('combobox', { name: 'The old one ends' }).click();
  await page.getByRole('option', { name: 'at once' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  const newKey = await page.getByLabel('Key', { exact: true }).textContent();
  expect(newKey).not.toBe(oldKey);
  const answers = await Promise.all([oldKey, newKey].map((key) => request.get('/api/auth/me', { headers: { Authorization: `Bearer ${key}` } })));
  expect(answers.map((answer) => answer.status())).toEqual([401, 200]);
});

test('the key stays in the tab until somebody signs out', async ({ page, context }) => {
  await signIn(page, operatorKey);
  expect(await page.evaluate(() => [Object.values(sessionStorage), Object.values(localStorage).join(), document.cookie])).toEqual([[operatorKey], expect.not.stringContaining('sk-'), '']);
  const other = await context.newPage();
  await other.goto('/dashboard');
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test('somebody who signs in with a password does so in a session that scripts cannot read', async ({ page, context, request }) => {
  await request.post('/api/users/create', {
    data: { email: 'ann@example.com', name: 'Ann', password: 'correct horse battery', is_operator: true },
    headers: { Authorization: `Bearer ${operatorKey}` },
  });
  await page.goto('/dashboard/organizations');
  await page.getByRole('tab', { name: 'With a password' }).click();
  await page.getByLabel('E-mail').fill('ann@example.com');
  await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();

  // What changes something shows that it comes from this page.
  await page.getByRole('button', { name: 'Create an organization' }).first().click();
  await page.getByLabel('Organization id').fill('by-session');
  await page.getByRole('dialog').getByLabel('Name').fill('By a session');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('link', { name: 'by-session' })).toBeVisible();
  expect(await page.evaluate(() => [sessionStorage.length, document.cookie])).toEqual([0, '']);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(await context.cookies()).toEqual([]);
});

test('a wrong key is refused in the service\'s words, with the request\'s id', async ({ page }) => {
  await page.goto('/dashboard');
  await page.getByLabel('Operator key or virtual key').fill('sk-wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('Send a valid key');
  await expect(page.getByRole('alert').getByRole('code')).not.toBeEmpty();
});

test('on a telephone every page fits, and the burger leads to them', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, operatorKey);
  for (const name of ['Organizations', 'Teams', 'Jobs', 'Model groups', 'Models', 'Access groups', 'Providers', 'Pricing', 'Margins', 'Tiers', 'Playground', 'Overview']) {
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(390);
  }
});

test('a long list draws what is in sight, and asks for its next page when the end comes near', async ({ page, request }) => {
  for (let number = 0; number < 130; number++) {
    const data = { organization_id: `many-${String(number).padStart(3, '0')}`, name: 'One of many' };
    await request.post('/api/organizations/create', { data, headers: { Authorization: `Bearer ${operatorKey}` } });
  }

  await signIn(page, operatorKey, '/dashboard/organizations');
  await expect(page.getByRole('link', { name: 'many-000' })).toBeVisible();
  const list = page.getByRole('region', { name: 'Organizations' });
  await expect(async () => {
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await expect(page.getByRole('link', { name: 'many-129' })).toBeVisible({ timeout: 1000 });
  }).toPass();
  expect(await page.getByRole('row').count()).toBeLessThan(60);
});

test('a message from the playground becomes a job whose calls, cost and model the operator sees', async ({ page, request }) => {
  const send = (path, data) => request.post(path, { data, headers: { Authorization: `Bearer ${operatorKey}` } });
  await send('/api/organizations/create', { organization_id: 'gamma', name: 'Gamma' });
  await send('/api/model-groups/create', { group_name: 'gamma-chat', models: [{ model_name: 'gpt-4o-mini', priority: 0 }] });
  await send('/api/teams/create', { organization_id: 'gamma', team_id: 'gamma-prod', model_groups: ['gamma-chat'], credits_allocated: 10 });

  await signIn(page, operatorKey, '/dashboard/playground');
  await page.getByRole('combobox', { name: 'Team' }).fill('gamma-prod');
  await page.getByRole('textbox', { name: 'Message' }).fill('Good morning');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('link', { name: 'its job' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'playground' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('gamma-chat › gpt-4o-mini');
  await expect(page.getByRole('region', { name: 'Cost and margin' })).toContainText('$0.0000');
});
