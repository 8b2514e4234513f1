import { expect, signIn, test } from './browser.mjs';

const operatorKey = process.env.SAASLLM_OPERATOR_KEY;

/** Makes a team in the wizard; gives a link that hands its key over. */
async function createTeam(page, { id, name, credits }) {
  await page.getByRole('navigation').getByRole('link', { name: 'Teams' }).click();
  await page.getByRole('link', { name: 'Create a team' }).first().click();
  await page.getByRole('combobox', { name: 'Organization' }).fill('org_newclient');
  await page.getByLabel('Team id').fill(id);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('combobox', { name: 'Access groups' }).click();
  await page.getByRole('option', { name: 'gpt-models' }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Credits to begin with').fill(credits);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Create the team' }).click();

  await page.getByRole('button', { name: 'Make a link that opens once' }).click();
  const link = await page.getByLabel('Link', { exact: true }).textContent();
  await page.getByRole('button', { name: 'I have stored it' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return link;
}

// Step by step as the guide for operators has it: customer, production team, development team, keys handed over, first calls watched.
test('a new client is taken on through the page alone', async ({ page, browser, request }) => {
  await signIn(page, operatorKey);
  await page.getByRole('navigation').getByRole('link', { name: 'Access groups' }).click();
  await page.getByRole('button', { name: 'Create an access group' }).first().click();
  await page.getByLabel('Group name').fill('gpt-models');
  await page.getByRole('combobox', { name: 'Models' }).fill('gpt-4o-mini');
  await page.getByRole('option', { name: 'gpt-4o-mini', exact: true }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('cell', { name: 'gpt-models', exact: true })).toBeVisible();

  await page.getByRole('navigation').getByRole('link', { name: 'Organizations' }).click();
  await page.getByRole('button', { name: 'Create an organization' }).first().click();
  await page.getByLabel('Organization id').fill('org_newclient');
  await page.getByRole('dialog').getByLabel('Name').fill('New Client Inc');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('link', { name: 'org_newclient' })).toBeVisible();

  const link = await createTeam(page, { id: 'newclient-prod', name: 'Production', credits: '1000' });
  await createTeam(page, { id: 'newclient-dev', name: 'Development', credits: '500' });
  await page.getByRole('link', { name: 'org_newclient' }).click();
  await expect(page.getByRole('region', { name: 'Teams' }).getByRole('row').filter({ hasText: /newclient-(prod|dev)/ })).toHaveCount(2);

  // The client opens the link, and its application makes a first call.
  const client = await (await browser.newContext()).newPage();
  await client.goto(link);
  await client.getByRole('button', { name: 'Show the key' }).click();
  const key = await client.getByLabel('Key', { exact: true }).textContent();
  const answer = await request.post('/api/jobs/create-and-call', {
    data: { job_type: 'document_analysis', model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] },
    headers: { Authorization: `Bearer ${key}` },
  });
  expect(answer.status()).toBe(200);

  // Whose job and whose credit the operator sees.
  await page.getByRole('link', { name: 'newclient-prod' }).click();
  await expect(page.getByRole('region', { name: 'Credits' }).getByText('999', { exact: true }).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Jobs' }).click();
  await expect(page.getByRole('cell', { name: 'document_analysis' })).toBeVisible();
});
