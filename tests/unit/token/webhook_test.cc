#include "token/webhook.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"

namespace {

struct Row {
  const char* why;
  std::string id;
  std::int64_t at;
  std::string body, signature;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }

// Key, id, time and body of the first row are the example of the Standard Webhooks documents ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
// the signatures are what the npm library standardwebhooks makes of them, and Python's hmac.
const Row kRows[] = {
    {"the documents' example", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})",
     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    {"another id", "msg_2", 1614265330, R"({"test": 2432232314})", "v1,P79lg9nHHqB0h9lMUyrcCQFIk0DTR6Slt0OaZGl+El8="},
    {"another time", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265331, R"({"test": 2432232314})",
     "v1,l6C9/1+N/lSU6+gfh+YEGqTK2aQ+k8nMEWDvvCgHh7U="},
    {"no body", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "", "v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A="},
};

BOOST_AUTO_TEST_SUITE(token_webhook)

BOOST_DATA_TEST_CASE(id_time_and_body_are_signed, boost::unit_test::data::make(kRows), row) {
  const base::Secret key{*base::base64_decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
  BOOST_TEST(token::webhook_signature(key, row.id, base::Time{std::chrono::seconds{row.at}}, row.body) == row.signature);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
