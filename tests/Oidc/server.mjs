// A certified OpenID Connect provider for the tests, on a loopback port: node server.mjs <port> <redirect uri>
// Besides the protocol: POST /test/rotate makes a new key the signing one (?keep=false: and withdraws the others),
// PUT /test/claims/<subject> sets what its tokens say of somebody.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, redirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const audience = 'urn:saasllm';
const claims = new Map();
let keys = [];
let provider;

const secrets = { redirect_uris: [], response_types: [], client_secret: 'a secret of the tests' };
const clients = [
  { ...secrets, client_id: 'machine', grant_types: ['client_credentials'] },
  { ...secrets, client_id: 'gateway', grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: [redirectUri] },
];

function rotate(keep) {
  const algorithm = keys.length % 2 === 0 ? 'RS256' : 'ES256';
  const { privateKey } = algorithm === 'RS256'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  keys = [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: algorithm, kid: randomUUID() }, ...(keep ? keys : [])];
  provider = new Provider(issuer, {
    clients: clients.map((client) => ({ ...client, id_token_signed_response_alg: algorithm })),
    jwks: { keys },
    cookies: { keys: ['for the tests'] },
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: { openid: ['sub', 'organization_id', 'realm_access'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims.get(id) }) }),
    extraTokenClaims: (_, token) => claims.get(token.accountId ?? token.clientId),
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: 'api', audience, accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: algorithm } } }),
      },
    },
  });
}

async function bodyOf(request) {
  let text = '';
  for await (const part of request)
    text += part;
  return JSON.parse(text);
}

rotate(false);
createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/test/rotate') {
    rotate(url.searchParams.get('keep') !== 'false');
    response.end();
  } else if (url.pathname.startsWith('/test/claims/')) {
    claims.set(decodeURIComponent(url.pathname.split('/').pop()), await bodyOf(request));
    response.end();
  } else {
    provider.callback()(request, response);
  }
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
