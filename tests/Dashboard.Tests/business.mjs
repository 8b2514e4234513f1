// A business to look at: customers with teams, jobs that ended in each way, and all that is set up around them.

const prompts = [
  'Summarize this resume: ten years of C#, five of SQL.',
  'Which skills does this resume name?',
  'Score this candidate for a senior role, from 1 to 10.',
];

/** Fills an empty service through its API. @returns the key of a team, and a link that hands one over. */
export async function fill(request, operatorKey, receiver) {
  const send = async (method, path, data, key = operatorKey) => {
    const answer = await request.fetch(path, { method, data, headers: { Authorization: `Bearer ${key}` } });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  const post = (path, data, key) => send('POST', path, data, key);

  await post('/api/webhooks', { url: receiver, description: 'Billing' });
  await post('/api/provider-credentials/create', { provider: 'mistral', credential_name: 'Main account', api_key: 'sk-mistral-0123456789' });
  await post('/api/tiers/create', { tier_name: 'partner', rank: 25, markup_percent: 5, monthly_calls: 50000 });
  await post('/api/users/create', { user_id: 'ann', email: 'ann@acme.example', name: 'Ann Example', password: 'correct horse battery staple' });
  await post('/api/users/create', { user_id: 'bob', email: 'bob@globex.example', name: 'Bob Example', password: 'correct horse battery staple' });

  await post('/api/organizations/create', { organization_id: 'acme', name: 'Acme Corporation', tier: 'partner', credits_allocated: 20000 });
  await post('/api/organizations/create', { organization_id: 'globex', name: 'Globex', credits_allocated: 5000 });
  await post('/api/organizations/acme/members', { user_id: 'ann', role: 'admin' });
  await post('/api/organizations/globex/members', { user_id: 'bob', role: 'member' });

  await post('/api/models/create', {
    model_alias: 'house-llama', provider: 'ollama', upstream_model: 'llama3', input_usd_per_million: 0, output_usd_per_million: 0, local: true,
  });
  await post('/api/model-groups/create', {
    group_name: 'resume-agent', display_name: 'Resume analysis',
    models: [{ model_name: 'gpt-4o', priority: 0 }, { model_name: 'claude-haiku-4-5', priority: 1 }],
  });
  await post('/api/model-groups/create', { group_name: 'chat-fast', display_name: 'Quick answers', models: [{ model_name: 'gpt-4o-mini', priority: 0 }] });
  await post('/api/model-access-groups/create', { group_name: 'gpt-models', description: 'OpenAI\'s', model_aliases: ['gpt-4o', 'gpt-4o-mini'] });

  const team = (organization_id, team_id, team_alias, more = {}) => post('/api/teams/create', {
    organization_id, team_id, team_alias, model_groups: ['resume-agent', 'chat-fast'], access_groups: ['gpt-models'], credits_allocated: 1000, ...more,
  });
  const { virtual_key: key } = await team('acme', 'acme-prod', 'Acme Production', { rpm_limit: 600, tpm_limit: 200000 });
  await team('acme', 'acme-dev', 'Acme Development', { credits_allocated: 100 });
  await team('globex', 'globex-prod', 'Globex', { credits_allocated: 20 });
  await post('/api/teams/acme-dev/pause');
  await post('/api/teams/acme-prod/keys', { name: 'staging' });
  await post('/api/pricing/rules', { organization_id: 'acme', kind: 'flat', price_usd: 0.25 });
  await send('PATCH', '/api/teams/globex-prod/markup', { markup_percent: 40 });
  await send('PUT', '/api/teams/acme-prod/budget', { monthly_cost_usd: 250, mode: 'soft', alert_percents: [50, 80] });
  await send('PATCH', '/api/credits/teams/globex-prod/alerts', { percentages: [50], credits_below: 19.5 });
  await post('/api/credits/teams/acme-prod/add', { credits: 250, reason: 'Monthly top-up' });

  const job = async (team_id, job_type, more) => (await post('/api/jobs/create', { team_id, job_type, user_id: 'candidate-17', ...more })).job_id;
  const call = (id, text, more) => post(`/api/jobs/${id}/llm-call`, { messages: [{ role: 'user', content: text }], ...more });
  for (const [index, team_id] of ['acme-prod', 'acme-prod', 'acme-prod', 'globex-prod'].entries()) {
    const id = await job(team_id, 'resume_analysis');
    for (const [step, purpose] of ['summary', 'skills', 'score'].entries()) await call(id, prompts[step], { purpose });
    await post(`/api/jobs/${id}/complete`, { status: 'completed' });
    if (index === 0) await post(`/api/credits/teams/${team_id}/refund`, { job_id: id, reason: 'The customer was not happy' });
  }
  const failed = await job('acme-prod', 'resume_analysis');
  await call(failed, `${prompts[0]} [[sandbox:error 500 model=gpt-4o]]`, { purpose: 'summary' });
  await post(`/api/jobs/${failed}/complete`, { status: 'failed', error_message: 'The document could not be read' });
  await post(`/api/jobs/${await job('acme-prod', 'ticket_answer')}/cancel`);
  await call(await job('acme-prod', 'ticket_answer'), 'How do I change my address?', { model_group: 'chat-fast' });
  await job('globex-prod', 'chat');

  const { address } = await post('/api/key-links', { key });
  return { key, failed, address };
}
