import assert from 'node:assert/strict';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, embedMany, generateImage, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import {
  assertWeather, callTool, chatModel, embeddingModel, imageModel, key, limitedKey, poorKey, run, slowly, thrownBy, twice, url, weather,
} from './cases.mjs';

// The client asks for calls to be stored, unless it is told otherwise.
const common = { maxRetries: 0, providerOptions: { openai: { store: false } } };
const provider = connect(key);

function connect(apiKey) {
  return createOpenAI({ baseURL: `${url}v1`, apiKey });
}

/** The same cases for each of the two APIs that the provider can speak. */
const casesOf = model => ({
  async chat() {
    const answer = await generateText({ ...common, model, system: 'Be brief.', prompt: 'hello' });
    assert.match(answer.text, /hello/);
    assert.equal(answer.finishReason, 'stop');
    assert.ok(answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
    return answer.usage;
  },

  async stream() {
    const answer = streamText({ ...common, model, prompt: 'hello' });
    let text = '';
    for await (const delta of answer.textStream) text += delta;
    assert.match(text, /hello/);
    assert.equal(await answer.finishReason, 'stop');
    const usage = await answer.usage;
    assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
    return usage;
  },

  async tools() {
    const answer = await generateText({ ...common, model, prompt: callTool, ...loop() });
    assertLoop(answer.steps);
    assert.match(answer.text, /The tool has answered/);
  },

  async toolsStream() {
    const answer = streamText({ ...common, model, prompt: callTool, ...loop() });
    await answer.consumeStream();
    assertLoop(await answer.steps);
    assert.match(await answer.text, /The tool has answered/);
  },

  async jsonSchema() {
    const answer = await generateText({ ...common, model, prompt: 'hello', output: Output.object({ name: 'weather', schema: jsonSchema(weather) }) });
    return assertWeather(answer.output);
  },

  async abort() {
    const leaving = new AbortController();
    const answer = streamText({ ...common, model, prompt: slowly, abortSignal: leaving.signal });
    const kinds = new Set();
    for await (const part of answer.stream) {
      kinds.add(part.type);
      if (part.type === 'text-delta') leaving.abort();
    }
    assert.ok(kinds.has('abort') && !kinds.has('finish'));
    return [...kinds];
  },
});

const loop = () => ({
  tools: { get_weather: tool({ description: 'Weather of a city', inputSchema: jsonSchema(weather), execute: async () => 'sunny' }) },
  stopWhen: stepCountIs(3),
});

function assertLoop(steps) {
  assert.equal(steps.length, 2);
  assertWeather(steps[0].toolCalls[0].input);
  assert.equal(steps[0].toolResults[0].output, 'sunny');
}

const of = (kind, cases) => Object.fromEntries(Object.entries(cases).map(([name, run]) => [`${kind}.${name}`, run]));

await run({
  ...of('chat', casesOf(provider.chat(chatModel))),
  ...of('responses', casesOf(provider.responses(chatModel))),

  async embeddings() {
    const answer = await embedMany({ model: provider.embedding(embeddingModel), values: ['one', 'two'], maxRetries: 0 });
    assert.equal(answer.embeddings.length, 2);
    assert.ok(answer.embeddings[0].length > 0 && answer.usage.tokens > 0);
  },

  async images() {
    const answer = await generateImage({ model: provider.image(imageModel), prompt: 'a cat', maxRetries: 0 });
    assert.equal(answer.image.mediaType, 'image/png');
  },

  async errors() {
    const fault = async (apiKey, options) => {
      const call = () => generateText({ ...common, prompt: 'hello', model: connect(apiKey).chat(chatModel), ...options });
      const error = await thrownBy(() => twice(call));
      assert.ok(APICallError.isInstance(error));
      return error;
    };
    const unknownKey = await fault('sk-wrong');
    assert.equal(unknownKey.statusCode, 401);
    const unknownModel = await fault(key, { model: provider.chat('unknown') });
    assert.equal(unknownModel.statusCode, 404);
    assert.equal(unknownModel.data.error.code, 'model_not_found');
    const badField = await fault(key, { temperature: 3 });
    assert.equal(badField.statusCode, 400);
    assert.equal(badField.data.error.param, 'temperature');
    const stored = await fault(key, { model: provider.responses(chatModel), providerOptions: { openai: { store: true } } });
    assert.equal(stored.statusCode, 400);
    const poor = await fault(poorKey);
    assert.equal(poor.statusCode, 402);
    const limited = await fault(limitedKey);
    assert.equal(limited.statusCode, 429);
    assert.ok(limited.isRetryable);
    return { messages: [unknownKey, unknownModel, badField, stored, poor, limited].map(error => error.message) };
  },
});
