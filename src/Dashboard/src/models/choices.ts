import { api } from '../api/client';
import { useAll } from '../api/query';

/** Every model, to choose from. */
export function useModels() {
  return useAll(['models'], (cursor) => api.GET('/api/models', { params: { query: { cursor, limit: 200 } } }));
}

export const modes = [
  { value: 'chat', label: 'chat' },
  { value: 'embedding', label: 'embedding' },
  { value: 'image_generation', label: 'image generation' },
];

/** Those that the service has an address or a dialect for; any other speaks OpenAI's, at the address of its credential. */
export const providers = [
  'openai', 'anthropic', 'azure', 'openrouter', 'gemini', 'mistral', 'groq', 'deepseek', 'xai', 'together', 'fireworks', 'cerebras',
  'perplexity', 'cohere', 'moonshot', 'minimax', 'zhipu', 'ollama', 'vllm', 'litellm', 'custom',
];

export const capabilities = ['tools', 'vision', 'json_schema', 'reasoning'];

export const taskTypes = ['chat', 'code', 'rag', 'creative'];
