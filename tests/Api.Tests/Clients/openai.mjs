import assert from 'node:assert/strict';
import OpenAI from 'openai';
import {
  assertWeather, callTool, chatModel, embeddingModel, imageModel, key, limitedKey, poorKey, run, slowly, thrownBy, twice, url, weather,
} from './cases.mjs';

const client = connect(key);
const hello = { model: chatModel, messages: [{ role: 'user', content: 'hello' }] };
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'Weather of a city', parameters: weather } }];
const responsesTools = [{ type: 'function', name: 'get_weather', parameters: weather, strict: true }];

function connect(apiKey) {
  return new OpenAI({ baseURL: `${url}v1`, apiKey, maxRetries: 0 });
}

await run({
  async chat() {
    const { data: answer, response } = await client.chat.completions.create(hello).withResponse();
    assert.equal(answer.object, 'chat.completion');
    assert.equal(answer.model, chatModel);
    assert.equal(answer.choices[0].message.role, 'assistant');
    assert.match(answer.choices[0].message.content, /hello/);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    assert.ok(Number(response.headers.get('x-cost-incurred')) > 0);
    assert.ok(answer._request_id);
    return answer;
  },

  async stream() {
    const stream = client.chat.completions.stream({ ...hello, stream_options: { include_usage: true } });
    let text = '';
    stream.on('content', delta => (text += delta));
    const answer = await stream.finalChatCompletion();
    assert.equal(text, answer.choices[0].message.content);
    assert.match(text, /hello/);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.ok((await stream.totalUsage()).total_tokens > 0);
    return answer;
  },

  async tools() {
    const runner = client.chat.completions.runTools({
      model: chatModel,
      messages: [{ role: 'user', content: callTool }],
      tools: [{ type: 'function', function: { ...tools[0].function, parse: JSON.parse, function: given => { assertWeather(given); return 'sunny'; } } }],
    });
    const text = await runner.finalContent();
    assert.match(text, /The tool has answered/);
    assert.deepEqual(runner.messages.map(message => message.role), ['user', 'assistant', 'tool', 'assistant']);
    assert.equal(await runner.finalFunctionToolCallResult(), 'sunny');
    return runner.messages;
  },

  async toolsStream() {
    const answer = await client.chat.completions.stream({ ...hello, tools, tool_choice: 'required' }).finalChatCompletion();
    assert.equal(answer.choices[0].finish_reason, 'tool_calls');
    const [call] = answer.choices[0].message.tool_calls;
    assert.ok(call.id);
    assert.equal(call.function.name, 'get_weather');
    return assertWeather(JSON.parse(call.function.arguments));
  },

  async jsonSchema() {
    const answer = await client.chat.completions.parse({
      ...hello,
      response_format: { type: 'json_schema', json_schema: { name: 'weather', strict: true, schema: weather } },
    });
    return assertWeather(JSON.parse(answer.choices[0].message.content));
  },

  async responses() {
    const answer = await client.responses.create({ model: chatModel, instructions: 'Be brief.', input: 'hello', store: false });
    assert.equal(answer.object, 'response');
    assert.equal(answer.status, 'completed');
    assert.match(answer.output_text, /hello/);
    assert.equal(answer.usage.total_tokens, answer.usage.input_tokens + answer.usage.output_tokens);
    return answer;
  },

  async responsesStream() {
    const stream = client.responses.stream({ model: chatModel, input: 'hello', store: false });
    const kinds = [];
    let text = '';
    for await (const event of stream) {
      kinds.push(event.type);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    const answer = await stream.finalResponse();
    assert.equal(kinds[0], 'response.created');
    assert.equal(kinds.at(-1), 'response.completed');
    assert.equal(text, answer.output_text);
    assert.ok(answer.usage.output_tokens > 0);
    return kinds;
  },

  async responsesTools() {
    const input = [{ role: 'user', content: callTool }];
    const asked = await client.responses.create({ model: chatModel, input, tools: responsesTools, store: false });
    const call = asked.output.find(item => item.type === 'function_call');
    assertWeather(JSON.parse(call.arguments));
    input.push(...asked.output, { type: 'function_call_output', call_id: call.call_id, output: 'sunny' });
    const answer = await client.responses.create({ model: chatModel, input, tools: responsesTools, store: false });
    assert.match(answer.output_text, /The tool has answered/);
    return input;
  },

  async responsesJsonSchema() {
    const answer = await client.responses.parse({
      model: chatModel, input: 'hello', store: false, text: { format: { type: 'json_schema', name: 'weather', strict: true, schema: weather } },
    });
    return assertWeather(answer.output_parsed);
  },

  async embeddings() {
    // Without an encoding_format the client asks for base64 and decodes it.
    const answer = await client.embeddings.create({ model: embeddingModel, input: ['one', 'two'] });
    assert.deepEqual(answer.data.map(item => item.index), [0, 1]);
    const plain = await client.embeddings.create({ model: embeddingModel, input: 'one', encoding_format: 'float' });
    assert.ok(Math.abs(plain.data[0].embedding[7] - answer.data[0].embedding[7]) < 1e-6);
    assert.equal(plain.data[0].embedding.length, answer.data[0].embedding.length);
    assert.ok(plain.usage.total_tokens > 0);
    return plain.usage;
  },

  async images() {
    const answer = await client.images.generate({ model: imageModel, prompt: 'a cat', n: 2 });
    assert.equal(answer.data.length, 2);
    assert.equal(Buffer.from(answer.data[0].b64_json, 'base64').toString('latin1', 1, 4), 'PNG');
    return answer.usage;
  },

  async models() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.ok(names.includes(chatModel));
    assert.equal((await client.models.retrieve(chatModel)).id, chatModel);
    assert.ok((await thrownBy(() => client.models.retrieve('nobody/knows-it'))) instanceof OpenAI.NotFoundError);
    return names;
  },

  async errors() {
    const unknownKey = await thrownBy(() => connect('sk-wrong').chat.completions.create(hello));
    assert.ok(unknownKey instanceof OpenAI.AuthenticationError);
    assert.equal(unknownKey.code, 'invalid_api_key');

    const unknownModel = await thrownBy(() => client.chat.completions.create({ ...hello, model: 'unknown' }));
    assert.ok(unknownModel instanceof OpenAI.NotFoundError);
    assert.equal(unknownModel.code, 'model_not_found');

    const badField = await thrownBy(() => client.chat.completions.create({ ...hello, temperature: 3 }));
    assert.ok(badField instanceof OpenAI.BadRequestError);
    assert.equal(badField.type, 'invalid_request_error');
    assert.equal(badField.param, 'temperature');

    const badInput = await thrownBy(() => client.responses.create({ model: chatModel, input: 'hello', store: true }));
    assert.ok(badInput instanceof OpenAI.BadRequestError);
    assert.equal(badInput.param, 'store');

    const poor = await thrownBy(() => connect(poorKey).chat.completions.create(hello));
    assert.ok(poor instanceof OpenAI.APIError);
    assert.equal(poor.status, 402);
    assert.match(poor.message, /Insufficient/);

    const limited = await thrownBy(() => twice(() => connect(limitedKey).chat.completions.create(hello)));
    assert.ok(limited instanceof OpenAI.RateLimitError);
    assert.ok(Number(limited.headers.get('retry-after')) > 0);

    // A stream that breaks tells why.
    const broken = await thrownBy(() => client.chat.completions
      .stream({ ...hello, messages: [{ role: 'user', content: 'hello [[sandbox:cut-after 2]]' }] }).finalChatCompletion());
    assert.ok(broken instanceof OpenAI.APIError);
    assert.equal(broken.code, 'upstream_stream_cut');
    return { messages: [unknownKey, unknownModel, badField, badInput, poor, limited, broken].map(error => error.message) };
  },

  async abort() {
    const stream = await client.chat.completions.create({ ...hello, messages: [{ role: 'user', content: slowly }], stream: true });
    for await (const chunk of stream) {
      assert.ok(chunk.id);
      break; // the client breaks the connection
    }
    assert.ok(stream.controller.signal.aborted);
  },

  async responsesAbort() {
    const stream = client.responses.stream({ model: chatModel, input: slowly, store: false });
    stream.on('response.output_text.delta', () => stream.abort());
    assert.ok((await thrownBy(() => stream.finalResponse())) instanceof OpenAI.APIUserAbortError);
  },
});
