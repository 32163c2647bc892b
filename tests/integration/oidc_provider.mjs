// A certified OpenID provider (npm oidc-provider) over TLS, for oidc_provider_test.py.
// The one argument is JSON: {port, cert, key, clients, redirect_uri}. Prints READY. POST /control/rotate makes new signing keys and forgets the old ones.
import fs from 'node:fs';
import https from 'node:https';
import {generateKeyPair, exportJWK} from 'jose';
import {Provider} from 'oidc-provider';

const options = JSON.parse(process.argv[2]);
const issuer = `https://localhost:${options.port}`;
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
let generation = 0;

async function signingKeys() {
  generation += 1;
  return Promise.all(algorithms.map(async alg => {
    const {privateKey} = await generateKeyPair(alg === 'EdDSA' ? 'Ed25519' : alg, {extractable: true});
    return {...await exportJWK(privateKey), use: 'sig', kid: `${alg}-${generation}`, ...(alg === 'EdDSA' ? {} : {alg})};
  }));
}

function person(_ctx, id) {
  const claims = {sub: id, preferred_username: id, name: `${id} Example`, email: `${id}@example.test`, email_verified: true};
  return {accountId: id, claims: async () => claims};
}

async function provider() {
  const made = new Provider(issuer, {
    clients: options.clients.map(client => ({
      redirect_uris: [options.redirect_uri], response_types: ['code'], grant_types: ['authorization_code'], ...client,
    })),
    jwks: {keys: await signingKeys()},
    cookies: {keys: ['of no importance']},
    claims: {openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username']},
    findAccount: person,
    pkce: {required: () => true},
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: {idTokenSigningAlgValues: algorithms, clientAuthSigningAlgValues: ['ES256']},
    features: {devInteractions: {enabled: true}, backchannelLogout: {enabled: true}, rpInitiatedLogout: {enabled: true}},
    fetch: (url, {dispatcher, ...rest}) => globalThis.fetch(url, rest), // its own would not reach this machine
    ttl: {AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 3600, Grant: 3600},
  });
  return made.callback();
}

let handle = await provider();
const tls = {key: fs.readFileSync(options.key), cert: fs.readFileSync(options.cert)};
https.createServer(tls, async (request, response) => {
  if (request.method === 'POST' && request.url === '/control/rotate') {
    handle = await provider();
    response.end('rotated');
  } else {
    handle(request, response);
  }
}).listen(options.port, '127.0.0.1', () => console.log('READY'));
