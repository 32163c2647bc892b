// A small SAML identity provider (npm samlp) where everybody is Alice, for saml_test.py. The one argument is JSON: {port, cert, key, callback,
// encrypt: {cert, publicKey}}, the last for assertions that we can open. Prints READY. The way to answer is the path: /response signs the
// response alone, /assertion the assertion alone, /both both, /encrypted the assertion before it is encrypted; /elsewhere names no recipient.
import fs from 'node:fs';
import http from 'node:http';
import samlp from 'samlp';

const options = JSON.parse(process.argv[2]);
const read = path => fs.readFileSync(path, 'utf8');
const issuer = `http://127.0.0.1:${options.port}/idp`;
const alice = {id: 'alice-7', displayName: 'Alice Ä', name: {familyName: 'E', givenName: 'Alice'}, emails: [{value: 'alice@example.test'}]};

function middleware(way) {
  return samlp.auth({
    issuer, cert: read(options.cert), key: read(options.key), getUserFromRequest: () => alice,
    getPostURL: (_audience, _dom, _request, done) => done(null, options.callback),
    signResponse: way === 'response' || way === 'both', signAssertion: way !== 'response',
    ...(way === 'elsewhere' ? {} : {destination: options.callback, recipient: options.callback}),
    ...(way === 'encrypted' ? {encryptionCert: read(options.encrypt.cert), encryptionPublicKey: read(options.encrypt.publicKey)} : {}),
  });
}

async function answer(request, response) {
  const url = new URL(request.url, issuer);
  let body = '';
  for await (const piece of request) body += piece;
  request.query = Object.fromEntries(url.searchParams);
  request.body = Object.fromEntries(new URLSearchParams(body));
  response.set = (name, value) => response.setHeader(name, value);
  response.send = page => response.end(page);
  middleware(url.pathname.slice(1))(request, response, error => response.writeHead(500).end(String(error?.stack ?? error)));
}

http.createServer(answer).listen(options.port, '127.0.0.1', () => console.log('READY'));
