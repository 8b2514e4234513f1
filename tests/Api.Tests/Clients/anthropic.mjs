import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { assertWeather, callTool, chatModel, claudeModel, key, limitedKey, poorKey, run, slowly, thrownBy, twice, url, weather } from './cases.mjs';

// As x-api-key, which is this client's habit.
const client = connect(key);
const hello = { model: claudeModel, max_tokens: 256, messages: [{ role: 'user', content: 'hello' }] };
const tools = [{ name: 'get_weather', description: 'Weather of a city', input_schema: weather }];

function connect(apiKey) {
  return new Anthropic({ baseURL: url.replace(/\/$/, ''), apiKey, maxRetries: 0 });
}

await run({
  async chat() {
    const answer = await client.messages.create({ ...hello, system: 'Be brief.' });
    assert.equal(answer.type, 'message');
    assert.equal(answer.role, 'assistant');
    assert.equal(answer.model, claudeModel);
    assert.equal(answer.stop_reason, 'end_turn');
    assert.match(answer.content[0].text, /hello/);
    assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
    assert.ok(answer._request_id);
    return answer;
  },

  async otherModels() {
    const answer = await client.messages.create({ ...hello, model: chatModel });
    assert.equal(answer.model, chatModel);
    assert.match(answer.content[0].text, /hello/);
  },

  async authToken() {
    const bearer = new Anthropic({ baseURL: url.replace(/\/$/, ''), apiKey: null, authToken: key, maxRetries: 0 });
    assert.equal((await bearer.messages.create(hello)).role, 'assistant');
  },

  async stream() {
    const stream = client.messages.stream(hello);
    const kinds = [];
    let text = '';
    stream.on('streamEvent', event => kinds.push(event.type));
    stream.on('text', delta => (text += delta));
    const answer = await stream.finalMessage();
    assert.equal(kinds[0], 'message_start');
    assert.equal(kinds.at(-1), 'message_stop');
    assert.equal(text, answer.content[0].text);
    assert.match(text, /hello/);
    assert.equal(answer.stop_reason, 'end_turn');
    assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0);
    return kinds;
  },

  async tools() {
    const messages = [{ role: 'user', content: callTool }];
    const asked = await client.messages.create({ ...hello, messages, tools });
    assert.equal(asked.stop_reason, 'tool_use');
    const call = asked.content.find(block => block.type === 'tool_use');
    assert.equal(call.name, 'get_weather');
    assertWeather(call.input);
    messages.push({ role: 'assistant', content: asked.content }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'sunny' }] });
    const answer = await client.messages.create({ ...hello, messages, tools });
    assert.equal(answer.stop_reason, 'end_turn');
    assert.match(answer.content[0].text, /The tool has answered/);
    return messages;
  },

  async toolsStream() {
    const answer = await client.messages.stream({ ...hello, tools, tool_choice: { type: 'any' } }).finalMessage();
    assert.equal(answer.stop_reason, 'tool_use');
    return assertWeather(answer.content.find(block => block.type === 'tool_use').input);
  },

  async jsonSchema() {
    const answer = await client.messages.parse({ ...hello, output_config: { format: { type: 'json_schema', schema: weather } } });
    return assertWeather(JSON.parse(answer.content[0].text));
  },

  async models() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.ok(names.includes(claudeModel));
    assert.equal((await client.models.retrieve(claudeModel)).id, claudeModel);
    return names;
  },

  async errors() {
    const unknownKey = await thrownBy(() => connect('sk-wrong').messages.create(hello));
    assert.ok(unknownKey instanceof Anthropic.AuthenticationError);
    assert.equal(unknownKey.error.error.type, 'authentication_error');

    const unknownModel = await thrownBy(() => client.messages.create({ ...hello, model: 'unknown' }));
    assert.ok(unknownModel instanceof Anthropic.NotFoundError);
    assert.equal(unknownModel.error.error.type, 'not_found_error');

    const badField = await thrownBy(() => client.messages.create({ ...hello, temperature: 3 }));
    assert.ok(badField instanceof Anthropic.BadRequestError);
    assert.equal(badField.error.error.type, 'invalid_request_error');
    assert.match(badField.message, /temperature/);
    assert.ok(badField.requestID);

    const poor = await thrownBy(() => connect(poorKey).messages.create(hello));
    assert.ok(poor instanceof Anthropic.APIError);
    assert.equal(poor.status, 402);
    assert.equal(poor.error.error.type, 'billing_error');

    const limited = await thrownBy(() => twice(() => connect(limitedKey).messages.create(hello)));
    assert.ok(limited instanceof Anthropic.RateLimitError);
    assert.equal(limited.error.error.type, 'rate_limit_error');

    const broken = await thrownBy(() => client.messages
      .stream({ ...hello, messages: [{ role: 'user', content: 'hello [[sandbox:cut-after 2]]' }] }).finalMessage());
    assert.ok(broken instanceof Anthropic.APIError);
    return { messages: [unknownKey, unknownModel, badField, poor, limited, broken].map(error => error.message) };
  },

  async abort() {
    const stream = client.messages.stream({ ...hello, messages: [{ role: 'user', content: slowly }] });
    stream.on('text', () => stream.abort());
    assert.ok((await thrownBy(() => stream.finalMessage())) instanceof Anthropic.APIUserAbortError);
  },
});
