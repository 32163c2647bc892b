// A certified OpenID provider (npm oidc-provider) as FAPI 2.0 wants it, over TLS, for fapi_provider_test.py: pushed and signed requests, DPoP with
// nonces, mutual TLS on a port of its own, signed answers.
// The one argument is JSON: {port, mtls_port, cert, key, ca, signing_key, clients, pushed, signed, dpop, aliases, access_ttl, redirect_uris}. Prints
// READY. POST /control/nonces/WHERE: where proofs must have one: "all", "none", or "me", which then asks for it under an odd name of the scheme.
import {createHash, randomBytes, X509Certificate} from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import {generateKeyPair, exportJWK} from 'jose';
import {Provider} from 'oidc-provider';

const options = JSON.parse(process.argv[2]);
const issuer = `https://localhost:${options.port}`;
const mtls = `https://localhost:${options.mtls_port}`;
const algorithms = ['ES256', 'PS256', 'EdDSA'];

let nonces = 'all';

async function signingKeys() {
  return Promise.all(algorithms.map(async alg => {
    if (alg === 'ES256') return options.signing_key;
    const {privateKey} = await generateKeyPair(alg === 'EdDSA' ? 'Ed25519' : alg, {extractable: true});
    return {...await exportJWK(privateKey), use: 'sig', kid: alg, ...(alg === 'EdDSA' ? {} : {alg})};
  }));
}

function person(_ctx, id) {
  const claims = {sub: id, preferred_username: id, name: `${id} Example`, email: `${id}@example.test`, email_verified: true};
  return {accountId: id, claims: async () => claims};
}

const certificateOf = ctx => ctx.req.socket.getPeerX509Certificate?.();

const provider = new Provider(issuer, {
  clients: options.clients.map(client => ({
    redirect_uris: options.redirect_uris, response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'],
    id_token_signed_response_alg: 'ES256', authorization_signed_response_alg: 'ES256', ...client,
  })),
  jwks: {keys: await signingKeys()},
  cookies: {keys: ['of no importance']},
  claims: {openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username']},
  findAccount: person,
  issueRefreshToken: async () => true,
  rotateRefreshToken: () => true,
  pkce: {required: () => true},
  clientAuthMethods: ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth', 'client_secret_basic'],
  enabledJWA: {idTokenSigningAlgValues: algorithms, clientAuthSigningAlgValues: algorithms, requestObjectSigningAlgValues: algorithms,
    authorizationSigningAlgValues: algorithms, dPoPSigningAlgValues: algorithms},
  discovery: options.aliases ? {mtls_endpoint_aliases: {
    token_endpoint: `${mtls}/token`, userinfo_endpoint: `${mtls}/me`, revocation_endpoint: `${mtls}/token/revocation`,
    pushed_authorization_request_endpoint: `${mtls}/request`,
  }} : {},
  features: {
    devInteractions: {enabled: true},
    revocation: {enabled: true},
    fapi: {enabled: true, profile: '2.0'},
    pushedAuthorizationRequests: {enabled: true, requirePushedAuthorizationRequests: options.pushed},
    requestObjects: {enabled: true, requireSignedRequestObject: options.signed},
    jwtResponseModes: {enabled: true},
    dPoP: {enabled: options.dpop, nonceSecret: options.dpop ? randomBytes(32) : undefined,
      requireNonce: ctx => nonces === 'all' || (nonces === 'me' && ctx.path === '/me')},
    mTLS: {
      enabled: true, certificateBoundAccessTokens: true, tlsClientAuth: true, selfSignedTlsClientAuth: true,
      getCertificate: certificateOf,
      certificateAuthorized: ctx => ctx.req.socket.authorized,
      certificateSubjectMatches: (ctx, _property, expected) => certificateOf(ctx)?.subject === expected,
    },
  },
  fetch: (url, {dispatcher, ...rest}) => globalThis.fetch(url, rest),
  ttl: {AccessToken: options.access_ttl ?? 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 3600, Grant: 3600,
    RefreshToken: 3600},
});

/// No nonce but the one that userinfo asks for, and "dpop" for the scheme (RFC 9110 11.1: in any case).
function makeOdd(request, response) {
  const set = response.setHeader.bind(response);
  response.setHeader = (name, value) => {
    if (/^dpop-nonce$/i.test(name) && !request.url.startsWith('/me')) return response;
    return set(name, /^www-authenticate$/i.test(name) ? [value].flat().map(v => v.replaceAll('DPoP', 'dpop')) : value);
  };
}

// One line for each request of ours, for the tests to read: what arrived, without what is secret in it.
const handle = provider.callback();
function serve(request, response) {
  const control = request.method === 'POST' && request.url.match(/^\/control\/nonces\/(\w+)$/);
  if (control) {
    nonces = control[1];
    return response.end('so be it');
  }
  if (nonces === 'me') makeOdd(request, response);
  const certificate = request.socket.getPeerX509Certificate?.();
  const shown = certificate ? createHash('sha256').update(new X509Certificate(certificate.raw).raw).digest('hex').slice(0, 16) : '-';
  response.on('finish', () => console.log(`${request.method} ${request.url.split('?')[0]} port=${request.socket.localPort} ` +
    `certificate=${shown} dpop=${request.headers.dpop ? 'yes' : 'no'} scheme=${(request.headers.authorization ?? '-').split(' ')[0]} ` +
    `status=${response.statusCode}`));
  handle(request, response);
}
for (const name of ['server_error', 'grant.error', 'pushed_authorization_request.error', 'authorization.error', 'userinfo.error']) {
  provider.on(name, (_ctx, error) => console.log(
    `${name}: ${error.error ?? error.message} ${error.error_description ?? ''} ${error.error_detail ?? error.cause ?? ''}`));
}

const tls = {key: fs.readFileSync(options.key), cert: fs.readFileSync(options.cert), ca: fs.readFileSync(options.ca)};
const asking = {...tls, requestCert: true, rejectUnauthorized: false};
https.createServer(options.aliases ? tls : asking, serve).listen(options.port, '127.0.0.1', () => {
  https.createServer(asking, serve).listen(options.mtls_port, '127.0.0.1', () => console.log('READY'));
});
