// Signed callbacks, one primitive at a time: what a signature covers, and every way in which it must not be believed. The signatures were
// made with another implementation (Python's hmac and hashlib); the clock stands at 1700000000, the flow's state is "STATE", the secret is
// "k".
#include "providers/signed_verify.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/text.h"
#include "fake/clock.h"
#include "providers/signed_text.h"
#include "unit/providers/world.h"

namespace {

using providers::SignedSpec;

struct Row {
  const char* why;
  std::string table, params;
  const char* outcome;  // what is believed, as JSON; or "! " and the refusal
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }

const std::string kPairs = "method = \"hmac_sha256_pairs\"\nsignature = \"s\"\nkey = \"k\"\njoin = \"&\"\n";
const std::string kLines = "method = \"hmac_sha256_pairs\"\nsignature = \"s\"\nkey = \"k\"\njoin = \"\\n\"\n";
const std::string kConcat = "method = \"md5_concat\"\nsignature = \"s\"\nafter = \"k\"\nfields = [\"id\", \"session\"]\n";
const std::string kNamed = "method = \"md5_concat\"\nsignature = \"s\"\nafter = \"k\"\nnamed = true\nfields = [\"e\", \"m\"]\n";
const std::string kPayload = "method = \"hmac_sha256_payload\"\nsignature = \"sig\"\npayload = \"sso\"\nkey = \"k\"\nnonce = \"nonce\"\n";
const std::string kRequest = "method = \"signed_request\"\npayload = \"r\"\nkey = \"k\"\ntime = \"issued_at\"\n";
const std::string kJwt = "method = \"jwt_hs256\"\npayload = \"jwt\"\nkey = \"k\"\n";
const Row rows[] = {
    {"pairs, sorted by name whatever their order", kPairs, "b=two&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3&a=1",
     "{\"a\":\"1\",\"b\":\"two\"}"},
    {"hexadecimal in capitals is the same number", kPairs, "b=two&s=71A9CC32BB705BA257547C020EC535BCBA770EF73B3B64335B905E4C838381D3&a=1",
     "{\"a\":\"1\",\"b\":\"two\"}"},
    {"of a repeated parameter the last counts, in the text and in what it says", kPairs,
     "a=9&b=two&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3&a=1", "{\"a\":\"1\",\"b\":\"two\"}"},
    {"a value changed", kPairs, "b=twO&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3&a=1", "! Invalid signature"},
    {"a parameter added", kPairs, "b=two&c=&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3&a=1", "! Invalid signature"},
    {"a parameter taken away", kPairs, "b=two&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3", "! Invalid signature"},
    {"no signature", kPairs, "b=two&a=1", "! Missing signature"},
    {"an empty signature", kPairs, "b=two&a=1&s=", "! Missing signature"},
    {"half a signature", kPairs, "b=two&s=71a9cc32bb705ba257547c020ec535bc&a=1", "! Invalid signature"},
    {"a signature that is no hexadecimal", kPairs, "b=two&s=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz&a=1",
     "! Invalid signature"},
    {"a signature under another key", kPairs, "b=two&s=b4b355d9ad1ec65ee6eb2b2bb2fbf6d23ce6eba9e61af674f8c4a7d79eafabfa&a=1",
     "! Invalid signature"},
    {"nothing but a signature", kPairs, "s=8bb990c40a7d61cb97597a942125025be50ac8beb74436e3735b98893a7f6620", "! Missing signature"},
    {"left out: neither signed nor believed", kPairs + "omit = [\"state\"]\n",
     "b=two&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3&a=1&state=x", "{\"a\":\"1\",\"b\":\"two\"}"},
    {"a closed list: what is not on it is neither signed nor believed", kPairs + "fields = [\"a\", \"b\", \"c\"]\n",
     "b=two&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3&a=1&id=7", "{\"a\":\"1\",\"b\":\"two\"}"},
    {"base64", kPairs + "encoding = \"base64\"\n", "b=two&s=canMMrtwW6JXVHwCDsU1vLp3Dvc7O2QzW5BeTIODgdM%3D&a=1",
     "{\"a\":\"1\",\"b\":\"two\"}"},
    {"base64url", kPairs + "encoding = \"base64url\"\n", "b=two&s=canMMrtwW6JXVHwCDsU1vLp3Dvc7O2QzW5BeTIODgdM&a=1",
     "{\"a\":\"1\",\"b\":\"two\"}"},
    {"key: its SHA-256", kPairs + "key_digest = \"sha256\"\n",
     "b=two&s=db889a1d03fedfd4a56dcae00f6a23320472d66b5914599959b871ec0693f836&a=1", "{\"a\":\"1\",\"b\":\"two\"}"},
    {"key: its SHA-256, not itself", kPairs + "key_digest = \"sha256\"\n",
     "b=two&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3&a=1", "! Invalid signature"},
    {"key: HMAC under WebAppData", kPairs + "key_digest = \"web_app_data\"\n",
     "b=two&s=14dfeed7a9458229ef1f114bc5caed3689b061da3508bb90b8c64c9a379db931&a=1", "{\"a\":\"1\",\"b\":\"two\"}"},
    {"lines", kLines, "a=1&b=two&s=c2462df040b5e10d13b166813a196a78449923225da9fe11b2c18bacca7217df", "{\"a\":\"1\",\"b\":\"two\"}"},
    {"a line end in a value would be another parameter", kLines,
     "a=1%0Ab%3D2&c=3&s=bfb0a1bf7aef151902f27532a8fe83d837d4e009e905df83e8944a26037c0a65", "! Invalid signature"},
    {"the same text, split elsewhere: a name that swallows a value", kPairs,
     "a%3D1%26b=two&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3", "! Invalid signature"},
    {"an = in a name", kPairs, "a%3Dx=1&s=0f2176b53148c62825ec83bff823ec7eef1e60f838b6a5a9eefd3063565356f4", "! Invalid signature"},
    {"escaped: & and % in values, = in names", kPairs + "escape = true\n",
     "a=1%26b%3Dx%25&c%3Dd=e%3Df&s=48cdd7a0c01283c823f80f765470f537ab1e9c870bde4a0c54484a27078f4af1", "{\"a\":\"1&b=x%\",\"c=d\":\"e=f\"}"},
    {"escaped: the & of a value parts nothing", kPairs + "escape = true\n",
     "a=1%26b%3Dtwo&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3", "! Invalid signature"},
    {"bytes that are not UTF-8 would be mended, and two ids made one", kPairs,
     "a=%ff&s=de7d854d77f0415e04810ff1f3c3c3e75dac8b615b4a00c3093cec89679b165b", "! Invalid signature"},
    {"just made", kPairs + "time = \"t\"\nmax_age = \"1h\"\n",
     "t=1700000000&s=ee03ddbd5eaba8d387d11060e62ea0d0195fbc2e2747e44f63bbc374575f18df", "{\"t\":\"1700000000\"}"},
    {"an hour old", kPairs + "time = \"t\"\nmax_age = \"1h\"\n",
     "t=1699996400&s=5f35308dcbabed9c014a99271f8563961a507a26407c0ba4f9605be98e399b1d", "{\"t\":\"1699996400\"}"},
    {"older than an hour", kPairs + "time = \"t\"\nmax_age = \"1h\"\n",
     "t=1699996399&s=eccbb84e21dd53f841956f5890a04601308bac58f6bb26c03be30baa4073f2e3", "! The login data is outdated"},
    {"a minute ahead", kPairs + "time = \"t\"\nmax_age = \"1h\"\n",
     "t=1700000060&s=82118c8480ab944c240bf3689f1482fbf94a07290961664d2bb19207b3929715", "{\"t\":\"1700000060\"}"},
    {"more than a minute ahead", kPairs + "time = \"t\"\nmax_age = \"1h\"\n",
     "t=1700000061&s=556c3e29d50c1011e4a92011feb0d2656642ebf639aee38da2a88288354ac38c", "! Invalid t"},
    {"a time that is no number", kPairs + "time = \"t\"\nmax_age = \"1h\"\n",
     "t=soon&s=4eb18ebf469bbe07c2ab30b71ef9782cecf3e3da9a5500022da9bc7a36e81178", "! Invalid t"},
    {"no time", kPairs + "time = \"t\"\nmax_age = \"1h\"\n", "b=two&s=71a9cc32bb705ba257547c020ec535bcba770ef73b3b64335b905e4c838381d3&a=1",
     "! Invalid t"},
    {"good for another second", kPairs + "expires = \"x\"\n",
     "x=1700000001&s=638618aacf552e0cdf7f547a1c67fef6719d54a99f7cf5adebd29ca58ca16842", "{\"x\":\"1700000001\"}"},
    {"over now", kPairs + "expires = \"x\"\n", "x=1700000000&s=3b807fc735b80502cebeaf6f95cd502dc97b1fbe918d63e29dce928c6bf95baa",
     "! The login data has expired"},
    {"never over", kPairs + "expires = \"x\"\n", "x=&s=1494b64fbe4126462aa1a3734d51cbc3592e36492af7321135a048ada06b656f",
     "! The login data has expired"},
    {"values one behind the other", kConcat, "id=12&session=-session&s=26edc1b2ca44e7f38d77a83a5451362c&name=Ann",
     "{\"id\":\"12\",\"session\":\"-session\"}"},
    {"a value changed", kConcat, "id=13&session=-session&s=26edc1b2ca44e7f38d77a83a5451362c", "! Invalid signature"},
    {"a field is missing", kConcat, "id=12-session&s=26edc1b2ca44e7f38d77a83a5451362c", "! Missing session"},
    {"digits moved from one value to the next: another user, the same text", kConcat,
     "id=12&session=345session&s=9ecb8b649151932acc015c89371ebb0c", "! Invalid signature"},
    {"an id that is no number could end anywhere", kConcat, "id=a&session=-session&s=5e26c9dae08adf6d3309ff52a2525180",
     "! Invalid signature"},
    {"an empty id", kConcat, "id=&session=-session&s=3837b2fe1bad36202ccf57f014aa84f2", "! Invalid signature"},
    {"an empty last value", kConcat, "id=12&session=&s=264cfe8c5b8828c31eeec3bb2fdb85d0", "! Invalid signature"},
    {"no signature", kConcat, "id=12&session=-session", "! Missing signature"},
    {"before, joined, after",
     "method = \"md5_concat\"\nsignature = \"s\"\nbefore = \"app_\"\nafter = \"_k\"\njoin = \"_\"\nfields = [\"id\", \"x\"]\n",
     "id=12&x=y&s=dcf4d8f03fad656faddc2faa27c0c3cb", "{\"id\":\"12\",\"x\":\"y\"}"},
    {"the joint in a value",
     "method = \"md5_concat\"\nsignature = \"s\"\nbefore = \"app_\"\nafter = \"_k\"\njoin = \"_\"\nfields = [\"id\", \"x\"]\n",
     "id=12_y&x=z&s=ecbe1dc0e23087b001a3af9bb95f99fc", "! Invalid signature"},
    {"names and values with nothing between", kNamed, "e=1&m=2&s=28ae0af90455a2c54c9b42a66374b37f", "{\"e\":\"1\",\"m\":\"2\"}"},
    {"a value that holds the next name", kNamed, "e=1m%3D2&m=3&s=ee43363c93f4943a57cdd080c7503883", "! Invalid signature"},
    {"a signed form", kPayload,
     "sso=bm9uY2U9U1RBVEUmaWQ9NyZuYW1lPUFubitFeGFtcGxl&sig=77f0512a4cd8a8778c5b38b09ff08300fc9967497eca210e7048d19c8f274e7b",
     "{\"nonce\":\"STATE\",\"id\":\"7\",\"name\":\"Ann Example\"}"},
    {"with line ends in the base64 (Ruby's encode64)", kPayload,
     "sso=bm9uY2U9U1RBVEUmaWQ9NyZuYW1lPWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh%0AYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh%"
     "0AYWFhYWFhYWFhYWFh%0A&sig=7ebb3d7903a4c04d1646c4415910bdb1b663b249d15a8a90c6c1d87fd845bdf4",
     "{\"nonce\":\"STATE\",\"id\":\"7\",\"name\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"},
    {"parameters beside it are not signed", kPayload,
     "sso=bm9uY2U9U1RBVEUmaWQ9Nw%3D%3D&sig=501537bb09cec00c7a8addf5db973fd2ea35ac921db754488c229f7499a49fb9&id=8",
     "{\"nonce\":\"STATE\",\"id\":\"7\"}"},
    {"another login's nonce", kPayload,
     "sso=bm9uY2U9T1RIRVImaWQ9Nw%3D%3D&sig=021b9aa5f21b58335d6c19d7119b9abf213e1b78f4b20373fecb9f30107ddb6d",
     "! The answer belongs to another login"},
    {"no nonce", kPayload, "sso=aWQ9Nw%3D%3D&sig=c60bdd10091274e02d29536a1c28d9ffffb619796e07645a80e809e54c92af8e",
     "! The answer belongs to another login"},
    {"another key", kPayload, "sso=bm9uY2U9U1RBVEUmaWQ9Nw%3D%3D&sig=37f289ebfd342e5ba06c00a2787af20c23c634cec8e5c6759fc7878d0470ae30",
     "! Invalid signature"},
    {"no signature", kPayload, "sso=bm9uY2U9U1RBVEUmaWQ9Nw%3D%3D", "! Missing signature"},
    {"a name twice: which one was meant?", kPayload,
     "sso=bm9uY2U9U1RBVEUmaWQ9NyZpZD04&sig=89ba742f27a92d846dc4faeca263397646067216f20f21dfe23a23b7cd2c5898", "! Invalid signature"},
    {"no base64", kPayload, "sso=%21%21%21&sig=3a10a88e1786f3906bfb349e2d9847501cda0a3a6f8668b1bbe82702e624c566", "! Invalid signature"},
    {"no form", kPayload, "sso=aGVsbG8%3D&sig=6e5119a00b1eff303b3ae8021fba1e3ff2610fd33e369e8104e3194699d3b856", "! Invalid signature"},
    {"signature and payload in one", kRequest,
     "r=9BNfY88ZMCfAIQIaztHVZdXy9J3kHoaBTXLe3mOFKS8.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTcwMDAwMDAwMCwidXNlcl9pZCI6IjcifQ",
     "{\"algorithm\":\"HMAC-SHA256\",\"issued_at\":1700000000,\"user_id\":\"7\"}"},
    {"another algorithm", kRequest,
     "r=0MHK-Ig9hJ5BerWdCSvDTOVa2-HXwiUTtoWvm2CtcCc.eyJhbGdvcml0aG0iOiJub25lIiwiaXNzdWVkX2F0IjoxNzAwMDAwMDAwLCJ1c2VyX2lkIjoiNyJ9",
     "! Invalid signature"},
    {"an algorithm that is no text", kRequest,
     "r=IxZh0OOi0mZd-Y8-vhsStktgE4NGms49v3BkGU5CFvg.eyJhbGdvcml0aG0iOjEsImlzc3VlZF9hdCI6MTcwMDAwMDAwMCwidXNlcl9pZCI6IjcifQ",
     "! Invalid signature"},
    {"another key", kRequest,
     "r=zOA9ymSGFLCkAUsndnTHdTHb0Qe8xSxKHOgfs3qAvu0.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTcwMDAwMDAwMCwidXNlcl9pZCI6IjcifQ",
     "! Invalid signature"},
    {"too old", kRequest,
     "r=x-Unou3ptcj9s0CdxbhKnRZY0rJKSCa8x7luY-SBzek.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTY5OTkxMzU5OSwidXNlcl9pZCI6IjcifQ",
     "! The login data is outdated"},
    {"a time as text", kRequest,
     "r=DguPMcOOCLOp8eGgs9I_8G8hsOoxa4Xqw-X35QRx678.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6IngiLCJ1c2VyX2lkIjoiNyJ9",
     "! Invalid issued_at"},
    {"no time", kRequest, "r=1dSf6BFZg6wd9Tf1tnE_g_76KlmG9sAkGRkKzrOTFFY.eyJ1c2VyX2lkIjoiNyJ9", "! Invalid issued_at"},
    {"no dot", kRequest, "r=e30", "! Missing signature"},
    {"nothing before the dot", kRequest, "r=.e30", "! Missing signature"},
    {"the payload of another", kRequest, "r=w47ciBXISJ9kc4l49EAI-FljRVRfC6po72_PXFPlcYk.e30", "! Invalid signature"},
    {"a list", kRequest, "r=i2lT7Q79cfRiwma7H3i9BfJfsL-VN9q8lN0nSGaUJ5o.WzFd", "! Invalid signature"},
    {"a name twice", kRequest,
     "r=TCt_NkLW6Fp77v2it9zunfn68UqqctUrYKOAvHJNAgk.eyJpc3N1ZWRfYXQiOjE3MDAwMDAwMDAsInVzZXJfaWQiOiI3IiwidXNlcl9pZCI6IjgifQ",
     "! Invalid signature"},
    {"a JWT", kJwt,
     "jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDAwNjAsImlkIjo3fQ.rI8xcg0v7C1OAiorABWrfIctUF1pk5qzGuP4qpziULI",
     "{\"exp\":1700000060,\"id\":7}"},
    {"another key", kJwt,
     "jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDAwNjAsImlkIjo3fQ.KJwpMrvcEcsFH6MRC848GlO8oGPLodbjJUZY8DeFhoA",
     "! Invalid signature"},
    {"alg none", kJwt, "jwt=eyJhbGciOiJub25lIn0.eyJleHAiOiAxNzAwMDAwMDYwLCAiaWQiOiA3fQ.", "! Invalid signature"},
    {"alg HS512: only the one that was agreed on", kJwt,
     "jwt=eyJhbGciOiJIUzUxMiJ9.eyJleHAiOjE3MDAwMDAwNjAsImlkIjo3fQ.Ts-K47cFhgntFJdsU8-wM8UWbsLym0zirxr9U8_OA3M", "! Invalid signature"},
    {"alg RS256: a public key is no secret", kJwt,
     "jwt=eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3MDAwMDAwNjAsImlkIjo3fQ.l6hns0j4HczucT5s2HyzOKZ4Q0fPyptWoYoiTCKAS80", "! Invalid signature"},
    {"over", kJwt, "jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDAwMDB9.atS5SZKSwbiMa9XlNat_CJrlURVQWNJTYK9SMzeBruM",
     "! The login data has expired"},
    {"without an end", kJwt, "jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6N30.Eg9RCtWHKfSfB25s52o1_1enQFQTHOh3uGcOsClKbF0",
     "! The login data has expired"},
    {"not yet good", kJwt,
     "jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDAwNjAsImlkIjo3LCJuYmYiOjE3MDAwMDAxMjB9.rXPbpW9xKbTqUCBFzu3r80_"
     "4xgseXCYZFhubXy0twd4",
     "! The login data is not yet valid"},
    {"made in the future", kJwt,
     "jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDAwNjAsImlkIjo3LCJpYXQiOjE3MDAwMDAxMjB9.bYfGjs9g8Zxrz04AWp_zMoFsVA8f5mBjjf_"
     "olf6xu4Y",
     "! The login data is not yet valid"},
    {"made at no time", kJwt,
     "jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3MDAwMDAwNjAsImlkIjo3LCJpYXQiOiJ4In0.GRht0Iax6z4o5MMSlZ7-OUN06LpkDxFNkzoys76vzyE",
     "! The login data is not yet valid"},
    {"no JWT", kJwt, "jwt=x", "! Invalid signature"},
    {"no parameter", kJwt, "x=x", "! Invalid signature"},
    {"nothing signed, nothing believed", "method = \"none\"\n", "id=7", "{}"},
    {"packed in a form",
     "method = \"md5_concat\"\nsignature = \"s\"\nafter = \"k\"\nnamed = true\nfields = [\"m\"]\nunpack = { param = \"box\", as = "
     "\"form\", needed = true }\n",
     "box=m%3D2%26s%3D5b798d65b26344ba6b35a8c826596f6d&m=3", "{\"m\":\"2\"}"},
    {"not packed, where it must be",
     "method = \"md5_concat\"\nsignature = \"s\"\nafter = \"k\"\nnamed = true\nfields = [\"m\"]\nunpack = { param = \"box\", as = "
     "\"form\", needed = true }\n",
     "m=2&s=5b798d65b26344ba6b35a8c826596f6d", "! Missing signature"},
    {"a packed name twice",
     "method = \"md5_concat\"\nsignature = \"s\"\nafter = \"k\"\nnamed = true\nfields = [\"m\"]\nunpack = { param = \"box\", as = "
     "\"form\", needed = true }\n",
     "box=m%3D1%26m%3D2%26s%3D5b798d65b26344ba6b35a8c826596f6d", "! Invalid signature"},
    {"packed in JSON", kLines + "unpack = { param = \"box\", as = \"json\" }\n",
     "box="
     "eyJhIjoxLCJiIjoidHdvIiwieiI6bnVsbCwicyI6ImMyNDYyZGYwNDBiNWUxMGQxM2IxNjY4MTNhMTk2YTc4NDQ5OTIzMjI1ZGE5ZmUxMWIyYzE4YmFjY2E3MjE3ZGYifQ",
     "{\"a\":\"1\",\"b\":\"two\"}"},
    {"with its padding", kLines + "unpack = { param = \"box\", as = \"json\" }\n",
     "box=eyJiIjogIjIiLCAiYSI6IDEsICJzIjogImI5ZmNmMzA0YjA0MzgyOWRiNDM4ODU5YzdhNmM1ZDUwNDk3OGJjOThjYzVmYjA0M2U5ZDQ0OTMxMTk0NDczZWQifQ%3D%3D",
     "{\"a\":\"1\",\"b\":\"2\"}"},
    {"or not packed", kLines + "unpack = { param = \"box\", as = \"json\" }\n",
     "a=1&b=two&s=c2462df040b5e10d13b166813a196a78449923225da9fe11b2c18bacca7217df", "{\"a\":\"1\",\"b\":\"two\"}"},
    {"what is packed counts, not what stands beside", kLines + "unpack = { param = \"box\", as = \"json\" }\n",
     "box=eyJhIjoxLCJzIjoiMzEwZjU3ZGU0OTg3MzU2M2I4NTU5OWE0YWFhNjg4ODgzYzVjNmViYzdkMzkyNTAyMGQ5OTM3OWQxYTRkMGFmOCJ9&a=2", "{\"a\":\"1\"}"},
    {"a packed list", kLines + "unpack = { param = \"box\", as = \"json\" }\n", "box=eyJhIjpbMV0sInMiOiIwMCJ9", "! Invalid signature"},
    {"packed garbage", kLines + "unpack = { param = \"box\", as = \"json\" }\n", "box=%21", "! Invalid signature"},
    {"packed text that is no object", kLines + "unpack = { param = \"box\", as = \"json\" }\n", "box=Nw", "! Invalid signature"},
};

SignedSpec spec_of(const std::string& table, std::optional<base::Error>& mistake) {
  const auto node = config::parse_toml(table, "t.toml");
  BOOST_REQUIRE_MESSAGE(node, table);
  return providers::read_signed({&*node, "signed", mistake});
}

providers::Params params_of(std::string_view form) {
  providers::Params out;
  for (const auto& pair : base::split(form, '&')) {
    const auto equals = pair.find('=');
    out.emplace_back(base::percent_decode(pair.substr(0, equals), true), base::percent_decode(pair.substr(equals + 1), true));
  }
  return out;
}

std::string outcome_of(const SignedSpec& spec, const providers::Params& params) {
  const fake::Clock clock;
  const auto bare = providers::unpacked(spec, params, {});
  const auto said = bare ? providers::verify_callback(spec, *bare, "STATE", {}, clock.now()) : bare.error();
  if (said) return said->root().dump();
  constexpr std::string_view kFailed = "Authentication failed: ";
  const auto& say = said.error().say;
  return "! " + (say.starts_with(kFailed) ? say.substr(kFailed.size()) : say);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_signed_verify)
BOOST_DATA_TEST_CASE(only_what_the_signature_covers_is_believed, boost::unit_test::data::make(rows), row) {
  std::optional<base::Error> mistake;
  const auto spec = spec_of(row.table, mistake);
  BOOST_REQUIRE_MESSAGE(!mistake, (mistake ? mistake->say : ""));
  BOOST_TEST(outcome_of(spec, params_of(row.params)) == row.outcome);
}
BOOST_AUTO_TEST_CASE(a_secret_that_is_not_there_makes_nothing_right) {
  std::optional<base::Error> mistake;
  // Signed with an empty key, and an MD5 over nothing secret: what an instance without its secret would take for good.
  const auto hmac = spec_of("method = \"hmac_sha256_pairs\"\nsignature = \"s\"\nkey = \"{nothing}\"\n", mistake);
  BOOST_TEST(outcome_of(hmac, {{"a", "1"}, {"s", base::hex(crypto::hmac_sha256("", "a=1"))}}) == "! ");
  const auto md5 = spec_of("method = \"md5_concat\"\nsignature = \"s\"\nafter = \"{nothing}\"\nfields = [\"a\"]\n", mistake);
  BOOST_TEST(outcome_of(md5, {{"a", "1"}, {"s", base::hex(crypto::md5("1"))}}) == "! ");
  BOOST_TEST(!mistake);
}
BOOST_AUTO_TEST_CASE(a_request_is_signed_as_its_answer_is) {
  std::optional<base::Error> mistake;
  const auto spec = spec_of(kPayload + "request = { nonce = \"STATE\", back = \"https://app.example/cb?x=1\" }\n", mistake);
  BOOST_REQUIRE(!mistake);
  const auto request = providers::sign_request(spec, {});
  BOOST_REQUIRE(bool{request});
  BOOST_TEST(outcome_of(spec, *request) == R"({"back":"https://app.example/cb?x=1","nonce":"STATE"})");
  BOOST_TEST(providers::claimed_state(spec, *request) == "STATE");
  BOOST_TEST(providers::claimed_state(spec, {{"sso", "%%%"}}) == "");
}
BOOST_AUTO_TEST_SUITE_END()
