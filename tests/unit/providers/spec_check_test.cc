// What a provider's file or stanza may not say, key by key, and how it is told: each row names the key and what is wrong with it. What
// stands in several files of the catalogue is data; a mistake in it must stop the start, not a login.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "base/text.h"
#include "providers/spec.h"
#include "unit/providers/world.h"

namespace {

namespace data = boost::unit_test::data;

const std::vector<std::pair<std::string, std::string>> kForge = {
    {"kind", "'oauth2'"},
    {"client_id", "'c'"},
    {"client_secret", "'s3cret'"},
    {"authorize", "{ url = 'https://x.example/a' }"},
    {"token", "{ url = 'https://x.example/t' }"},
    {"user", "[{ url = 'https://x.example/u' }]"},
    {"map", "{ uid = 'u:/id', email = 'u:/email' }"},
};
const std::vector<std::pair<std::string, std::string>> kOp = {
    {"kind", "'oidc'"}, {"client_id", "'c'"}, {"client_secret", "'s3cret'"}, {"issuer", "'https://op.example'"}};

/// A stanza of `keys`, each of which `more` may replace.
std::string stanza(const std::vector<std::pair<std::string, std::string>>& keys, const std::string& more) {
  std::string out = "[providers.x]\n";
  const auto lines = '\n' + more;
  for (const auto& [key, value] : keys) {
    if (lines.find('\n' + key + " = ") == std::string::npos) out += key + " = " + value + '\n';
  }
  return out + more + '\n';
}

struct Row {
  const char* why;
  std::string more;
  const char* told;  // behind "providers.x."; "" = nothing is wrong
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }

const Row keys[] = {
    {"the stanza that the other rows change", "", ""},
    // [status]
    {"status: a word that is none", "status = { is = 'gone', at = '2026-11', why = 'x' }",
     "status.is: \"gone\" is not known; allowed: alive, unsure, dead, unproven, refused"},
    {"status: nobody says when", "status = { is = 'dead', why = 'x' }", "status.at: is missing: when somebody looked"},
    {"status: nobody says why", "status = { is = 'unsure', at = '2026-11' }", "status.why: is missing"},
    {"status: a service that is alive needs no reason", "status = { is = 'alive', at = '2026-11' }", ""},
    {"status: one that has ended can still be enabled", "status = { is = 'dead', at = '2026-11', why = 'x' }", ""},
    {"status: one that is refused cannot", "status = { is = 'refused', at = '2026-11', why = 'use y' }", "cannot be enabled: use y"},
    {"status: unknown key", "status = { is = 'alive', at = '2026-11', since = 'x' }", "status.since: no such key"},
    {"status: no table", "status = 'dead'", "status: want a table"},
    // [settings]
    {"settings: required", "settings = { team = { required = true, help = 'your team' } }", "team: is missing: your team"},
    {"settings: required and given", "settings = { team = { required = true, help = 'your team' } }\nteam = 't'", ""},
    {"settings: required and empty", "settings = { team = { required = true, help = 'your team' } }\nteam = ''",
     "team: is missing: your team"},
    {"settings: required and an empty list", "settings = { team = { required = true, help = 'your team' } }\nteam = []",
     "team: is missing: your team"},
    {"settings: required, empty and a secret", "settings = { pin = { required = true, secret = true, help = 'a pin' } }\npin = ''",
     "pin: is missing: a pin"},
    {"settings: required, with a default", "settings = { team = { required = true, default = 'x', help = 'your team' } }", ""},
    {"settings: unknown key", "settings = { team = { help = 'x', defualt = 'y' } }",
     "settings.team.defualt: no such key; did you mean default?"},
    {"settings: no table", "settings = { team = 'x' }", "settings.team: want a table"},
    {"settings: a default that is no template", "settings = { team = { help = 'x', default = '{y' } }", "settings.team.default: "},
    {"settings: required wants a flag", "settings = { team = { required = 'perhaps' } }", "settings.team.required: want true or false"},
    {"settings: a value that is no text", "settings = { team = { help = 'x' } }\nteam = { a = 'b' }", "team: want a text"},
    {"settings: one that nobody declared", "team = 't'", "team: no such key"},
    // [authorize]
    {"authorize: unknown key", "authorize = { url = 'https://x.example/a', scopes = ['a'] }",
     "authorize.scopes: no such key; did you mean scope?"},
    {"authorize: rename wants texts", "authorize = { url = 'https://x.example/a', rename = { client_id = ['a'] } }",
     "authorize.rename.client_id: want a text"},
    {"authorize: pass wants texts", "authorize = { url = 'https://x.example/a', pass = [1] }", "authorize.pass: want an array of texts"},
    {"authorize: pass of a parameter that is known", "authorize = { url = 'https://x.example/a', pass = ['login_hint', 'prompt'] }", ""},
    {"authorize: pass of what stands there anyway (RFC 6749 3.1: once)",
     "authorize = { url = 'https://x.example/a', pass = ['redirect_uri'] }", "authorize.pass: redirect_uri is latchstring's own"},
    {"authorize: pass of the client", "authorize = { url = 'https://x.example/a', pass = ['client_id'] }", "authorize.pass: client_id is"},
    {"authorize: pass of the state", "authorize = { url = 'https://x.example/a', pass = ['state'] }", "authorize.pass: state is"},
    {"authorize: pass of the kind of answer", "authorize = { url = 'https://x.example/a', pass = ['response_type'] }",
     "authorize.pass: response_type is"},
    {"authorize: pass of PKCE", "authorize = { url = 'https://x.example/a', pass = ['code_challenge'] }",
     "authorize.pass: code_challenge is"},
    {"authorize: pass of what a parameter of ours is called",
     "authorize = { url = 'https://x.example/a', rename = { client_id = 'appid' }, pass = ['appid'] }", "authorize.pass: appid is"},
    {"authorize: omit wants texts", "authorize = { url = 'https://x.example/a', omit = { a = 1 } }",
     "authorize.omit: want an array of texts"},
    {"authorize: widget wants a flag", "authorize = { url = 'https://x.example/a', widget = 'maybe' }",
     "authorize.widget: want true or false"},
    {"authorize: a parameter with a broken template", "authorize = { url = 'https://x.example/a', params = { a = '{b' } }",
     "authorize.params.a: character"},
    // [token]
    {"token: unknown key", "token = { url = 'https://x.example/t', form = { a = 'b' } }", "token.form: no such key"},
    {"token: another method", "token = { url = 'https://x.example/t', method = 'PUT' }",
     "token.method: \"PUT\" is not known; allowed: POST, GET"},
    {"token: another encoding", "token = { url = 'https://x.example/t', encoding = 'xml' }",
     "token.encoding: \"xml\" is not known; allowed: form, json, query"},
    {"token: another answer", "token = { url = 'https://x.example/t', answer = 'html' }",
     "token.answer: \"html\" is not known; allowed: json, form, either, jsonp, xml, none"},
    {"token: another way of authentication", "token = { url = 'https://x.example/t', client_auth = 'digest' }",
     "token.client_auth: \"digest\" is not known; allowed: post, basic, both, none, private_key_jwt, tls_client_auth"},
    {"token: rename wants texts", "token = { url = 'https://x.example/t', rename = { code = { a = 1 } } }",
     "token.rename.code: want a text"},
    {"token: access_token is an expression", "token = { url = 'https://x.example/t', access_token = 't:x' }",
     "token.access_token: character"},
    // [[user]]
    {"user: a table alone", "user = { url = 'https://x.example/u' }", "user: want an array of tables: [[user]]"},
    {"user: no address", "user = [{ method = 'GET' }]", "user.url: is missing"},
    {"user: unknown key", "user = [{ url = 'https://x.example/u', param = { a = 'b' } }]", "user.param: no such key; did you mean params?"},
    {"user: another method", "user = [{ url = 'https://x.example/u', method = 'PUT' }]", "user.method: \"PUT\" is not known"},
    {"user: another answer", "user = [{ url = 'https://x.example/u', answer = 'yaml' }]", "user.answer: \"yaml\" is not known"},
    {"user: a gate that is no number", "user = [{ url = 'https://x.example/u', gate = 'no' }]", "user.gate: want a whole number"},
    {"user: a gate that may fail is none", "user = [{ url = 'https://x.example/u', gate = 204, optional = true }]",
     "user.gate: cannot be optional"},
    {"user: optional wants a flag", "user = [{ url = 'https://x.example/u', optional = 1 }]", "user.optional: want true or false"},
    {"user: same_sub wants a flag", "user = [{ url = 'https://x.example/u', same_sub = 'yes' }]", "user.same_sub: want true or false"},
    {"user: when is an expression", "user = [{ url = 'https://x.example/u', when = 't:x' }]", "user.when: character"},
    {"user: unless too", "user = [{ url = 'https://x.example/u', unless = 't:x' }]", "user.unless: character"},
    {"user: when and unless", "user = [{ url = 'https://x.example/u', when = 't:/a', unless = 't:/b' }]",
     "user.unless: one of when and unless"},
    {"user: a condition on an answer that is not there", "user = [{ url = 'https://x.example/u', when = 'u2:/a' }]",
     "user.when: reads the answer of a [[user]] request that is not there"},
    {"user: the same in the name of a member", "user = [{ url = 'https://x.example/u', when = 'u:/{u2:/a}' }]",
     "user.when: reads the answer of a [[user]] request that is not there"},
    {"user: a parameter that names nothing", "user = [{ url = 'https://x.example/u', params = { a = '{acces_token}' } }]",
     "user.params: there is no setting \"acces_token\""},
    {"user: a form field that names nothing", "user = [{ url = 'https://x.example/u', form = { a = '{x}' } }]",
     "user.form: there is no setting \"x\""},
    {"user: a header that names nothing", "user = [{ url = 'https://x.example/u', headers = { A = '{x}' } }]",
     "user.headers: there is no setting \"x\""},
    {"sign: no name", "user = [{ url = 'https://x.example/u', sign = { secret = '{client_secret}' } }]",
     "user.sign: param and secret are needed"},
    {"sign: no secret", "user = [{ url = 'https://x.example/u', sign = { param = 'sig' } }]", "user.sign: param and secret are needed"},
    {"sign: unknown key", "user = [{ url = 'https://x.example/u', sign = { param = 'sig', secret = 'x', method = 'md5' } }]",
     "user.sign.method: no such key"},
    {"sign: a secret that names nothing", "user = [{ url = 'https://x.example/u', sign = { param = 'sig', secret = '{x}' } }]",
     "user.sign: there is no setting \"x\""},
    {"sign: omit wants texts", "user = [{ url = 'https://x.example/u', sign = { param = 'sig', secret = 'x', omit = [1] } }]",
     "user.sign.omit: want an array of texts"},
    // [map], [extra], uid
    {"map: unknown key", "map = { uid = 'u:/id', mail = 'u:/mail' }", "map.mail: no such key"},
    {"extra: an expression", "extra = { team = 'u:team' }", "extra.team: character"},
    {"extra: names what is not there", "extra = { team = 'teem' }", "extra: there is no setting \"teem\""},
    {"uid: another word", "uid = 'phone'", "uid: \"phone\" is not known; allowed: email, username"},
    {"uid: the provider tells no such thing", "uid = 'username'", "uid: this provider tells no username"},
    {"uid: it does", "uid = 'email'", ""},
    // who may sign in
    {"require: a table alone", "require = { value = 'u:/a', setting = 'b' }", "require: want an array of tables: [[require]]"},
    {"require: no value", "require = [{ setting = 'groups' }]", "require.value: is missing"},
    {"require: no setting", "require = [{ value = 'u:/groups' }]", "require.setting: is missing: the setting that lists what is wanted"},
    {"require: unknown key", "require = [{ value = 'u:/groups', setting = 'groups', one_of = ['a'] }]", "require.one_of: no such key"},
    {"require: an expression", "require = [{ value = 'u:groups', setting = 'groups' }]", "require.value: character"},
    {"require: ignore_case wants a flag", "require = [{ value = 'u:/groups', setting = 'groups', ignore_case = 'no' }]",
     "require.ignore_case: want true or false"},
    {"require: an answer that is not there", "require = [{ value = 'u2:/groups', setting = 'groups' }]",
     "require: reads the answer of a [[user]] request that is not there"},
    {"require: the setting is a list", "require = [{ value = 'u:/groups', setting = 'groups' }]\ngroups = { a = 1 }",
     "groups: want an array of texts"},
    {"require: and given", "require = [{ value = 'u:/groups', setting = 'groups' }]\ngroups = ['a']", ""},
    {"allowed_domains wants texts", "allowed_domains = [1]", "allowed_domains: want an array of texts"},
    {"allowed_emails wants texts", "allowed_emails = { a = 1 }", "allowed_emails: want an array of texts"},
    {"verified_emails_only wants a flag", "verified_emails_only = 'yes'", "verified_emails_only: want true or false"},
    // [failure]
    {"failure: unknown key", "failure = { when = 'u:/error_code', message = 'u:/x' }", "failure.message: no such key"},
    {"failure: an expression", "failure = { when = 'u:error_code' }", "failure.when: character"},
    {"failure: r: has gone by then", "failure = { when = 'r:/x' }", "failure.when: r: is known only where a login begins"},
    {"failure: its text too", "failure = { when = 'u:/x', text = 'u2:/y' }", "failure.text: reads the answer of a [[user]] request"},
    // [access_token_jwt]
    {"access_token_jwt: unknown key", "access_token_jwt = { key = 'client_id', alg = 'RS256' }",
     "access_token_jwt.alg: no such key; did you mean algs?"},
    {"access_token_jwt: no algorithm (RFC 8725 3.1)", "access_token_jwt = { key = 'client_id' }",
     "access_token_jwt.algs: want the asymmetric algorithms"},
    {"access_token_jwt: HMAC with a public key (RFC 8725 2.1)", "access_token_jwt = { key = 'client_id', algs = ['RS256', 'HS256'] }",
     "access_token_jwt.algs: want the asymmetric algorithms"},
    {"access_token_jwt: no algorithm that is known", "access_token_jwt = { key = 'client_id', algs = ['none'] }",
     "access_token_jwt.algs: \"none\" is no signature algorithm"},
    {"access_token_jwt: a key that is none", "access_token_jwt = { key = 'client_id', algs = ['RS256'] }",
     "access_token_jwt.key: the setting that it names holds no public key in PEM"},
    // [signed_secret], [refresh], [revoke], [discovery], [id_token]
    {"signed_secret: without its parts", "client_auth = 'signed_secret'\nsigned_secret = { issuer = 'client_id' }",
     "signed_secret: issuer, subject and audience are needed"},
    {"signed_secret: unknown key", "signed_secret = { key = 'x' }", "signed_secret.key: no such key"},
    {"refresh: unknown key", "refresh = { url = 'https://x.example/r', body = 'x' }", "refresh.body: no such key"},
    {"refresh: another method", "refresh = { url = 'https://x.example/r', method = 'PATCH' }", "refresh.method: \"PATCH\" is not known"},
    {"revoke: unknown key", "revoke = { url = 'https://x.example/r', form = {} }", "revoke.form: no such key"},
    {"revoke: the tokens and the uid are there", "revoke = { url = 'https://x.example/{uid}', params = { token = '{access_token}' } }", ""},
    {"revoke: a variable that is none", "revoke = { url = 'https://x.example/r', params = { token = '{acces_token}' } }",
     "revoke.params: there is no setting \"acces_token\"; did you mean access_token?"},
    {"refresh: an answer that is long gone", "refresh = { url = 'https://x.example/r', headers = { X = '{u:/id}' } }",
     "refresh.headers: u: is not known yet"},
    {"revoke: http", "revoke = { url = 'http://x.example/r' }", "revoke.url: \"http://x.example/r\" must be https"},
    {"refresh: how its answer says that the grant is gone", "refresh = { url = 'https://x.example/r', refused = 't:/error/code' }", ""},
    {"refresh: refused reads the answer alone", "refresh = { url = 'https://x.example/r', refused = 'u:/error' }",
     "refresh.refused: u: is not known yet"},
    // what apps sign in with
    {"native: a flag", "native = 'perhaps'", "native: want true or false"},
    {"native_nonce: a word that is none", "native_nonce = 'always'", "native_nonce: \"always\" is not known; allowed: required, optional"},
    {"client_ids: texts", "client_ids = { ios = 'x' }", "client_ids: want an array of texts"},
    {"client_ids: one letter more", "client_idss = ['x']", "client_idss: no such key; did you mean client_ids?"},
    {"native_id_token: whole", "native_id_token = { issuer = 'https://i.example', keys = 'https://i.example/k', algs = ['RS256'] }", ""},
    {"native_id_token: nobody signs", "native_id_token = { keys = 'https://i.example/k', algs = ['RS256'] }",
     "native_id_token.issuer: is missing"},
    {"native_id_token: no keys", "native_id_token = { issuer = 'https://i.example', algs = ['RS256'] }",
     "native_id_token.keys: is missing"},
    {"native_id_token: any algorithm", "native_id_token = { issuer = 'https://i.example', keys = 'https://i.example/k' }",
     "native_id_token.algs: want the asymmetric algorithms"},
    {"native_id_token: HS256 (RFC 8725 2.1)",
     "native_id_token = { issuer = 'https://i.example', keys = 'https://i.example/k', algs = ['RS256', 'HS256'] }",
     "native_id_token.algs: want the asymmetric algorithms"},
    {"native_id_token: keys over http", "native_id_token = { issuer = 'https://i.example', keys = 'http://i.example/k', algs = ['RS256'] }",
     "native_id_token.keys: \"http://i.example/k\" must be https"},
    {"native_id_token: unknown key", "native_id_token = { issuers = ['x'] }", "native_id_token.issuers: no such key; did you mean issuer?"},
    {"access_token_proof: whole", "access_token_proof = { url = 'https://x.example/p', audience = 'i:/aud' }", ""},
    {"access_token_proof: nobody is asked", "access_token_proof = { audience = 'i:/aud' }", "access_token_proof.url: is missing"},
    {"access_token_proof: no audience is no proof", "access_token_proof = { url = 'https://x.example/p', subject = 'i:/sub' }",
     "access_token_proof.audience: is missing"},
    {"access_token_proof: an audience that the answer does not name",
     "access_token_proof = { url = 'https://x.example/p', audience = 'client_id' }", "access_token_proof.audience: is missing"},
    {"access_token_proof: userinfo is no proof", "access_token_proof = { url = 'https://x.example/p', audience = 'i:/aud | u:/aud' }",
     "access_token_proof.audience: u: is not known yet"},
    {"access_token_proof: without [[user]]",
     "user = []\nmap = { uid = 'client_id' }\naccess_token_proof = { url = 'https://x.example/p', audience = 'i:/aud' }",
     "access_token_proof: needs [[user]]"},
    {"access_token_proof: two bodies",
     "access_token_proof = { url = 'https://x.example/p', method = 'POST', form = { a = 'b' }, json = { a = 'b' }, audience = 'i:/aud' }",
     "access_token_proof.json: one of form and json"},
    {"access_token_proof: a body with GET", "access_token_proof = { url = 'https://x.example/p', json = { a = 'b' }, audience = 'i:/aud' }",
     "access_token_proof.method: want POST"},
    {"access_token_proof: another method", "access_token_proof = { url = 'https://x.example/p', method = 'PUT', audience = 'i:/aud' }",
     "access_token_proof.method: \"PUT\" is not known"},
    {"access_token_proof: a variable that is none",
     "access_token_proof = { url = 'https://x.example/p', params = { t = '{acces_token}' }, audience = 'i:/aud' }",
     "access_token_proof.t: there is no setting \"acces_token\"; did you mean access_token?"},
    {"access_token_proof: http", "access_token_proof = { url = 'http://x.example/p', audience = 'i:/aud' }",
     "access_token_proof.url: \"http://x.example/p\" must be https"},
    {"access_token_proof: unknown key", "access_token_proof = { url = 'https://x.example/p', audiences = 'i:/aud' }",
     "access_token_proof.audiences: no such key; did you mean audience?"},
    {"discovery: unknown key", "discovery = { uri = 'https://x.example' }", "discovery.uri: no such key"},
    {"discovery: http", "discovery = { url = 'http://x.example' }", "discovery.url: \"http://x.example\" must be https"},
    {"discovery: an issuer with a broken template", "discovery = { url = 'https://x.example', issuers = ['https://x.example/{tenant'] }",
     "discovery.issuers: character"},
    {"discovery: issuers want texts", "discovery = { url = 'https://x.example', issuers = [1] }",
     "discovery.issuers: want an array of texts"},
    {"id_token: unknown key", "id_token = { alg = ['RS256'] }", "id_token.alg: no such key; did you mean algs?"},
    {"id_token: another nonce", "id_token = { nonce = 'none' }", "id_token.nonce: \"none\" is not known; allowed: required, if_sent_back"},
    {"derived: an expression", "derived = { a = 'b(' }", "derived.a: character"},
    {"derived: names what is not there", "derived = { a = 'teem' }", "derived: there is no setting \"teem\""},
};

// ---- documents that are not known yet, hosts from outside, secrets in the open ----------------------------------------------------------
const Row places[] = {
    // The GET's own parameters are all that is known where a login begins.
    {"authorize.url reads the request", "authorize = { url = \"https://x.example/{r:/shop}\" }", ""},
    {"authorize.url reads the token", "authorize = { url = 'https://x.example/{t:/a}' }",
     "authorize.url: t: is not known yet and cannot stand here"},
    {"authorize.url reads the callback", "authorize = { url = 'https://x.example/{c:/a}' }", "authorize.url: c: is not known yet"},
    {"authorize.url reads the user", "authorize = { url = 'https://x.example/{u:/a}' }", "authorize.url: u: is not known yet"},
    {"authorize.url reads claims", "authorize = { url = 'https://x.example/{i:/a}' }", "authorize.url: i: is not known yet"},
    {"authorize.url reads headers", "authorize = { url = 'https://x.example/{h:/a}' }", "authorize.url: h: is not known yet"},
    {"authorize.url reads what has to do with the login", "authorize = { url = 'https://x.example/{access_token}' }",
     "authorize.url: there is no setting \"access_token\""},
    {"authorize.params read the token", "authorize = { url = 'https://x.example/a', params = { a = '{t:/a}' } }",
     "authorize.params: t: is not known yet"},
    {"authorize.params read it in the name of a member", "authorize = { url = 'https://x.example/a', params = { a = '{r:/{t:/a}}' } }",
     "authorize.params: t: is not known yet"},
    // The callback is there when the code is redeemed, the answer is not.
    {"token.url reads the callback", "token = { url = 'https://x.example/{c:/dc}' }", ""},
    {"token.url reads the answer", "token = { url = 'https://x.example/{t:/a}' }", "token.url: t: is not known yet"},
    {"token.url reads the request", "token = { url = 'https://x.example/{r:/a}' }", "token.url: r: is not known yet"},
    {"token.params read the callback and the code", "token = { url = 'https://x.example/t', params = { a = '{c:/dc}', b = '{code}' } }",
     ""},
    {"token.params read the answer", "token = { url = 'https://x.example/t', params = { a = '{t:/a}' } }",
     "token.params: t: is not known yet"},
    {"token.query reads the user", "token = { url = 'https://x.example/t', query = { a = '{u:/a}' } }", "token.query: u: is not known yet"},
    {"token.headers read the request", "token = { url = 'https://x.example/t', headers = { a = '{r:/a}' } }",
     "token.headers: r: is not known yet"},
    // Nothing of a login is known at start.
    {"derived reads the request", "derived = { a = 'r:/a' }", "derived: r: is not known yet"},
    {"derived reads the callback", "derived = { a = 'c:/a' }", "derived: c: is not known yet"},
    {"discovery.url reads the request", "discovery = { url = 'https://x.example/{r:/a}' }", "discovery.url: r: is not known yet"},
    {"id_token.keys read the callback", "id_token = { keys = 'https://x.example/{c:/a}' }", "id_token.keys: c: is not known yet"},
    {"signed_secret reads the callback", "signed_secret = { issuer = 'c:/a' }", "signed_secret.issuer: c: is not known yet"},
    {"signed_secret's subject reads the token", "signed_secret = { subject = 't:/a' }", "signed_secret.subject: t: is not known yet"},
    {"signed_secret's audience reads the user", "signed_secret = { audience = 'u:/a' }", "signed_secret.audience: u: is not known yet"},
    {"signed_secret's key_id reads the request", "signed_secret = { key_id = 'r:/a' }", "signed_secret.key_id: r: is not known yet"},
    // What comes of a login.
    {"user.url reads the request", "user = [{ url = 'https://x.example/{r:/a}' }]", "user.url: r: is known only where a login begins"},
    {"user.url reads claims that nobody verified", "user = [{ url = 'https://x.example/{i:/a}' }]",
     "user.url: nothing is verified here that i: could read"},
    {"map reads the request", "map = { uid = 'r:/id' }", "map.uid: r: is known only where a login begins"},
    {"map reads claims that nobody verified", "map = { uid = 'u:/id', email_verified = 'i:/email_verified' }",
     "map.email_verified: nothing is verified here"},
    {"require reads claims that nobody verified", "require = [{ value = 'i:/groups', setting = 'groups' }]",
     "require: nothing is verified here"},
    {"extra reads claims that nobody verified", "extra = { a = 'i:/a' }", "extra: nothing is verified here"},
    {"token.access_token reads the request", "token = { url = 'https://x.example/t', access_token = 'r:/a' }",
     "token.access_token: r: is known only where a login begins"},
    // Hosts: where a code, a token or a secret goes is never for outside to say.
    {"authorize: a host of the request", "authorize = { url = 'https://{r:/shop}/a' }", "authorize.url: \"https://\" is no URL"},
    {"authorize: a part of the host", "authorize = { url = 'https://x.example{r:/shop}/a' }",
     "authorize.url: a value from an answer cannot stand in the host"},
    {"authorize: a guarded host", "authorize = { url = \"https://{host(r:/shop, '.x.example')}/a\" }", ""},
    {"authorize: a guarded label", "authorize = { url = \"https://{label(r:/shop)}.x.example/a\" }", ""},
    {"token: a host of the callback", "token = { url = 'https://{c:/dc}/t' }", "token.url: \"https://\" is no URL"},
    {"token: below a host of ours", "token = { url = 'https://{c:/dc}.x.example/t' }", "token.url: \"https://\" is no URL"},
    {"token: a guarded label", "token = { url = 'https://{label(c:/dc)}.x.example/t' }", ""},
    {"token: a port of the callback", "token = { url = 'https://x.example:{c:/port}/t' }", "token.url: "},
    {"token: a guard inside of something else", "token = { url = 'https://{lower(label(c:/dc))}.x.example/t' }",
     "token.url: \"https://\" is no URL"},
    {"token: a label that is the whole host", "token = { url = 'https://{label(c:/host)}/t' }",
     "token.url: a value from an answer cannot be the end of a host"},
    {"token: a label that is the top of the host", "token = { url = 'https://x.{label(c:/tld)}/t' }",
     "token.url: a value from an answer cannot be the end of a host"},
    {"token: the domain of a guard from outside", "token = { url = \"https://{host(c:/host, c:/domain)}/t\" }",
     "token.url: a value from an answer cannot be the end of a host"},
    {"user: a host of the answer", "user = [{ url = 'https://{t:/host}/u' }]", "user.url: \"https://\" is no URL"},
    {"user: an address of the answer", "user = [{ url = '{t:/instance_url}/u' }]", "user.url: a setting that it needs has no value"},
    {"user: a guarded address", "user = [{ url = \"{url(t:/instance_url, 'x.example')}/u\" }]", ""},
    {"user: a guarded address alone", "user = [{ url = \"{url(t:/instance_url, 'x.example')}\" }]", ""},
    {"user: the domain of a guard from outside", "user = [{ url = \"{url(t:/instance_url, t:/domain)}/u\" }]",
     "user.url: \"https:///u\" is no URL"},
    {"user: what follows a guarded address could go on with its host",
     "user = [{ url = \"{url(t:/instance_url, 'x.example')}{t:/path}\" }]", "user.url: a value from an answer cannot stand in the host"},
    {"user: and so could a text", "user = [{ url = \"{url(t:/instance_url, 'x.example')}.y.example/\" }]",
     "user.url: a value from an answer cannot stand in the host"},
    {"user: a query may follow it", "user = [{ url = \"{url(t:/instance_url, 'x.example')}?v=2\" }]", ""},
    {"revoke: a host of the answer", "revoke = { url = 'https://{t:/host}/r' }", "revoke.url: t: is not known yet"},
    {"a user name in the address", "token = { url = 'https://a:b@x.example/t' }", "token.url: no user name, password or # in a URL"},
    {"a fragment in the address", "token = { url = 'https://x.example/t#a' }", "token.url: no user name, password or # in a URL"},
    {"no address at all", "authorize = { scope = ['a'] }", "authorize.url: is missing: where the browser is sent"},
    {"nowhere to redeem the code", "token = { method = 'POST' }", "token.url: is missing: where the code is redeemed"},
    // What goes through the browser is read by everybody.
    {"the secret in the address", "authorize = { url = 'https://x.example/a?s={client_secret}' }",
     "authorize.url: client_secret would be seen by everyone"},
    {"the secret in a parameter", "authorize = { url = 'https://x.example/a', params = { s = '{client_secret}' } }",
     "authorize.params: client_secret would be seen by everyone"},
    {"the secret in the name of a member", "authorize = { url = 'https://x.example/a', params = { s = '{r:/{client_secret}}' } }",
     "authorize.params: client_secret would be seen by everyone"},
    {"a hash of it", "authorize = { url = 'https://x.example/a', params = { s = '{md5_hex(client_secret)}' } }",
     "authorize.params: client_secret would be seen by everyone"},
    {"a setting that is a secret",
     "settings = { pin = { secret = true, help = 'x' } }\nauthorize = { url = 'https://x.example/a', params = { s = '{pin}' } }",
     "authorize.params: pin would be seen by everyone"},
    {"a setting that is none", "settings = { pin = { help = 'x' } }\nauthorize = { url = 'https://x.example/a', params = { s = '{pin}' } }",
     ""},
    {"the secret at the token endpoint", "token = { url = 'https://x.example/t', params = { s = '{client_secret}' } }", ""},
};

const Row oidc[] = {
    {"native_id_token: the protocol has its own",
     "native_id_token = { issuer = 'https://i.example', keys = 'https://i.example/k', algs = ['RS256'] }",
     "native_id_token: this protocol has id_tokens"},
    {"access_token_proof: OpenID's uid is the subject", "access_token_proof = { url = 'https://x.example/p', audience = 'i:/aud' }",
     "access_token_proof.subject: is missing"},
    {"access_token_proof: whole", "access_token_proof = { url = 'https://x.example/p', audience = 'i:/aud', subject = 'i:/sub' }", ""},
    {"the stanza that the other rows change", "", ""},
    {"no issuer", "issuer = ''", "issuer: is missing: the provider's issuer"},
    {"where its metadata is says who it is", "issuer = ''\ndiscovery = { url = 'https://op.example/meta' }", ""},
    {"an issuer that an answer names", "issuer = 'https://op.example/{t:/tenant}'", "issuer: is missing"},
    {"an issuer of the callback", "issuer = 'https://op.example/{c:/tenant}'", "issuer: is missing"},
    {"a tenant's issuer, with a key set for all", "issuer = 'https://op.example/{i:/tid}'\ndiscovery = { url = 'https://op.example/meta' }",
     "issuer: without one issuer authorize.url, token.url and id_token.keys are needed, or discovery.url and discovery.issuers"},
    {"a tenant's issuer, and how the metadata calls it",
     "issuer = 'https://op.example/{i:/tid}'\ndiscovery = { url = 'https://op.example/meta', issuers = [\"https://op.example/{'{tid}'}\"] "
     "}",
     ""},
    {"a host that a claim names", "issuer = 'https://{i:/host}/x'", "issuer: \"https://\" is no URL"},
    {"a widget without its answer", "authorize = { widget = true }", "id_token.parameter: is missing: where the widget's id_token comes"},
    {"u2: is not asked for", "map = { username = 'u2:/name' }", "map.username: reads the answer of a [[user]] request that is not there"},
    {"u: is the metadata's userinfo", "map = { username = 'u:/name' }", ""},
    {"u: where nothing is asked", "map = { username = 'u:/name' }\nuser = []",
     "map.username: reads the answer of a [[user]] request that is not there"},
};

std::string told(const base::Result<providers::Broker>& broker) { return broker ? "" : broker.error().say; }

void judge(world::World& w, const std::vector<std::pair<std::string, std::string>>& keys_of, const Row& row) {
  const auto say = told(w.open(stanza(keys_of, row.more)));
  const auto at = say.find("providers.x");
  BOOST_REQUIRE_MESSAGE((at == std::string::npos) == (*row.told == '\0'), say);
  if (at == std::string::npos) return;
  BOOST_TEST((say.starts_with("latchstring.toml:") || say.starts_with("providers.x")), say);
  const auto rest = say.substr(at + std::string{"providers.x"}.size() + 1);
  BOOST_TEST((rest.starts_with(row.told) || rest.substr(1).starts_with(row.told)), say);
  BOOST_TEST(say.find('\n') == std::string::npos);
  BOOST_TEST(say.find("s3cret") == std::string::npos);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_spec_check, world::World)

BOOST_DATA_TEST_CASE_F(world::World, each_key_says_what_it_may, data::make(keys), row) { judge(*this, kForge, row); }
BOOST_DATA_TEST_CASE_F(world::World, values_stand_where_they_are_known_and_harmless, data::make(places), row) { judge(*this, kForge, row); }
BOOST_DATA_TEST_CASE_F(world::World, openid_connect_has_rules_of_its_own, data::make(oidc), row) { judge(*this, kOp, row); }

BOOST_AUTO_TEST_CASE(what_is_required_of_people_is_the_stanzas_else_the_files_default) {
  const auto wanted = [](const std::string& more) {
    const auto node = *config::parse_toml(
        "protocol = 'oauth2'\nmap = { uid = 't:/id' }\nauthorize = { url = 'https://x.example/a' }\ntoken = { url = 'https://x.example/t' "
        "}\n"
        "require = [{ value = 't:/groups', setting = 'groups' }]\n" +
            more,
        "x.toml");
    const auto spec = providers::read_spec(node, "x", false);
    BOOST_REQUIRE_MESSAGE(spec, (spec ? "" : spec.error().say));
    return base::join(spec->require.at(0).one_of, "+");
  };
  BOOST_TEST(wanted("") == "");
  BOOST_TEST(wanted("groups = ['a', 'b']") == "a+b");
  BOOST_TEST(wanted("groups = 'a, b'") == "a+b");
  BOOST_TEST(wanted("settings = { groups = { default = 'c, d', help = 'x' } }") == "c+d",
             "a default that is not read would let everybody in");
  BOOST_TEST(wanted("settings = { groups = { default = 'c, d', help = 'x' } }\ngroups = ['a']") == "a");
  BOOST_TEST(wanted("settings = { groups = { default = 'c', help = 'x' } }\ngroups = []") == "", "the operator asks for nothing");
}

BOOST_AUTO_TEST_CASE(a_setting_may_come_from_a_variable_of_the_environment) {
  const char* name = "LATCHSTRING_TEST_SPEC_CHECK";
  const auto begins = [&](const std::string& more) {
    auto broker = open(stanza(kForge, "settings = { host = { environment = '" + std::string{name} + "', help = 'x'" + more));
    BOOST_REQUIRE_MESSAGE(broker, told(broker));
    const auto url = broker->begin("x", start())->authorization_url;
    return url.substr(0, url.find('?'));
  };
  const std::string plain = " } }\nauthorize = { url = 'https://x.example/{host}' }";
  ::setenv(name, "of-the-variable", 1);
  BOOST_TEST(begins(plain) == "https://x.example/of-the-variable");
  BOOST_TEST(begins(", default = 'of-the-file' } }\nauthorize = { url = 'https://x.example/{host}' }") == "https://x.example/of-the-file",
             "a default comes before it");
  BOOST_TEST(begins(plain + "\nhost = 'of-the-stanza'") == "https://x.example/of-the-stanza");
  ::unsetenv(name);
  BOOST_TEST(told(open(stanza(kForge, "settings = { host = { environment = '" + std::string{name} + "', help = 'x'" + plain))) ==
             "latchstring.toml:9: providers.x.authorize.url: a setting that it needs has no value");
}

BOOST_AUTO_TEST_SUITE_END()
