// Boost.Test's main for unit tests and the store conformance suite.
#define BOOST_TEST_MODULE latchstring
#include <boost/test/unit_test.hpp>
